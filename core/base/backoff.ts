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

/** The delay in ms after so many failed attempts (1 and up). */
export function backoffDelay(options: BackoffOptions, attempt: number, random: () => number): number {
  const jitter = options.jitter ?? 0.5;
  const full = Math.min(options.maxMs, options.firstMs * (options.factor ?? 2) ** (attempt - 1));
  return Math.round(full * (1 - jitter) + full * jitter * random());
}

/** Exponential backoff with jitter: `random` is passed in so that tests are exact. */
export function createBackoff(options: BackoffOptions, random: () => number = Math.random): Backoff {
  let attempt = 0;
  return {
    next() {
      attempt += 1;
      return backoffDelay(options, attempt, random);
    },
    reset() {
      attempt = 0;
    },
    get attempt() {
      return attempt;
    },
  };
}
