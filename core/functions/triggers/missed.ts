import type { ScheduleConfig } from '../../contract/document/schedules.ts';
import type { Timetable } from './scheduler.ts';

/** A run that begins at most so long after its time is on time: the clock is looked at once a minute. */
const ON_TIME_MS = 60_000;
/** Runs of `all` that wait at most. */
const ALL_AT_MOST = 100;
/** Further than this missed runs are not counted. */
const COUNTED = 1000;

export interface DueRun {
  readonly due: number;
  /** Due times that had no run at their time; in a late run that counts its own. */
  readonly missed: number;
  readonly late: boolean;
}

export interface DuePlan {
  readonly runs: readonly DueRun[];
  /** Up to here nothing is due any more; null where nothing was due. */
  readonly done: number | null;
  /** Due times that get no run of their own. */
  readonly skipped: number;
}

function planAll(timetable: Timetable, done: number, now: number): DuePlan {
  const count = timetable.countBetween(done, now, COUNTED);
  const skipped = Math.max(0, count - ALL_AT_MOST);
  const dues: number[] = [];
  for (let due = timetable.next(done); due !== null && due <= now && dues.length < count; due = timetable.next(due))
    dues.push(due);
  const runs = dues.slice(skipped).map((due, index) => {
    const late = now - due > ON_TIME_MS;
    return { due, late, missed: (late ? 1 : 0) + (index === 0 ? skipped : 0) };
  });
  return { runs, skipped, done: timetable.latest(done, now) };
}

/**
 * What is to run now of a schedule of which everything up to `done` is done. Times are wall ms for cron and steady ms for intervals.
 * Of more than 1,000 due times `all` runs the first ones that are left after `skipped`, and the rest is done.
 */
export function planDue(policy: ScheduleConfig['missed'], timetable: Timetable, done: number, now: number): DuePlan {
  const latest = timetable.latest(done, now);
  if (latest === null) return { runs: [], done: null, skipped: 0 };
  if (policy === 'all') return planAll(timetable, done, now);
  const count = timetable.countBetween(done, now, COUNTED);
  const late = now - latest > ON_TIME_MS;
  if (late && policy === 'skip') return { runs: [], done: latest, skipped: count };
  return { runs: [{ due: latest, late, missed: late ? count : count - 1 }], done: latest, skipped: count - 1 };
}

/** A run that was refused, as it is owed: it is late whenever it is made good. */
const owed = (run: DueRun): DueRun => ({ ...run, late: true, missed: run.late ? run.missed : run.missed + 1 });

/** What is left to be made good after some runs were refused, and how many due times lose theirs. */
export function afterRefusal(
  policy: ScheduleConfig['missed'],
  refused: readonly DueRun[],
): { readonly owed: readonly DueRun[]; readonly skipped: number } {
  if (policy === 'skip') return { owed: [], skipped: refused.length };
  const all = refused.map(owed);
  if (policy === 'all') return { owed: all.slice(-ALL_AT_MOST), skipped: Math.max(0, all.length - ALL_AT_MOST) };
  const last = all.at(-1);
  if (!last) return { owed: [], skipped: 0 };
  const missed = all.reduce((sum, run) => sum + run.missed, 0);
  return { owed: [{ ...last, missed }], skipped: all.length - 1 };
}

/** What was owed and what is due now, as runs in order: `once` makes one of them. */
export function withOwed(policy: ScheduleConfig['missed'], before: readonly DueRun[], due: readonly DueRun[]): readonly DueRun[] {
  const last = due.at(-1);
  if (policy === 'all' || !last) return [...before, ...due];
  const missed = before.reduce((sum, run) => sum + run.missed, 0);
  return [{ ...last, missed: last.missed + missed }];
}
