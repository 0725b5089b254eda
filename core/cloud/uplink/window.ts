/** How many messages may be in flight. Finds what the line bears. */
export interface Window {
  readonly limit: number;
  /** A message was acknowledged after so many ms; `busy`: the window was in use when it was sent. */
  acknowledged(tookMs: number, busy: boolean, now: number): void;
  /** An acknowledgement did not come, or the line hung up with this message in flight; told for each of them. */
  failed(sentAt: number, now: number): void;
  /** A new connection: how long an acknowledgement takes is learned anew; `most` is what the cloud allows. */
  connected(most: number): void;
}

const FIRST = 10;
/** An acknowledgement is late when it takes longer than this many times the least seen, and so many ms more. */
const LATE_TIMES = 4;
const LATE_MS = 250;
/** After a halving it grows fast again up to here. */
const LEAST_THRESHOLD = 8;
/** Weight of the newest acknowledgement in the mean. */
const NEWEST = 1 / 8;

/**
 * Additive increase, multiplicative decrease, as TCP does it: doubles with every round of acknowledgements at first, then grows by one
 * a round, while the window is in use; halves when acknowledgements fail or take much longer than the least seen on this connection
 * (then messages only queue on the way, and live data would wait behind them). At most one halving a round.
 */
export function createWindow(max: number): Window {
  let most = max;
  let size = Math.min(FIRST, max);
  let threshold = max;
  let least = Number.POSITIVE_INFINITY;
  let mean = 0;
  /** What was sent before this is of a round that has been answered with a halving already. */
  let roundAt = Number.NEGATIVE_INFINITY;

  function halve(now: number): void {
    size = Math.max(1, size / 2);
    threshold = Math.max(LEAST_THRESHOLD, size);
    roundAt = now;
  }
  function late(): boolean {
    return mean > least * LATE_TIMES + LATE_MS;
  }
  return {
    get limit() {
      return Math.max(1, Math.floor(Math.min(size, most)));
    },
    acknowledged(tookMs, busy, now) {
      if (tookMs < least) least = tookMs;
      mean = mean === 0 ? tookMs : mean + (tookMs - mean) * NEWEST;
      if (late()) {
        if (now - tookMs <= roundAt) return;
        // One or two in flight make no queue: the line itself has become slower.
        if (size <= 2) least = mean;
        else halve(now);
        return;
      }
      if (!busy || size >= most) return;
      size = Math.min(most, size + (size < threshold ? 1 : 1 / size));
    },
    failed(sentAt, now) {
      if (sentAt > roundAt) halve(now);
    },
    connected(allowed) {
      most = Math.max(1, Math.min(max, allowed));
      size = Math.min(size, most);
      least = Number.POSITIVE_INFINITY;
      mean = 0;
    },
  };
}
