import type { ErrorCode } from '../base/errors.ts';
import type { Message } from '../contract/message.ts';

/** An event that a function has failed for good: all attempts used up, or dropped on the way with `deadLetter` on. */
export interface StoredFailedEvent {
  /** Counts up; never used twice. */
  readonly id: number;
  readonly function: string;
  readonly version: number;
  readonly requestId: string | null;
  /** `clientContext` as JSON, for what was invoked. */
  readonly context: string | null;
  readonly message: Message;
  readonly attempts: number;
  readonly code: ErrorCode;
  readonly error: string;
  readonly stack: string;
  /** Wall ms. */
  readonly failedAt: number;
}

/**
 * The functions' dead letters. Bounded (10,000 and 64 MB over all functions): the oldest goes and is counted. Committed before `add` resolves;
 * `add` batches, for a function that fails on everything must not drown the store.
 */
export interface FailedEvents {
  add(events: readonly Omit<StoredFailedEvent, 'id'>[]): Promise<void>;
  /** Newest first, ids below `before`; null: of all functions. */
  list(name: string | null, before: number | null, limit: number): Promise<readonly StoredFailedEvent[]>;
  get(id: number): Promise<StoredFailedEvent | null>;
  /**
   * Removes and gives what was there (null: all of this function; with a `code` only those that it stands for), oldest first: to be tried
   * again or thrown away.
   */
  take(name: string, ids: readonly number[] | null, code?: ErrorCode): Promise<readonly StoredFailedEvent[]>;
  counts(): ReadonlyMap<string, number>;
  onChanged(listener: () => void): () => void;
}
