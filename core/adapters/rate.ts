import type { Clock } from '../base/clock.ts';

/** Events per second over the last few full seconds. */
export interface Rate {
  add(count: number): void;
  perSecond(): number;
}

const WINDOW_S = 5;

export function createRate(clock: Clock): Rate {
  const counts = new Float64Array(WINDOW_S + 1);
  const startedAt = clock.monotonic();
  let second = Math.floor(startedAt / 1000);
  function moveOn(): void {
    const now = Math.floor(clock.monotonic() / 1000);
    for (let i = Math.max(second + 1, now - WINDOW_S); i <= now; i += 1) counts[i % counts.length] = 0;
    second = Math.max(second, now);
  }
  return {
    add(count) {
      moveOn();
      const at = second % counts.length;
      counts[at] = (counts[at] ?? 0) + count;
    },
    perSecond() {
      moveOn();
      const whole = counts.reduce((sum, count) => sum + count, 0) - (counts[second % counts.length] ?? 0);
      const seconds = Math.min(WINDOW_S, Math.floor((clock.monotonic() - startedAt) / 1000));
      return seconds === 0 ? 0 : Number((whole / seconds).toFixed(2));
    },
  };
}
