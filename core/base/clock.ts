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
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  },
  after(ms, fn) {
    const timer = setTimeout(fn, ms);
    if (typeof timer === 'object') timer.unref(); // a plain number in a browser
    return () => clearTimeout(timer);
  },
  every(ms, fn) {
    const timer = setInterval(fn, ms);
    if (typeof timer === 'object') timer.unref();
    return () => clearInterval(timer);
  },
};
