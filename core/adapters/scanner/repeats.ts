/** Knows the codes that were scanned a moment ago. */
export interface Repeats {
  /** True where the same code came less than `withinMs` before; the time then counts anew, so that a tag that lies on a reader is one scan. */
  isRepeat(code: string, now: number): boolean;
}

/** Beyond that the oldest are forgotten: a pallet of tags in front of one antenna. */
const KEEP = 1000;

export function createRepeats(withinMs: number): Repeats {
  const seen = new Map<string, number>();
  return {
    isRepeat(code, now) {
      const before = seen.get(code);
      seen.delete(code); // set again below, so that the map stays in order of time
      seen.set(code, now);
      const oldest = seen.keys().next();
      if (seen.size > KEEP && !oldest.done) seen.delete(oldest.value);
      return before !== undefined && now - before < withinMs;
    },
  };
}
