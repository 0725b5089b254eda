/**
 * Something with a life: single use, started and stopped by the composition root.
 * `start` resolves when usable; if it fails or is aborted it has released what it took.
 * `stop` is safe in any state, idempotent, never rejects, and settles everything that is pending.
 */
export interface Service {
  readonly name: string;
  start(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}
