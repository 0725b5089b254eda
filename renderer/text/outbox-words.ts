import { formatCount } from './format.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

const counted = (count: number, one: string, many: string): string => `${formatCount(count)} ${count === 1 ? one : many}`;

/** About how long, rounded down, in the unit a person would choose: `41 days`, `31 hours`, `95 minutes`, `3 years`. */
export function aboutSpan(ms: number): string {
  const span = Math.max(0, ms);
  if (span >= 2 * YEAR) return counted(Math.floor(span / YEAR), 'year', 'years');
  if (span >= 2 * DAY) return counted(Math.floor(span / DAY), 'day', 'days');
  if (span >= 2 * HOUR) return counted(Math.floor(span / HOUR), 'hour', 'hours');
  return counted(Math.floor(span / MINUTE), 'minute', 'minutes');
}

/** How many were dropped, over all reasons. */
export const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

/** `device:meter` as a technician says it. */
export function sourceWords(source: string): string {
  const at = source.indexOf(':');
  return at < 0 ? source : `${source.slice(0, at)} ${source.slice(at + 1)}`;
}
