import type { Message } from '../contract/message.ts';
import type { FaultView } from '../contract/views.ts';

/** A message that the far end refused for good. */
export interface DeadLetter {
  /** Counts up; never used twice. */
  readonly id: number;
  /** Its id in the spool, and so in the cloud's log. */
  readonly entry: number;
  readonly stream: string;
  readonly destination: string;
  readonly custody: number;
  readonly message: Message;
  /** Why and when it was refused. */
  readonly fault: FaultView;
}

/** Bounded: the oldest goes when a limit is met, and is counted. Committed with `synchronous=FULL` before a call resolves. */
export interface DeadLetters {
  /** Newest first, ids below `before`. */
  list(before: number | null, limit: number): Promise<readonly DeadLetter[]>;
  get(id: number): Promise<DeadLetter | null>;
  /** Puts them back at the end of their stream (null: all of them), in one transaction; with `edit`, one, changed. Resolves with how many. */
  retry(ids: readonly number[] | null, edit?: { readonly topic: string; readonly payload: Uint8Array }): Promise<number>;
  /** Removes them (null: all of them). Resolves with how many. */
  discard(ids: readonly number[] | null): Promise<number>;
  onChanged(listener: () => void): () => void;
}
