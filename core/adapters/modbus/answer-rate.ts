/** Answers a second, the newest minute counting most; right from the first seconds on. */
export interface AnswerRate {
  add(): void;
  perS(): number;
  /** How long it has been measured, in ms: from the first answer on. */
  readonly measuredMs: number;
}

/** An answer so long ago counts for a third. */
const MEMORY_MS = 30_000;

/** `now` is monotonic, in ms. */
export function createAnswerRate(now: () => number): AnswerRate {
  let from: number | undefined;
  let at = 0;
  let sum = 0;
  function fade(): void {
    const time = now();
    sum *= Math.exp((at - time) / MEMORY_MS);
    at = time;
  }
  return {
    add() {
      if (from === undefined) {
        from = now();
        at = from;
        return; // with the first one the measuring begins
      }
      fade();
      sum += 1;
    },
    perS() {
      if (from === undefined) return 0;
      fade();
      // So much of its memory is filled; at least a second of it, or a single answer would look like a thousand.
      const filled = 1 - Math.exp(-Math.max(1000, at - from) / MEMORY_MS);
      return (sum * 1000) / (MEMORY_MS * filled);
    },
    get measuredMs() {
      return from === undefined ? 0 : now() - from;
    },
  };
}
