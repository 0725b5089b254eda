/** How a connection, or the attempt at one, ended: `line`: nothing was heard from the cloud; `answered`: it was reached. */
export type AttemptEnd = 'line' | 'answered';

/** How long to wait before the next attempt to connect. Times are monotonic ms. */
export interface ReconnectPace {
  next(end: AttemptEnd, now: number): number;
  /** A connection has held for a while: what follows is a new outage. */
  stable(): void;
}

/** In the first minute of an outage a line that is back is noticed within a second: a restarted router or server is the usual case. */
const QUICK_FOR_MS = 60_000;
const QUICK_MS = 800;
const FIRST_SLOW_MS = 1_000;
/** The share of a pause that is random, so that a fleet does not come back in step. */
const JITTER = 0.5;

/**
 * Pauses of 0.4 to 0.8 s while a line has been dead for less than a minute, then doubling up to `maxMs`. A cloud that was reached and
 * refuses, or hangs up, is not pressed: the pauses double from a second on at once (AWS IoT Core takes one CONNECT a second).
 */
export function createReconnectPace(maxMs: number, random: () => number): ReconnectPace {
  let since: number | null = null;
  let slow = 0;
  return {
    next(end, now) {
      since ??= now;
      let full = QUICK_MS;
      if (end === 'answered' || now - since >= QUICK_FOR_MS) {
        full = FIRST_SLOW_MS * 2 ** Math.min(slow, 30);
        slow += 1;
      }
      full = Math.min(maxMs, full);
      return Math.round(full * (1 - JITTER) + full * JITTER * random());
    },
    stable() {
      since = null;
      slow = 0;
    },
  };
}
