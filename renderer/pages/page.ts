/** What a page gets: the parts of the address after its name. */
export interface PageProps {
  readonly rest: readonly string[];
  readonly query: URLSearchParams;
}
