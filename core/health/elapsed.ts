import type { Clock } from '../base/clock.ts';
import type { Machine } from './machine.ts';

/** More than this between two looks is sleep, less is the coarseness of the machine's uptime. */
const ASLEEP_MS = 2000;
const KEEP = 100;

/** Time since the start that does not stop while the machine sleeps, as the monotonic clock of Linux does. */
export interface Elapsed {
  now(): number;
  /** Of an earlier moment of this start. */
  at(monoMs: number): number;
  /** Looks at the machine's uptime; gives the ms that it has slept since the last look. */
  look(): number;
}

export function createElapsed(clock: Clock, machine: Machine | null): Elapsed {
  const sleeps: { atMono: number; ms: number }[] = [];
  let slept = 0;
  const lead = (): number => (machine ? machine.upMs() - clock.monotonic() : 0);
  let known = lead();
  return {
    now: () => clock.monotonic() + slept,
    at: (monoMs) => monoMs + sleeps.reduce((sum, one) => (one.atMono <= monoMs ? sum + one.ms : sum), 0),
    look() {
      const ms = lead() - known;
      if (ms <= ASLEEP_MS) return 0;
      known += ms;
      slept += ms;
      // Beyond the bound the oldest two become one: their sum must stay right.
      if (sleeps.length >= KEEP) {
        const [first, second] = sleeps.splice(0, 2);
        if (first && second) sleeps.unshift({ atMono: second.atMono, ms: first.ms + second.ms });
      }
      sleeps.push({ atMono: clock.monotonic(), ms });
      return ms;
    },
  };
}
