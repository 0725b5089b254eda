import type { Clock } from './clock.ts';

/** A moment that is remembered and shown as wall time. */
export interface Mark {
  /** Wall time in ms of the moment, as the clock is set now: `clock.now() - wallMs()` is always the time that has passed. */
  wallMs(): number;
}

/** Smaller steps are the clock being slewed: the shown time stays the same then. */
const STEP_MS = 2000;

/** Remembers this moment, or one so many ms ago. */
export function markNow(clock: Clock, agoMs = 0): Mark {
  const mono = clock.monotonic() - agoMs;
  let wall = Math.round(clock.now() - agoMs);
  return {
    wallMs() {
      const seen = clock.now() - (clock.monotonic() - mono);
      if (Math.abs(seen - wall) > STEP_MS) wall = Math.round(seen);
      return wall;
    },
  };
}
