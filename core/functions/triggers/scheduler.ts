import type { ScheduleConfig } from '../../contract/document/schedules.ts';
import type { ScheduleView } from '../../contract/function-views.ts';

/** When something is due next, by the wall clock; pure. Built on croner, of which only the arithmetic is used (no timers of its own). */
export interface Timetable {
  /** The first time after `after` (wall ms), or null for never. */
  next(after: number): number | null;
  /** How many were due in (from, to]; counted up to `most`. */
  countBetween(from: number, to: number, most: number): number;
  /** The last one in (from, to], or null. */
  latest(from: number, to: number): number | null;
}

/**
 * Cron and interval schedules of the functions and their one-shots. A run is an `invokeLater` with the payload
 * `{"schedule": id, "due": ISO time, "missed": n}` unless the document gives one, subject `gatehouse/schedule/<function>/<id>`.
 * - One timer to the next due time, looked at anew at least once a minute, so that a clock that jumps is noticed.
 * - Cron goes by the wall clock and waits until the clock is trusted (`ClockTrust` not `never`); intervals go by steady time.
 * - The time of the last run is kept (FunctionState, owner `$schedules`) before the run begins: a crash may lose a run, never doubles it.
 * - Missed (gateway off, clock untrusted, function parked or busy): `skip` none, `once` one with the count, `all` up to 100.
 * - A clock set back repeats nothing: due times up to the last run are done.
 */
export interface Scheduler {
  /** The schedules of the document that runs; unchanged ones keep their place. */
  apply(
    schedules: readonly {
      readonly function: string;
      readonly config: ScheduleConfig;
    }[],
  ): void;
  /** A one-shot of a function; the same id replaces. At most 1,000 a function. Resolves when kept. */
  at(name: string, id: string, wallMs: number, payload: Uint8Array): Promise<void>;
  cancel(name: string, id: string): Promise<boolean>;
  views(): readonly ScheduleView[];
  start(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}
