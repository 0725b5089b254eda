import type { OutboxPolicyName, PriorityName, StreamPolicyName } from '../contract/document/outbox.ts';
import type { Message } from '../contract/message.ts';
import type { GapView } from '../contract/outbox-views.ts';
import type { FaultView } from '../contract/views.ts';

/**
 * A message that waits for a destination. `id` is never used twice and counts up within a stream:
 * `stream number * 2^40 + n` (see `spool-ids.ts`), so that a stream's entries lie together on the disk.
 */
export interface SpoolEntry {
  readonly id: number;
  /** Name of the stream it waits in. */
  readonly stream: string;
  /** Counts up without a gap per source over all its messages to this destination, over restarts too: a gap is a loss, and is explained. */
  readonly custody: number;
  readonly message: Message;
  /** In steady time (see `SteadyTime`); 0: before steady time was kept, and so without an age. */
  readonly keptAt: number;
  /** In steady time; null: never. The message itself comes back without its `expiryMs`: this is what is left of it. */
  readonly expiresAt: number | null;
}

/**
 * Time that only moves forward, over restarts too, and does not follow jumps of the wall clock: what ages and expiry are measured
 * in. `core/health` keeps it; the store only stores it with every commit.
 */
export interface SteadyTime {
  readonly steadyMs: number;
  readonly wallMs: number;
  readonly trust: 'never' | 'holding' | 'synced';
}

export interface StreamPlan {
  readonly name: string;
  readonly priority: PriorityName;
  readonly maxMessages: number | null;
  /** Payload bytes. */
  readonly maxBytes: number | null;
  readonly maxAgeMs: number | null;
  readonly whenFull: StreamPolicyName;
  /** For `thin-out`: every n-th message of a topic stays. */
  readonly keepEvery: number;
}

/** All rules of the spool. A stream that is not named any more keeps what it holds until that is sent, by the rules of the rest. */
export interface SpoolPlan {
  /** The first one is always `rest`. */
  readonly streams: readonly StreamPlan[];
  readonly maxMessages: number | null;
  readonly maxBytes: number | null;
  readonly maxAgeMs: number | null;
  readonly whenFull: OutboxPolicyName;
  /** Room on the disk that is never used: the lesser of both. */
  readonly roomPercent: number;
  readonly roomBytes: number;
}

/** Why a message left without being delivered. Keys of `dropped`. */
export const DROP_REASONS = [
  /** Older than the stream, the outbox or the subscription keeps. */
  'expired',
  /** Over the stream's or the outbox's limit in bytes or messages. */
  'limit',
  /** Thinned out. */
  'thinned',
  /** No room on the disk. */
  'disk-room',
  /** Lost in a damaged database. */
  'damaged',
] as const;
export type DropReason = (typeof DROP_REASONS)[number];
export type Dropped = Readonly<Partial<Record<DropReason, number>>>;

/** `appended = acknowledged + sum(dropped) + deadLettered + count`, over restarts. */
export interface StreamStats {
  readonly name: string;
  readonly count: number;
  readonly bytes: number;
  /** Wall time in ms of the oldest waiting message; null when empty. */
  readonly oldestAt: number | null;
  /** Steady time at which it was kept; null when empty. */
  readonly oldestKeptAt: number | null;
  readonly appended: number;
  readonly appendedBytes: number;
  readonly acknowledged: number;
  readonly dropped: Dropped;
  readonly deadLettered: number;
}

/** Sums of all streams since the store was made, and each stream. */
export interface SpoolStats extends Omit<StreamStats, 'name'> {
  readonly streams: readonly StreamStats[];
  /** Set while the room on the disk is used up and the policy holds the spool at its size. */
  readonly short: { readonly freeBytes: number; readonly roomBytes: number } | null;
  readonly deadLetters: DeadLetterStats;
}

export interface SpoolAsk {
  readonly stream: string;
  /** `oldest`: ids above `after` rising. `newest`: ids below `before` falling. */
  readonly from: 'oldest' | 'newest';
  readonly after?: number;
  readonly before?: number;
  readonly limit: number;
  /** About so many payload bytes, at least one entry. */
  readonly maxBytes: number;
}

/**
 * Messages on their way to the cloud. Committed with `synchronous=FULL` before `append` resolves, removed on acknowledgement or by
 * a policy that counts what it drops, read in the order of their stream.
 */
export interface Spool {
  /** Rules from now on; what is over a new limit goes by the policy in small steps. */
  configure(plan: SpoolPlan): void;
  /**
   * Resolves with the first id when all are on disk; the others follow without a gap. Appends of one turn of the loop and of a few
   * ms share one commit. `expiresInMs`: the subscription's limit; a message's own `expiryMs` counts too, whichever is less.
   * Rejects with `outbox/full` (policy `reject-newest`), `store/full`, `store/read-only`, `store/failed` (nothing kept) or
   * `store/overloaded` (too many wait in memory).
   */
  append(messages: readonly Message[], stream: string, expiresInMs?: number | null): Promise<number>;
  /**
   * Never gives an entry that has expired. Empty for `oldest` while a damaged spool is being salvaged, so that the order holds; on a
   * full disk, which holds the salvage up, it gives what is there: only what is sent makes room.
   */
  peek(ask: SpoolAsk): Promise<readonly SpoolEntry[]>;
  /** Removes these; ids that are gone already are ignored. Resolves when that is on disk. */
  ack(ids: readonly number[]): Promise<void>;
  /** Moves these to the dead letters in one transaction; ids that are gone already are ignored. */
  bury(ids: readonly number[], fault: FaultView, destination: string): Promise<void>;
  /** The figures after the last commit, without a round trip. */
  stats(): SpoolStats;
  /** Numbers of this source that will never be delivered, with the reason, that touch the range; oldest first, at most `limit`. */
  gaps(source: string, first: number, last: number, limit: number): Promise<readonly GapView[]>;
  /**
   * The last custody number and the last sequence of every source that has sent to the cloud, but for those that were forgotten because
   * there were too many. `began`: its numbers begin above this one; absent: at 1.
   */
  sources(): Promise<
    readonly { readonly source: string; readonly custody: number; readonly sequence: number; readonly began?: number }[]
  >;
  /** Called after an append is committed, at most once per commit and stream. */
  onAppended(listener: (stream: string) => void): () => void;
}

export interface DeadLetterStats {
  /** Held now. `buried = held + retried + discarded + evicted`. */
  readonly held: number;
  readonly bytes: number;
  readonly buried: number;
  readonly retried: number;
  readonly discarded: number;
  /** The oldest go when the list meets its bound. */
  readonly evicted: number;
}
