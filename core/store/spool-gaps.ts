/** A run of custody numbers of one source that will not be delivered. */
export interface LostRange {
  readonly source: string;
  readonly first: number;
  readonly last: number;
  readonly count: number;
}

/** Rows of gaps that are kept; beyond it the oldest are merged. */
export const MAX_GAPS = 10_000;

/** A reason whose losses lie scattered between what is delivered: one widening row says it all. */
export const isScattered = (reason: string): boolean => reason === 'thinned';

/** True where a range goes on where a gap ends, or belongs into it. */
export const joins = (gap: { readonly last: number }, range: LostRange, reason: string): boolean =>
  isScattered(reason) || range.first === gap.last + 1;

/** The ranges of what is lost, per source; numbers below 1 were given before custody was kept and are left out. */
export function rangesOf(
  lost: readonly { readonly source: string; readonly custody: number }[],
  reason: string,
): readonly LostRange[] {
  const bySource = new Map<string, number[]>();
  for (const { source, custody } of lost) {
    if (custody < 1) continue;
    const numbers = bySource.get(source);
    if (numbers) numbers.push(custody);
    else bySource.set(source, [custody]);
  }
  return [...bySource].flatMap(([source, numbers]) => runs(source, numbers, isScattered(reason)));
}

function runs(source: string, numbers: number[], whole: boolean): LostRange[] {
  numbers.sort((a, b) => a - b);
  const found: { source: string; first: number; last: number; count: number }[] = [];
  for (const number of numbers) {
    const last = found.at(-1);
    if (last && (whole || number === last.last + 1)) {
      last.last = number;
      last.count += 1;
    } else found.push({ source, first: number, last: number, count: 1 });
  }
  return found;
}
