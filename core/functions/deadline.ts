import type { Clock } from '../base/clock.ts';

export interface DeadlineDeps {
  readonly clock: Clock;
  /** Changes whenever the thread begins or ends an event; undefined while it has nothing to do. */
  progress(): string | undefined;
  /** How long the present state may last. */
  limitMs(): number;
  onOver(): void;
}

export interface Deadline {
  /** The thread has got work. */
  begin(): void;
  stop(): void;
}

/**
 * Notices a thread that is with one event for longer than its limit: never early, and late by a tenth at most.
 * It looks from outside, so that an endless loop is seen as well as a promise that never settles.
 */
export function createDeadline(deps: DeadlineDeps): Deadline {
  const { clock } = deps;
  const everyMs = Math.min(100, Math.max(5, deps.limitMs() / 20));
  let cancel: (() => void) | undefined;
  let seen: string | undefined;
  let seenAt = 0;
  function look(): void {
    cancel = undefined;
    const now = clock.monotonic();
    const state = deps.progress();
    if (state === undefined) return;
    if (state !== seen) {
      seen = state;
      seenAt = now;
    } else if (now - seenAt >= deps.limitMs()) {
      deps.onOver();
      return;
    }
    cancel = clock.after(everyMs, look);
  }
  return {
    begin() {
      if (cancel) return;
      seen = undefined;
      look();
    },
    stop() {
      cancel?.();
      cancel = undefined;
    },
  };
}
