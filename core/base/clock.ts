/** The only door to time. Production uses `systemClock`; tests use `test/fakes/manual-clock.ts`. */
export interface Clock {
  /** Wall time in ms since 1970. May jump either way; never use it to measure a duration. */
  now(): number;
  /** Milliseconds since an arbitrary point; never goes back. */
  monotonic(): number;
  /** Resolves after `ms`; rejects with `signal.reason` when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `fn` once after `ms`. Returns a cancel function that may be called at any time. */
  after(ms: number, fn: () => void): () => void;
  /** Calls `fn` every `ms` until cancelled. A slow `fn` is not called twice at once. */
  every(ms: number, fn: () => void): () => void;
}

/** A timer of JavaScript that is set for longer rings at once: 24.8 days. */
const LONGEST_MS = 2 ** 31 - 1;

/** A timer of any length. `holds`: it keeps the process alive. */
function startTimer(ms: number, fn: () => void, holds: boolean): () => void {
  let left = ms;
  let timer: ReturnType<typeof setTimeout>;
  function arm(): void {
    const step = Math.min(left, LONGEST_MS);
    left -= step;
    timer = setTimeout(left > 0 ? arm : fn, step);
    if (!holds && typeof timer === 'object') timer.unref(); // a plain number in a browser
  }
  arm();
  return () => clearTimeout(timer);
}

/** Real time. Timers do not keep the process alive: what must run to its end is awaited by its owner. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = (): void => {
        cancel();
        reject(signal?.reason);
      };
      const done = (): void => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      const cancel = startTimer(ms, done, true);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  },
  after: (ms, fn) => startTimer(ms, fn, false),
  every(ms, fn) {
    if (ms > LONGEST_MS) throw new RangeError(`A period of ${ms} ms is longer than a timer can be.`);
    const timer = setInterval(fn, ms);
    if (typeof timer === 'object') timer.unref();
    return () => clearInterval(timer);
  },
};
