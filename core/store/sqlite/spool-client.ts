import type { Clock } from '../../base/clock.ts';
import { createEmitter } from '../../base/emitter.ts';
import { GatewayError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { REST_STREAM } from '../../contract/document/outbox.ts';
import type { Spool, SpoolEntry, SpoolPlan, SpoolStats, SteadyTime, StreamStats } from '../spool.ts';
import { NO_DEAD_LETTERS, newBook, sumStats, toStreamStats } from '../spool-books.ts';
import { unpackMessages } from './packing.ts';
import type { PackedPage } from './protocol.ts';
import { type Ack, type Append, type CommitReport, commitBatch, takeAcks, takeAppends } from './spool-batch.ts';
import type { SpoolChange } from './spool-db.ts';
import type { WorkerLink } from './worker-link.ts';

export interface SpoolClientOptions {
  /** How long appends are collected while a commit is under way. A lone message goes at the end of the turn. */
  readonly groupMs: number;
  /** So many messages go at once even while commits are under way. */
  readonly groupMessages: number;
  readonly maxWaitingMessages: number;
  readonly maxWaitingBytes: number;
}

export interface SpoolClientDeps {
  readonly clock: Clock;
  readonly link: WorkerLink;
  readonly log: Logger;
  readonly life: () => SteadyTime;
}

export interface SpoolClient extends Spool {
  /** The figures of a thread that has just started; it gets the plan, which it keeps in memory only. */
  adopt(all: SpoolChange): void;
  /** Figures that changed otherwise than by a commit. */
  apply(change: SpoolChange): void;
  /** Tells the listeners of `onAppended` that messages are there which did not come by `append`: those of a salvage. */
  wake(): void;
  /** Resolves when nothing waits any more, whether stored or rejected. */
  settle(): Promise<void>;
  onCommit(listener: (commit: CommitReport) => void): () => void;
}

const IN_FLIGHT = 3;

function toEntries({ stream, figures, messages }: PackedPage): SpoolEntry[] {
  return unpackMessages(messages).map((message, index) => {
    const [id = 0, custody = 0, keptAt = 0, expires = Number.NaN] = figures.subarray(index * 4, index * 4 + 4);
    return { id, stream, custody, message, keptAt, expiresAt: Number.isNaN(expires) ? null : expires };
  });
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
    if (underWay.size === 0 || queued >= options.groupMessages) {
      turn = true;
      setImmediate(flush);
    } else cancelWait ??= clock.after(options.groupMs, flush);
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

/** The figures of all streams as the thread told them last; sums are made when somebody asks. */
function createFigures(): {
  apply(change: SpoolChange): void;
  adopt(all: SpoolChange): void;
  plan(names: readonly string[]): void;
  stats(): SpoolStats;
} {
  const streams = new Map<string, StreamStats>([[REST_STREAM, toStreamStats(newBook(0, REST_STREAM))]]);
  let planned: readonly string[] = [];
  let short: SpoolStats['short'] = null;
  let letters = NO_DEAD_LETTERS;
  let summed: SpoolStats | null = null;
  function apply(change: SpoolChange): void {
    for (const name of change.gone) streams.delete(name);
    for (const one of change.streams) streams.set(one.name, one);
    short = change.short;
    letters = change.deadLetters;
    summed = null;
  }
  return {
    apply,
    adopt(all) {
      streams.clear();
      apply(all);
    },
    plan(names) {
      planned = names;
      summed = null;
    },
    stats() {
      if (summed) return summed;
      const unused = planned.filter((name) => !streams.has(name)).map((name) => toStreamStats(newBook(0, name)));
      summed = sumStats([...streams.values(), ...unused], short, letters);
      return summed;
    },
  };
}

/**
 * The main thread's half of the spool. Appends and acknowledgements of one turn, and those that come while a commit is under
 * way, share one commit. Bounded: beyond it `append` rejects with `store/overloaded`.
 */
export function createSpoolClient(deps: SpoolClientDeps, options: SpoolClientOptions): SpoolClient {
  const { clock, link, log, life } = deps;
  const appended = createEmitter<string>();
  const commits = createEmitter<CommitReport>();
  const figures = createFigures();
  let plan: SpoolPlan | null = null;
  const loop = createCommitLoop(clock, options, (appends, acks, release) =>
    commitBatch(link, appends, acks, life(), (report) => {
      release();
      if (!report) return;
      if (report.change) figures.apply(report.change);
      commits.emit(report);
      for (const stream of report.streams) appended.emit(stream);
    }),
  );
  function configure(): void {
    if (plan) link.call('spool.configure', plan).catch((cause: unknown) => log.debug('store.configure-failed', { cause }));
  }
  return {
    configure(next) {
      plan = next;
      figures.plan(next.streams.map((one) => one.name));
      configure();
    },
    append(messages, stream, expiresInMs = null) {
      if (messages.length === 0) return Promise.resolve(0);
      let bytes = 0;
      for (const message of messages) bytes += message.payload.byteLength + message.topic.length;
      const waiting = loop.waiting();
      if (waiting.messages + messages.length > options.maxWaitingMessages || waiting.bytes + bytes > options.maxWaitingBytes) {
        const text = `${waiting.messages} messages wait to be stored; no more fit into memory.`;
        return Promise.reject(new GatewayError('store/overloaded', text));
      }
      return new Promise((resolve, reject) => loop.append({ messages, stream, expiresInMs, bytes, resolve, reject }));
    },
    async peek(ask) {
      return ask.limit > 0 ? toEntries(await link.call('peek', { ask, life: life() })) : [];
    },
    ack(ids) {
      if (ids.length === 0) return Promise.resolve();
      return new Promise((resolve, reject) => loop.ack({ ids, resolve, reject }));
    },
    async bury(ids, fault, destination) {
      if (ids.length > 0) await link.call('dead.bury', { ids, fault, destination, life: life() });
    },
    stats: () => figures.stats(),
    gaps: (source, first, last, limit) => link.call('spool.gaps', { source, first, last, limit }),
    sources: () => link.call('spool.sources', null),
    onAppended: (listener) => appended.on(listener),
    onCommit: (listener) => commits.on(listener),
    apply: (change) => figures.apply(change),
    wake() {
      for (const { name, count } of figures.stats().streams) if (count > 0) appended.emit(name);
    },
    adopt(all) {
      figures.adopt(all);
      configure();
    },
    settle: () => loop.settle(),
  };
}
