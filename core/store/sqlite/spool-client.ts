import type { Clock } from '../../base/clock.ts';
import { createEmitter } from '../../base/emitter.ts';
import { GatewayError } from '../../base/errors.ts';
import type { Spool, SpoolEntry, SpoolStats } from '../spool.ts';
import { unpackMessages } from './packing.ts';
import type { PackedPage } from './protocol.ts';
import { type Ack, type Append, type CommitReport, commitBatch, takeAcks, takeAppends } from './spool-batch.ts';
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
  onCommit(listener: (commit: CommitReport) => void): () => void;
}

const IN_FLIGHT = 3;
const EMPTY: SpoolStats = { count: 0, bytes: 0, oldestAt: null, appended: 0, acknowledged: 0, dropped: 0 };

function toEntries(page: PackedPage): SpoolEntry[] {
  return unpackMessages(page.messages).map((message, index) => ({ id: page.ids[index] ?? 0, message }));
}

interface CommitLoop {
  append(one: Append): void;
  ack(one: Ack): void;
  /** Messages that are not settled yet, and their bytes. */
  waiting(): { messages: number; bytes: number };
  settle(): Promise<void>;
}

/**
 * Decides when what waits is sent: at the end of the turn while nothing is under way; else when the batch is full, the wait is
 * over or a commit is done. So a slow disk makes larger commits, and a lone message does not wait.
 */
function createCommitLoop(
  clock: Clock,
  options: SpoolClientOptions,
  commit: (appends: readonly Append[], acks: readonly Ack[], release: () => void) => Promise<void>,
): CommitLoop {
  const appends: Append[] = [];
  const acks: Ack[] = [];
  const underWay = new Set<Promise<void>>();
  const waiting = { messages: 0, bytes: 0 };
  let queued = 0;
  let turn = false;
  let cancelWait: (() => void) | null = null;
  async function send(batch: readonly Append[], removed: readonly Ack[]): Promise<void> {
    for (const one of batch) queued -= one.messages.length;
    await commit(batch, removed, () => {
      for (const one of batch) {
        waiting.messages -= one.messages.length;
        waiting.bytes -= one.bytes;
      }
    });
  }
  function flush(): void {
    turn = false;
    cancelWait?.();
    cancelWait = null;
    while (underWay.size < IN_FLIGHT && (appends.length > 0 || acks.length > 0)) {
      const done: Promise<void> = send(takeAppends(appends), takeAcks(acks)).finally(() => {
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
    } else cancelWait ??= clock.after(options.maxWaitMs, flush);
  }
  return {
    append(one) {
      appends.push(one);
      queued += one.messages.length;
      waiting.messages += one.messages.length;
      waiting.bytes += one.bytes;
      schedule();
    },
    ack(one) {
      acks.push(one);
      schedule();
    },
    waiting: () => waiting,
    async settle() {
      for (flush(); underWay.size > 0; flush()) await Promise.allSettled(underWay);
    },
  };
}

/**
 * The main thread's half of the spool. Appends and acknowledgements of one turn, and those that come while a commit is under
 * way, share one commit. Bounded: beyond it `append` rejects with `store/overloaded`.
 */
export function createSpoolClient(deps: { clock: Clock; link: WorkerLink }, options: SpoolClientOptions): SpoolClient {
  const appended = createEmitter<void>();
  const commits = createEmitter<CommitReport>();
  let stats = EMPTY;
  const loop = createCommitLoop(deps.clock, options, (appends, acks, release) =>
    commitBatch(deps.link, appends, acks, (report) => {
      release();
      if (!report) return;
      stats = report.stats;
      commits.emit(report);
      if (report.appended > 0) appended.emit();
    }),
  );
  return {
    append(messages) {
      if (messages.length === 0) return Promise.resolve(0);
      let bytes = 0;
      for (const message of messages) bytes += message.payload.byteLength + message.topic.length;
      const waiting = loop.waiting();
      if (waiting.messages + messages.length > options.maxWaitingMessages || waiting.bytes + bytes > options.maxWaitingBytes) {
        const text = `${waiting.messages} messages wait to be stored; no more fit into memory.`;
        return Promise.reject(new GatewayError('store/overloaded', text));
      }
      return new Promise((resolve, reject) => loop.append({ messages, bytes, resolve, reject }));
    },
    async peek(after, limit, maxBytes) {
      return limit > 0 ? toEntries(await deps.link.call('peek', { after, limit, maxBytes })) : [];
    },
    ack(ids) {
      if (ids.length === 0) return Promise.resolve();
      return new Promise((resolve, reject) => loop.ack({ ids, resolve, reject }));
    },
    stats: () => stats,
    onAppended: (listener) => appended.on(listener),
    onCommit: (listener) => commits.on(listener),
    adopt(found) {
      stats = found;
    },
    settle: () => loop.settle(),
  };
}
