import { LOCALE } from './locale.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const plain = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 3 });
const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const clockTime = new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const shortTime = new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit' });
const dayTime = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
const fullTime = new Intl.DateTimeFormat(LOCALE, {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});
const dayName = new Intl.DateTimeFormat(LOCALE, { weekday: 'short', day: 'numeric', month: 'short' });

/** A count: `12,345`. */
export const formatCount = (value: number): string => whole.format(value);

/** A measured number with a fixed count of decimals, or as many as it needs (three at most). */
export function formatNumber(value: number, decimals: number | null = null): string {
  if (!Number.isFinite(value)) return '–';
  if (decimals === null) return plain.format(value);
  return value.toLocaleString(LOCALE, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

/** A rate per second, precise where it is small: `0.5`, `12`, `1,240`. */
export function formatRate(perSecond: number): string {
  const size = Math.abs(perSecond);
  return perSecond.toLocaleString(LOCALE, { maximumFractionDigits: size >= 100 ? 0 : size >= 10 ? 1 : 2 });
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Bytes in decimal units, three digits: `1.24 GB`. */
export function formatBytes(bytes: number): string {
  let value = Math.abs(bytes);
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const decimals = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${formatNumber(bytes < 0 ? -value : value, decimals)} ${UNITS[unit] ?? 'B'}`;
}

export const formatPercent = (value: number, decimals = 0): string => `${formatNumber(value, decimals)} %`;

/** A length of time in its largest unit, two where it helps: `4 s`, `12 min`, `3 h 20 min`, `2 d 5 h`. */
export function formatDuration(ms: number): string {
  const span = Math.max(0, ms);
  if (span < MINUTE) return `${Math.floor(span / SECOND)} s`;
  if (span < HOUR) return `${Math.floor(span / MINUTE)} min`;
  if (span < DAY) {
    const minutes = Math.floor((span % HOUR) / MINUTE);
    return `${Math.floor(span / HOUR)} h${minutes > 0 ? ` ${minutes} min` : ''}`;
  }
  const hours = Math.floor((span % DAY) / HOUR);
  return `${Math.floor(span / DAY)} d${hours > 0 ? ` ${hours} h` : ''}`;
}

/** A short length of time measured exactly: `0.42 ms`, `18 ms`, `1.25 s`. */
export function formatMillis(ms: number): string {
  if (ms >= 1000) return `${formatNumber(ms / 1000, ms >= 10_000 ? 1 : 2)} s`;
  return `${formatNumber(ms, ms >= 10 ? 0 : ms >= 1 ? 1 : 2)} ms`;
}

/** How long ago: `now`, `12 s ago`, `in 5 s`. */
export function formatAgo(at: number, now: number): string {
  const past = now - at;
  if (past < -SECOND) return `in ${formatDuration(-past)}`;
  return past < SECOND ? 'now' : `${formatDuration(past)} ago`;
}

/** Time of day with seconds: `14:03:27`. */
export const formatTime = (at: number): string => clockTime.format(at);
/** `Sun, 22 Nov`. */
export const formatDay = (at: number): string => dayName.format(at);
/** Date and time to the second: `22 Nov 2026, 14:03:27`. */
export const formatDateTime = (at: number): string => fullTime.format(at);
/** Time of day to the millisecond: `14:03:27.125`. */
export const formatExactTime = (at: number): string =>
  `${clockTime.format(at)}.${String(Math.floor(at % 1000)).padStart(3, '0')}`;

/** When something happened, as short as is clear: the time today, with the date otherwise. */
export function formatWhen(at: number, now: number): string {
  const today = new Date(at).toDateString() === new Date(now).toDateString();
  return today ? (now - at < HOUR ? clockTime.format(at) : shortTime.format(at)) : dayTime.format(at);
}

/** A point's value with its decimals; a yes or no as a word. */
export function formatValue(value: number | string | boolean | null, decimals: number | null): string {
  if (value === null) return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'number' ? formatNumber(value, decimals) : value;
}
