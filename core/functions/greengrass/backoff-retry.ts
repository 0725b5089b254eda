import { createBackoff } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';

type Done = (error: unknown, ...results: unknown[]) => void;
export type Retried = (...given: [...unknown[], Done]) => void;

/**
 * `BackoffRetry` of the old runtime (contract 1.1, 1.5), which nothing in a function uses: it is there for code that looks for the name.
 * Gives a function that calls `fn` with the same arguments and a callback of Node's form again and again, until it succeeds,
 * `attempts` are used up or `totalMs` are over; then `onGiveUp` has the last error.
 */
export function backoffRetry(clock: Clock, random: () => number) {
  return (
    fn: (...all: unknown[]) => unknown,
    self: unknown,
    onGiveUp: (error: unknown) => void,
    firstMs: number,
    factor: number,
    maxMs: number,
    attempts: number,
    totalMs: number,
    jitter: boolean,
  ): Retried =>
    (...given) => {
      const done = given[given.length - 1];
      const values = given.slice(0, -1);
      const backoff = createBackoff({ firstMs, factor, maxMs, jitter: jitter ? 0.5 : 0 }, random);
      const since = clock.monotonic();
      function attempt(): void {
        fn.call(self, ...values, (error: unknown, ...results: unknown[]) => {
          if (error === null || error === undefined) {
            if (typeof done === 'function') done(null, ...results);
            return;
          }
          const wait = backoff.next();
          if (backoff.attempt >= attempts || clock.monotonic() - since + wait > totalMs) onGiveUp(error);
          else clock.after(wait, attempt);
        });
      }
      attempt();
    };
}
