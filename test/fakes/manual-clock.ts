import type { Clock } from '../../core/base/clock.ts';

interface Timer {
  at: number;
  readonly fn: () => void;
  readonly everyMs: number | null;
}

export interface ManualClock extends Clock {
  /** Moves both clocks on, running what falls due in order and letting promises settle in between. */
  advance(ms: number): Promise<void>;
  /** Moves the wall clock only, as a person or NTP would. */
  jumpWall(ms: number): void;
  readonly pending: number;
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Time that stands still until a test moves it. */
export function createManualClock(startWallMs = Date.UTC(2026, 0, 1)): ManualClock {
  let wall = startWallMs;
  let mono = 0;
  const timers = new Set<Timer>();
  function add(ms: number, fn: () => void, everyMs: number | null): () => void {
    const timer: Timer = { at: mono + ms, fn, everyMs };
    timers.add(timer);
    return () => {
      timers.delete(timer);
    };
  }
  function nextDue(limit: number): Timer | undefined {
    let due: Timer | undefined;
    for (const timer of timers) if (timer.at <= limit && (!due || timer.at < due.at)) due = timer;
    return due;
  }
  const clock: ManualClock = {
    now: () => wall,
    monotonic: () => mono,
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(signal.reason);
          return;
        }
        const cancel = add(ms, resolve, null);
        signal?.addEventListener('abort', () => {
          cancel();
          reject(signal.reason);
        });
      });
    },
    after: (ms, fn) => add(ms, fn, null),
    every: (ms, fn) => add(ms, fn, ms),
    async advance(ms) {
      const end = mono + ms;
      await settle();
      for (let due = nextDue(end); due; due = nextDue(end)) {
        wall += due.at - mono;
        mono = due.at;
        if (due.everyMs === null) timers.delete(due);
        else due.at += due.everyMs;
        due.fn();
        await settle();
      }
      wall += end - mono;
      mono = end;
      await settle();
    },
    jumpWall(ms) {
      wall += ms;
    },
    get pending() {
      return timers.size;
    },
  };
  return clock;
}
