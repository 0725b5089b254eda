import { createBackoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';

const LOAD_FAILURES = 3;
const CRASHES = 5;
const CRASH_SPAN_MS = 60_000;

/** Decides whether a thread that ended badly is replaced: after how many ms, or not at all (null: the function is parked). */
export interface CrashPolicy {
  loadFailed(): number | null;
  crashed(): number | null;
  loaded(): void;
  /** A person starts anew. */
  reset(): void;
}

/** Parks after 3 failed loads in a row or 5 crashes within a minute. */
export function createCrashPolicy(clock: Clock, random: () => number): CrashPolicy {
  const backoff = createBackoff({ firstMs: 100, maxMs: 5000 }, random);
  let loadFailures = 0;
  let crashes: number[] = [];
  return {
    loadFailed() {
      loadFailures += 1;
      return loadFailures >= LOAD_FAILURES ? null : backoff.next();
    },
    crashed() {
      const now = clock.monotonic();
      crashes = [...crashes.filter((at) => now - at < CRASH_SPAN_MS), now];
      if (crashes.length === 1) backoff.reset();
      return crashes.length >= CRASHES ? null : backoff.next();
    },
    loaded() {
      loadFailures = 0;
    },
    reset() {
      loadFailures = 0;
      crashes = [];
      backoff.reset();
    },
  };
}
