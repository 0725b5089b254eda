/** What a technician is told about one kind of fault. `retry`: the same may go well later. */
export interface FaultKind {
  readonly retry: boolean;
  /** What happened. */
  readonly show: string;
  /** What to do next. */
  readonly remedy: string;
}
