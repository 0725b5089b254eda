export interface BackoffOptions {
  readonly firstMs: number;
  readonly maxMs: number;
  /** Growth per attempt; 2 unless told. */
  readonly factor?: number;
  /** Share of the delay that is random, 0..1; 0.5 unless told, so that a fleet does not reconnect in step. */
  readonly jitter?: number;
}

export interface Backoff {
  /** The delay before the next attempt, in ms. */
  next(): number;
  reset(): void;
  readonly attempt: number;
}

/** Exponential backoff with jitter: `random` is passed in so that tests are exact. */
export function createBackoff(options: BackoffOptions, random: () => number = Math.random): Backoff {
  const factor = options.factor ?? 2;
  const jitter = options.jitter ?? 0.5;
  let attempt = 0;
  return {
    next() {
      const full = Math.min(options.maxMs, options.firstMs * factor ** attempt);
      attempt += 1;
      return Math.round(full * (1 - jitter) + full * jitter * random());
    },
    reset() {
      attempt = 0;
    },
    get attempt() {
      return attempt;
    },
  };
}
