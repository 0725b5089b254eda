import type { Clock } from '../../base/clock.ts';
import { createEmitter } from '../../base/emitter.ts';
import { GatewayError } from '../../base/errors.ts';
import type { Message } from '../../contract/message.ts';
import type { Spool, SpoolEntry, SpoolStats } from '../spool.ts';
import { fromFault } from './faults-wire.ts';
import { packMessages, unpackMessages } from './packing.ts';
import type { Committed, PackedPage } from './protocol.ts';
import type { WorkerLink } from './worker-link.ts';

export interface SpoolClientOptions {
  /** How long appends are collected while a commit is under way. A lone message goes at the end of the turn. */
  readonly maxWaitMs: number;
  /** So many messages go at once even while commits are under way. */
  readonly maxBatch: number;
  readonly maxWaitingMessages: number;
  readonly maxWaitingBytes: number;
}

export interface SpoolClient extends Spool {
  /** The figures of a thread that has just started. */
  adopt(stats: SpoolStats): void;
  /** Resolves when nothing waits any more, whether stored or rejected. */
  settle(): Promise<void>;
  onCommit(listener: (commit: { appended: number; acknowledged: number; tookMs: number }) => void): () => void;
}

interface Append {
  readonly messages: readonly Message[];
  readonly bytes: number;
  resolve(firstId: number): void;
  reject(error: GatewayError): void;
}
interface Ack {
  readonly ids: readonly number[];
  resolve(): void;
  reject(error: GatewayError): void;
}

const IN_FLIGHT = 3;
const MAX_COMMIT_MESSAGES = 4096;
/** Below the reserve, so that a commit's share of the write-ahead log fits into it. */
const MAX_COMMIT_BYTES = 2_097_152;
const MAX_COMMIT_ACKS = 20_000;
const EMPTY: SpoolStats = { count: 0, bytes: 0, oldestAt: null, appended: 0, acknowledged: 0, dropped: 0 };

function toEntries(page: PackedPage): SpoolEntry[] {
  return unpackMessages(page.messages).map((message, index) => ({ id: page.ids[index] ?? 0, message }));
}

/** Takes whole items from the front until either bound is reached; at least one. */
function takeUpTo<T>(
  items: T[],
  count: (item: T) => number,
  maxCount: number,
  bytes: (item: T) => number,
  maxBytes: number,
): T[] {
  let taken = 0;
  let sumCount = 0;
  let sumBytes = 0;
  for (const item of items) {
    sumCount += count(item);
    sumBytes += bytes(item);
    if (taken > 0 && (sumCount > maxCount || sumBytes > maxBytes)) break;
    taken += 1;
  }
  return items.splice(0, taken);
}

/**
 * The main thread's half of the spool. Appends and acknowledgements of one turn, and those that come while a commit is under
 * way, share one commit. Bounded: beyond it `append` rejects with `store/overloaded`.
 */
export function createSpoolClient(deps: { clock: Clock; link: WorkerLink }, options: SpoolClientOptions): SpoolClient {
  const appended = createEmitter<void>();
  const commits = createEmitter<{ appended: number; acknowledged: number; tookMs: number }>();
  const appends: Append[] = [];
  const acks: Ack[] = [];
  const underWay = new Set<Promise<void>>();
  let stats = EMPTY;
  let queued = 0;
  let waitingMessages = 0;
  let waitingBytes = 0;
  let turn = false;
  let cancelWait: (() => void) | null = null;

  function settleBatch(batch: readonly Append[], removed: readonly Ack[], done: Committed): void {
    stats = done.stats;
    const ackFault = done.ackFault ? fromFault(done.ackFault) : null;
    for (const one of removed) ackFault ? one.reject(ackFault) : one.resolve();
    const appendFault = done.appendFault ? fromFault(done.appendFault) : null;
    let id = done.firstId;
    for (const one of batch) {
      if (appendFault) one.reject(appendFault);
      else one.resolve(id);
      id += one.messages.length;
    }
    const stored = appendFault ? 0 : id - done.firstId;
    const gone = ackFault ? 0 : removed.reduce((sum, one) => sum + one.ids.length, 0);
    commits.emit({ appended: stored, acknowledged: gone, tookMs: done.tookMs });
    if (stored > 0) appended.emit();
  }
  async function commit(batch: readonly Append[], removed: readonly Ack[]): Promise<void> {
    const messages = batch.length === 1 ? (batch[0]?.messages ?? []) : batch.flatMap((one) => one.messages);
    const append = batch.length > 0 ? packMessages(messages) : null;
    const ack = removed.length > 0 ? Float64Array.from(removed.flatMap((one) => one.ids)) : null;
    const transfer = [...(append ? [append.buffer] : []), ...(ack ? [ack.buffer] : [])];
    try {
      settleBatch(batch, removed, await deps.link.call('commit', { append, ack }, transfer));
    } catch (cause) {
      const error = cause instanceof GatewayError ? cause : new GatewayError('store/failed', 'The spool failed.', { cause });
      for (const one of [...batch, ...removed]) one.reject(error);
    }
    waitingMessages -= messages.length;
    waitingBytes -= batch.reduce((sum, one) => sum + one.bytes, 0);
  }
  function flush(): void {
    turn = false;
    cancelWait?.();
    cancelWait = null;
    while (underWay.size < IN_FLIGHT && (appends.length > 0 || acks.length > 0)) {
      const batch = takeUpTo(
        appends,
        (one) => one.messages.length,
        MAX_COMMIT_MESSAGES,
        (one) => one.bytes,
        MAX_COMMIT_BYTES,
      );
      const removed = takeUpTo(
        acks,
        (one) => one.ids.length,
        MAX_COMMIT_ACKS,
        () => 0,
        1,
      );
      for (const one of batch) queued -= one.messages.length;
      const done: Promise<void> = commit(batch, removed).finally(() => {
        underWay.delete(done);
        schedule();
      });
      underWay.add(done);
    }
  }
  function schedule(): void {
    if (turn || (appends.length === 0 && acks.length === 0) || underWay.size >= IN_FLIGHT) return;
    if (underWay.size === 0 || queued >= options.maxBatch) {
      turn = true;
      setImmediate(flush);
    } else cancelWait ??= deps.clock.after(options.maxWaitMs, flush);
  }

  return {
    append(messages) {
      if (messages.length === 0) return Promise.resolve(0);
      let bytes = 0;
      for (const message of messages) bytes += message.payload.byteLength + message.topic.length;
      const over =
        waitingMessages + messages.length > options.maxWaitingMessages || waitingBytes + bytes > options.maxWaitingBytes;
      if (over) {
        return Promise.reject(
          new GatewayError('store/overloaded', `${waitingMessages} messages wait to be stored; no more fit into memory.`),
        );
      }
      waitingMessages += messages.length;
      waitingBytes += bytes;
      queued += messages.length;
      return new Promise((resolve, reject) => {
        appends.push({ messages, bytes, resolve, reject });
        schedule();
      });
    },
    async peek(after, limit, maxBytes) {
      return limit > 0 ? toEntries(await deps.link.call('peek', { after, limit, maxBytes })) : [];
    },
    ack(ids) {
      if (ids.length === 0) return Promise.resolve();
      return new Promise((resolve, reject) => {
        acks.push({ ids, resolve, reject });
        schedule();
      });
    },
    stats: () => stats,
    onAppended: (listener) => appended.on(listener),
    onCommit: (listener) => commits.on(listener),
    adopt(found) {
      stats = found;
    },
    async settle() {
      for (flush(); underWay.size > 0; flush()) await Promise.allSettled(underWay);
    },
  };
}
