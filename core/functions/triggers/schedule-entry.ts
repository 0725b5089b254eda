import type { Clock } from '../../base/clock.ts';
import { describe, GatewayError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { ScheduleConfig } from '../../contract/document/schedules.ts';
import type { ScheduleView } from '../../contract/function-views.ts';
import type { ClockTrust } from '../../contract/message.ts';
import type { InvokeRequest } from '../invocation.ts';
import { afterRefusal, type DueRun, planDue, withOwed } from './missed.ts';
import type { ScheduleBook } from './schedule-book.ts';
import { createTimetable, ruleText } from './timetable.ts';

/** What schedules know of the time; a `TimeKeeper` is one. */
export interface ScheduleTime {
  trust(): ClockTrust;
  /** Steady ms, over restarts too. */
  steady(): number;
  onTrust(listener: (trust: ClockTrust) => void): () => void;
}

/** What everything that begins by the clock stands on. */
export interface TriggerDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly time: Omit<ScheduleTime, 'onTrust'>;
  /** Resolves when the event is in the function's queue. */
  invokeLater(name: string, request: InvokeRequest): Promise<string>;
}
export interface EntryDeps extends TriggerDeps {
  readonly book: ScheduleBook;
  /** The runs that were under way have ended: there may be more. */
  onIdle(): void;
}

export interface ScheduleEntry {
  readonly rule: string;
  /** The event or the policy of the same schedule may change. */
  update(config: ScheduleConfig): void;
  /** Begins what is due. Only the clock is read, nothing is waited for. */
  look(): void;
  /** Ms until it must be looked at again; null: only when something changes. */
  dueIn(): number | null;
  view(): ScheduleView;
  /** Resolves when no run is under way any more and all is kept. */
  settle(): Promise<void>;
  forget(): void;
}

/**
 * Due times that are closer to each other are marked as done so far ahead, so that the disk is not written for each. After a crash a
 * cron schedule waits for the end of it, for the wall clock may have been set back meanwhile; steady time only goes on.
 */
const CRON_AHEAD_MS = 20_000;
const INTERVAL_AHEAD_MS = 60_000;
/** Done further ahead than this, the clock was set wrongly when it was written. */
const WRONG_MS = 86_400_000;
/** What was refused is tried again after so long. */
const AGAIN_MS = 60_000;

const REFUSALS: readonly string[] = ['function/busy', 'function/parked', 'function/paused', 'gateway/stopping'];
export const isRefusal = (cause: unknown): boolean => cause instanceof GatewayError && REFUSALS.includes(cause.code);

/** The subject that a scheduled invocation is told. */
export const scheduleSubject = (name: string, id: string): string => `gatehouse/schedule/${name}/${id}`;

/** The due time on the grid of an interval up to which all is done, where a crash has left a time ahead of now. */
const notAhead = (done: number, everyMs: number, now: number): number =>
  done > now ? done - Math.ceil((done - now) / everyMs) * everyMs : done;

/** One schedule of the document. A run is kept as done before it begins: a crash may lose it and never doubles it. */
export function createScheduleEntry(deps: EntryDeps, name: string, first: ScheduleConfig): ScheduleEntry {
  const { clock, time, book, log } = deps;
  const timetable = createTimetable(first);
  const rule = ruleText(first);
  const key = `${name}/${first.id}`;
  const isCron = 'cron' in first;
  const kept = first.enabled ? book.get(key) : null;
  const known = kept?.rule === rule ? kept : null;
  let config = first;
  let done: number | null = known && ('cron' in first ? known.done : notAhead(known.done, first.everyMs, time.steady()));
  let next = done === null ? null : timetable.next(done);
  /** What the disk says; ahead of `done` where due times are close. */
  let written = done ?? Number.NEGATIVE_INFINITY;
  let owed: readonly DueRun[] = [];
  let againAt = 0;
  let working: Promise<void> | null = null;
  let gone = false;
  let lastAt = known?.lastAt ?? null;
  let lastResult: ScheduleView['lastResult'] = null;
  let runs = known?.runs ?? 0;
  let missed = known?.missed ?? 0;

  const now = (): number | null => {
    if (!isCron) return time.steady();
    return time.trust() === 'never' ? null : clock.now();
  };
  const toWall = (due: number): number => (isCron ? due : Math.round(clock.now() + due - time.steady()));
  function put(upTo: number): Promise<void> {
    written = upTo;
    return book.put(key, { rule, done: upTo, lastAt, runs, missed });
  }
  function goTo(at: number): void {
    done = at;
    next = timetable.next(at);
  }
  const aheadMs = 'cron' in first ? CRON_AHEAD_MS : Math.floor(INTERVAL_AHEAD_MS / first.everyMs) * first.everyMs;
  /** Before anything of it is run. */
  async function keep(): Promise<void> {
    if (done === null || done <= written) return;
    const isClose = next !== null && next - done < aheadMs;
    await put(isClose ? done + aheadMs : done);
  }
  function requestOf(run: DueRun): InvokeRequest {
    const due = new Date(toWall(run.due)).toISOString();
    const event = config.payload === undefined ? { schedule: config.id, due, missed: run.missed } : config.payload;
    return {
      payload: Buffer.from(JSON.stringify(event)),
      by: { kind: 'schedule', id: config.id },
      subject: scheduleSubject(name, config.id),
      hops: 0,
      observe: false,
    };
  }
  /** False where the function does not take events now. */
  async function runOne(run: DueRun): Promise<boolean> {
    try {
      await deps.invokeLater(name, requestOf(run));
      lastAt = clock.now();
      lastResult = 'ok';
      runs += 1;
      return true;
    } catch (cause) {
      const refused = isRefusal(cause);
      if (lastResult !== (refused ? 'refused' : 'failed'))
        log.warn('schedule.not-run', { schedule: key, cause: describe(cause) });
      lastResult = refused ? 'refused' : 'failed';
      if (!refused) missed += 1;
      return !refused;
    }
  }
  async function work(due: readonly DueRun[]): Promise<void> {
    await keep();
    const left = [...due];
    for (let run = left[0]; run && !gone; run = left[0]) {
      if (!(await runOne(run))) break;
      left.shift();
    }
    const after = afterRefusal(config.missed, left);
    owed = after.owed;
    missed += after.skipped;
    againAt = clock.monotonic() + AGAIN_MS;
  }
  function begin(due: readonly DueRun[]): void {
    working = work(due).finally(() => {
      working = null;
      deps.onIdle();
    });
  }
  return {
    rule,
    update(changed) {
      config = changed;
    },
    look() {
      const at = config.enabled && !gone ? now() : null;
      if (at === null || working) return;
      if (done === null || (isCron && done > at + WRONG_MS)) {
        goTo(at);
        void put(at);
        return;
      }
      const plan = next !== null && next <= at ? planDue(config.missed, timetable, done, at) : null;
      if (plan && plan.done !== null) {
        goTo(plan.done);
        missed += plan.skipped;
      }
      const isAgain = owed.length > 0 && clock.monotonic() >= againAt;
      if (!plan?.runs.length && !isAgain) return;
      const all = withOwed(config.missed, owed, plan?.runs ?? []);
      missed += config.missed === 'all' ? 0 : owed.length + (plan?.runs.length ?? 0) - all.length;
      owed = [];
      begin(all);
    },
    dueIn() {
      const at = config.enabled && !gone && !working ? now() : null;
      if (at === null) return null;
      if (done === null) return 0;
      const again = owed.length > 0 ? againAt - clock.monotonic() : null;
      const due = next === null ? null : next - at;
      return again === null || due === null ? (again ?? due) : Math.min(again, due);
    },
    view: () => ({
      id: key,
      function: name,
      rule,
      nextAt: config.enabled && next !== null ? toWall(next) : null,
      lastAt,
      lastResult,
      runs,
      missed,
      waitsFor: !config.enabled ? 'disabled' : now() === null ? 'clock' : null,
    }),
    async settle() {
      gone = true;
      await working;
      const [first] = owed;
      if (first) done = first.due - 1; // the next start makes it good
      if (done !== null && written !== done) await put(done);
    },
    forget() {
      gone = true;
      book.forget(key);
    },
  };
}
