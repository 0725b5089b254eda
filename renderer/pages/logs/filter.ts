import type { LogView } from '../../../core/contract/views.ts';
import { events } from '../../text/logs.ts';

export type LeastLevel = 'all' | 'info' | 'warn' | 'error';
export interface LogFilter {
  readonly level: LeastLevel;
  /** Empty: all. */
  readonly source: string;
  readonly search: string;
}
export const NO_FILTER: LogFilter = { level: 'all', source: '', search: '' };

const RANK: Readonly<Record<LogView['level'], number>> = { debug: 0, info: 1, warn: 2, error: 3 };
const LEAST: Readonly<Record<LeastLevel, number>> = { all: 0, info: 1, warn: 2, error: 3 };

/** What an entry says: its own message, its event in words, or the event's name. */
export const wordsOf = (row: LogView): string => row.message || (events[row.event] ?? row.event);

export function filterLogs(rows: readonly LogView[], filter: LogFilter): LogView[] {
  const least = LEAST[filter.level];
  const wanted = filter.search.trim().toLowerCase();
  return rows.filter((row) => {
    if (RANK[row.level] < least || (filter.source !== '' && row.source !== filter.source)) return false;
    if (wanted === '') return true;
    const data = Object.entries(row.data).map(([key, value]) => `${key} ${String(value)}`);
    return [row.source, row.event, wordsOf(row), ...data].some((part) => part.toLowerCase().includes(wanted));
  });
}

/** The sources that are there, in order. */
export const sourcesOf = (rows: readonly LogView[]): string[] => [...new Set(rows.map((row) => row.source))].sort();

/** One JSON object a line, with the time as text too. */
export const jsonLines = (rows: readonly LogView[]): string =>
  rows.map((row) => `${JSON.stringify({ time: new Date(row.at).toISOString(), ...row })}\n`).join('');

/** `gatehouse-log-2026-11-22T14-03-27.jsonl` */
export const fileNameAt = (at: number): string =>
  `gatehouse-log-${new Date(at).toISOString().slice(0, 19).replaceAll(':', '-')}.jsonl`;
