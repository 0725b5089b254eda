import type { Message } from '../contract/message.ts';

/** A message that waits for a destination. `id` comes from the database, counts up and is never used twice. */
export interface SpoolEntry {
  readonly id: number;
  readonly message: Message;
}

export interface SpoolStats {
  readonly count: number;
  readonly bytes: number;
  /** Wall time in ms of the oldest waiting message; null when empty. */
  readonly oldestAt: number | null;
  /** Since the store was made: appended and acknowledged, kept across restarts. appended = acknowledged + dropped + count. */
  readonly appended: number;
  readonly acknowledged: number;
  readonly dropped: number;
}

/**
 * Messages on their way to the cloud. Committed with `synchronous=FULL` before `append` resolves,
 * removed on acknowledgement only, read in the order they were appended.
 */
export interface Spool {
  /**
   * Resolves with the first id when all are on disk. Appends of one turn of the loop and of a few ms share one commit.
   * Rejects with `store/full`, `store/read-only`, `store/failed` (nothing kept) or `store/overloaded` (too many wait in memory).
   */
  append(messages: readonly Message[]): Promise<number>;
  /** Up to `limit` entries (and about `maxBytes` of payload) with an id greater than `after`, oldest first. */
  peek(after: number, limit: number, maxBytes: number): Promise<readonly SpoolEntry[]>;
  /** Removes these; ids that are gone already are ignored. Resolves when that is on disk. */
  ack(ids: readonly number[]): Promise<void>;
  /** The figures after the last commit, without a round trip. */
  stats(): SpoolStats;
  /** Called after an append is committed, at most once per commit. */
  onAppended(listener: () => void): () => void;
}
