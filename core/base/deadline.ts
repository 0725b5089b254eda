import type { Clock } from './clock.ts';

/** Waits for `work` to settle, but not longer than `ms`. False: it was late, and goes on without us. Leaves no timer behind. */
export async function settledWithin(clock: Clock, ms: number, work: Promise<unknown>): Promise<boolean> {
  const timer = new AbortController();
  const late = clock.sleep(ms, timer.signal).then(
    () => false,
    () => true,
  );
  const done = work.then(
    () => true,
    () => true,
  );
  const inTime = await Promise.race([done, late]);
  timer.abort();
  return inTime;
}
