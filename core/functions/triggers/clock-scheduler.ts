import type { Clock } from '../../base/clock.ts';
import { settledWithin } from '../../base/deadline.ts';
import type { Logger } from '../../base/log.ts';
import type { ScheduleConfig } from '../../contract/document/schedules.ts';
import type { FunctionState } from '../../store/function-state.ts';
import type { InvokeRequest } from '../invocation.ts';
import { createOneShots } from './one-shots.ts';
import { createScheduleBook } from './schedule-book.ts';
import { createScheduleEntry, type ScheduleEntry, type ScheduleTime } from './schedule-entry.ts';
import type { Scheduler } from './scheduler.ts';
import { ruleText } from './timetable.ts';

export interface SchedulerDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly time: ScheduleTime;
  readonly state: FunctionState;
  /** Of the function that runs. Rejects with `function/unknown` and what the runner refuses with. */
  invokeLater(name: string, request: InvokeRequest): Promise<string>;
}

/** The clock may jump: it is looked at so often at least. */
const LOOK_MS = 60_000;
const STOP_MS = 2000;

/**
 * Nothing runs before `start` and the first `apply`: functions must be there. What `apply` does not name any more is forgotten, so it
 * is not to be called with nothing when the gateway stops.
 */
export function createScheduler(deps: SchedulerDeps): Scheduler {
  const { clock, log, time, state } = deps;
  const book = createScheduleBook({ state, log });
  const shots = createOneShots(deps);
  const entries = new Map<string, ScheduleEntry>();
  let wanted: Parameters<Scheduler['apply']>[0] | null = null;
  let isLoaded = false;
  let isStopped = false;
  let cancelTimer: () => void = () => {};
  let cancelTrust: () => void = () => {};
  let stopping: Promise<void> | null = null;

  const entryDeps = { clock, log, time, book, invokeLater: deps.invokeLater, onIdle: () => look() };
  function arm(): void {
    cancelTimer();
    if (!isLoaded || !wanted || isStopped) return;
    let least = LOOK_MS;
    for (const entry of entries.values()) least = Math.min(least, entry.dueIn() ?? LOOK_MS);
    least = Math.min(least, shots.dueIn() ?? LOOK_MS);
    cancelTimer = clock.after(Math.max(1, Math.ceil(least)), look);
  }
  function look(): void {
    if (!isLoaded || !wanted || isStopped) return;
    for (const entry of entries.values()) entry.look();
    shots.look();
    arm();
  }
  /** A pattern was checked with the document, but perhaps by another version of this software: it must not harm the others. */
  function addEntry(key: string, name: string, config: ScheduleConfig): void {
    try {
      entries.set(key, createScheduleEntry(entryDeps, name, config));
    } catch (cause) {
      log.error('schedule.unusable', { schedule: key, cause });
    }
  }
  /** Makes the entries what the document wants. */
  function take(): void {
    if (!wanted || !isLoaded || isStopped) return;
    const named = new Set(wanted.map(({ function: name, config }) => `${name}/${config.id}`));
    for (const [key, entry] of entries) {
      if (named.has(key)) continue;
      entry.forget();
      entries.delete(key);
    }
    for (const key of book.keys()) if (!named.has(key)) book.forget(key);
    for (const { function: name, config } of wanted) {
      const key = `${name}/${config.id}`;
      const known = entries.get(key);
      if (known?.rule === ruleText(config) && config.enabled) known.update(config);
      else {
        known?.forget();
        entries.delete(key);
        if (!config.enabled) book.forget(key);
        addEntry(key, name, config);
      }
    }
    look();
  }
  async function shutDown(): Promise<void> {
    isStopped = true;
    cancelTimer();
    cancelTrust();
    const all = [...entries.values()].map((entry) => entry.settle());
    await settledWithin(clock, STOP_MS, Promise.allSettled([...all, shots.settle()]));
  }
  return {
    apply(schedules) {
      wanted = schedules;
      take();
    },
    async at(name, id, wallMs, payload) {
      await shots.at(name, id, wallMs, payload);
      look();
    },
    cancel: (name, id) => shots.cancel(name, id),
    views: () => [...[...entries.values()].map((entry) => entry.view()), ...shots.views()],
    async start(signal) {
      signal.throwIfAborted();
      await book.load();
      await shots.load();
      signal.throwIfAborted();
      isLoaded = true;
      cancelTrust = time.onTrust(look);
      take();
    },
    stop() {
      stopping ??= shutDown();
      return stopping;
    },
  };
}
