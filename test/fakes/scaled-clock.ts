import type { Clock } from '../../core/base/clock.ts';

/** The shortest pause of the real clock: many simulated ms may pass in one. */
const LEAST_MS = 1;

/**
 * A clock that runs `factor` times as fast as another one: sixty days in an hour are a factor of 1440. Wall and monotonic time begin
 * where the other clock's are. Timers fall due by the fast time; a period that would be shorter than a real ms is served once a ms.
 */
export function createScaledClock(clock: Clock, factor: number): Clock {
  if (!(factor > 0 && Number.isFinite(factor))) throw new RangeError(`A clock cannot run ${factor} times as fast.`);
  const wallAtStart = clock.now();
  const monoAtStart = clock.monotonic();
  const passed = (): number => (clock.monotonic() - monoAtStart) * factor;
  const real = (ms: number): number => (ms <= 0 ? 0 : Math.max(LEAST_MS, ms / factor));
  return {
    now: () => Math.floor(wallAtStart + passed()),
    monotonic: () => monoAtStart + passed(),
    sleep: (ms, signal) => clock.sleep(real(ms), signal),
    after: (ms, fn) => clock.after(real(ms), fn),
    every: (ms, fn) => clock.every(real(ms), fn),
  };
}
