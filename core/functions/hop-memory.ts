/**
 * How many hops what a function hands out has behind it, where nobody can tell which event it belongs to: a timer that a handler left
 * behind, a request over HTTP. The highest of what runs counts, and of what ended within the last ticks; too many rather than too few,
 * for a circle that is not stopped fills the gateway.
 */
export interface HopMemory {
  /** An event with so many has ended. */
  ended(hops: number): void;
  /** Ten times a second. */
  tick(): void;
  /** Hops of what runs, or ran a moment ago; `running` are those of what runs. */
  now(running: Iterable<number>): number;
}

/** `remembers`: not where timers are the function's own (long-lived), for what these hand out has no event before it. */
export function createHopMemory(remembers: boolean): HopMemory {
  let recent = 0;
  let before = 0;
  return {
    ended(hops) {
      if (remembers && hops > recent) recent = hops;
    },
    tick() {
      before = recent;
      recent = 0;
    },
    now: (running) => Math.max(recent, before, ...running),
  };
}
