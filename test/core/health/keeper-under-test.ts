import { createLogHub } from '../../../core/base/log.ts';
import type { Machine } from '../../../core/health/machine.ts';
import type { SystemSync } from '../../../core/health/system-sync.ts';
import type { TimeKeeper } from '../../../core/health/time.ts';
import { createTimeKeeper } from '../../../core/health/time-keeper.ts';
import { createManualClock, type ManualClock } from '../../fakes/manual-clock.ts';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const YEAR = 365 * DAY;
/** The right time at the begin of the tests. */
export const T0 = Date.UTC(2026, 6, 1);

export interface KeeperUnderTest {
  readonly clock: ManualClock;
  readonly time: TimeKeeper;
  /** As the store has them. */
  readonly figures: Map<string, number>;
  readonly sync: { now: boolean | null; forgotten: number };
  events(): string[];
  start(): Promise<void>;
}

export interface KeeperOptions {
  readonly wallMs?: number;
  readonly synced?: boolean | null;
  readonly bootId?: string;
  readonly machine?: (clock: ManualClock) => Machine;
}

export function buildKeeper(options: KeeperOptions = {}): KeeperUnderTest {
  const clock = createManualClock(options.wallMs ?? T0);
  const logs = createLogHub({ clock }, { keep: 1000, level: 'debug' });
  const sync = { now: options.synced ?? null, forgotten: 0 };
  const system: SystemSync = {
    synced: () => sync.now,
    refresh: () => Promise.resolve(),
    // As the kernel does: who sets the clock by hand ends the synchronised state.
    forget() {
      sync.forgotten += 1;
      sync.now = null;
    },
  };
  const log = logs.logger('time');
  const machine = options.machine?.(clock) ?? null;
  const time = createTimeKeeper({ clock, log, bootId: options.bootId ?? 'boot-1', sync: system, machine });
  return {
    clock,
    time,
    figures: new Map(),
    sync,
    events: () => logs.recent().map((one) => one.event),
    start: () => time.start(new AbortController().signal),
  };
}

/** What a start leaves on the disk. */
export interface Left {
  readonly figures: ReadonlyMap<string, number>;
  readonly life: ReturnType<TimeKeeper['life']>;
}

/** Saves, as at a stop. */
export function leave(before: KeeperUnderTest): Left {
  for (const [key, value] of Object.entries(before.time.save())) {
    if (value === null) before.figures.delete(key);
    else before.figures.set(key, value);
  }
  return { figures: new Map(before.figures), life: before.time.life() };
}

/** The next start. */
export function enter(left: Left, options: KeeperOptions): KeeperUnderTest {
  const next = buildKeeper({ bootId: 'boot-2', ...options });
  for (const [key, value] of left.figures) next.figures.set(key, value);
  next.time.restore(Object.fromEntries(left.figures));
  next.time.resume(left.life);
  return next;
}

export const restart = (before: KeeperUnderTest, options: KeeperOptions): KeeperUnderTest => enter(leave(before), options);
