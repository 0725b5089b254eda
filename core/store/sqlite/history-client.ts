import type { Clock } from '../../base/clock.ts';
import { describe, GatewayError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { Counter, Metrics } from '../../base/metrics.ts';
import { createQueue } from '../../base/queue.ts';
import type { Message } from '../../contract/message.ts';
import type { History } from '../history.ts';
import { packMessages } from './packing.ts';
import type { WorkerLink } from './worker-link.ts';

export interface HistoryClientOptions {
  readonly collectMs: number;
  readonly maxWaitingMessages: number;
  readonly maxWaitingBytes: number;
  readonly pruneMs: number;
}

export interface HistoryClient extends History {
  start(): void;
  /** Writes what waits, as far as the thread takes it. */
  settle(): Promise<void>;
  stop(): void;
}

/** Small, because one message may hold many values, and appends to the spool wait meanwhile. */
const BATCH = 200;
const DAY_MS = 86_400_000;
/** Between two steps of a prune, so that appends to the spool come in between. */
const STEP_MS = 20;

interface HistoryDeps {
  readonly clock: Clock;
  readonly link: WorkerLink;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** Removes old rows every minute, in steps, for as long as the thread says there are more. */
function createPruner(
  deps: HistoryDeps,
  pruneMs: number,
): {
  set(keepDays: number, maxRows: number): Promise<void>;
  followTime(now: () => number | null): void;
  start(): void;
  stop(): void;
} {
  const removed = deps.metrics.counter(
    'gatehouse_history_rows_removed_total',
    'Samples removed because they were too old or too many',
  );
  const life = new AbortController();
  let limits = { keepDays: 30, maxRows: 50_000_000 };
  let time: () => number | null = () => deps.clock.now();
  let running: Promise<void> | null = null;
  let cancel: (() => void) | null = null;
  async function prune(): Promise<void> {
    for (let more = true; more && !life.signal.aborted; ) {
      const now = time();
      const before = now === null ? null : now - limits.keepDays * DAY_MS;
      const step = await deps.link.call('prune', { before, maxRows: limits.maxRows });
      removed.add(step.deleted);
      more = step.more;
      if (more) await deps.clock.sleep(STEP_MS, life.signal);
    }
  }
  function run(): Promise<void> {
    running ??= prune().finally(() => {
      running = null;
    });
    return running;
  }
  function runQuietly(): void {
    run().catch((cause: unknown) => {
      if (!life.signal.aborted) deps.log.debug('store.history-prune-failed', { cause });
    });
  }
  return {
    set(keepDays, maxRows) {
      limits = { keepDays, maxRows };
      return run();
    },
    followTime(now) {
      time = now;
    },
    start() {
      cancel = deps.clock.every(pruneMs, runQuietly);
    },
    stop() {
      life.abort();
      cancel?.();
    },
  };
}

interface ThinningQueue {
  push(message: Message): void;
  take(count: number): Message[];
  readonly size: number;
}

/** Bounded in count and bytes: the oldest go first, and are counted. */
function createThinningQueue(options: HistoryClientOptions, dropped: Counter): ThinningQueue {
  const queue = createQueue<Message>(options.maxWaitingMessages);
  let bytes = 0;
  return {
    push(message) {
      while (queue.size > 0 && (queue.full || bytes + message.payload.byteLength > options.maxWaitingBytes)) {
        bytes -= queue.shift()?.payload.byteLength ?? 0;
        dropped.add();
      }
      queue.push(message);
      bytes += message.payload.byteLength;
    },
    take(count) {
      const taken = queue.take(count);
      for (const message of taken) bytes -= message.payload.byteLength;
      return taken;
    },
    get size() {
      return queue.size;
    },
  };
}

/**
 * The main thread's half of the history. Collects for a moment and writes one batch at a time; when the disk is slower than the
 * sources the oldest waiting messages are dropped and counted: history may be thinned, the spool never.
 */
export function createHistoryClient(deps: HistoryDeps, options: HistoryClientOptions): HistoryClient {
  const { clock, link, log, metrics } = deps;
  const rows = metrics.counter('gatehouse_history_rows_total', 'Samples written to the history');
  const ignored = metrics.counter('gatehouse_history_ignored_total', 'Messages to the history that hold no value');
  const dropped: Counter = metrics.counter(
    'gatehouse_history_dropped_total',
    'Messages the history lost because the disk was slow or full',
  );
  const waiting = createThinningQueue(options, dropped);
  const pruner = createPruner(deps, options.pruneMs);
  let failing = false;
  let closed = false;
  let running: Promise<void> | null = null;
  let cancel: (() => void) | null = null;

  async function writeOne(batch: readonly Message[]): Promise<void> {
    const packed = packMessages(batch);
    try {
      const done = await link.call('record', packed, [packed.buffer]);
      rows.add(done.rows);
      ignored.add(done.ignored);
      if (failing) log.info('store.history-writes-again');
      failing = false;
    } catch (cause) {
      dropped.add(batch.length);
      if (!failing && !closed) log.warn('store.history-lost', { messages: batch.length, reason: describe(cause) });
      failing = true;
    }
  }
  async function move(from: number, to: number, byMs: number): Promise<number> {
    await flush(); // what waits belongs to the span too
    let moved = 0;
    for (let more = true; more && !closed; ) {
      const step = await link.call('move', { from, to, byMs });
      moved += step.moved;
      more = step.more;
      if (more) await clock.sleep(STEP_MS);
    }
    return moved;
  }
  async function drain(): Promise<void> {
    while (waiting.size > 0) await writeOne(waiting.take(BATCH));
  }
  function flush(): Promise<void> {
    cancel?.();
    cancel = null;
    running ??= drain().finally(() => {
      running = null;
      schedule();
    });
    return running;
  }
  function schedule(): void {
    if (running || waiting.size === 0) return;
    if (waiting.size >= BATCH) void flush();
    else cancel ??= clock.after(options.collectMs, () => void flush());
  }
  return {
    record(messages) {
      if (closed) return Promise.reject(new GatewayError('store/closed', 'The store is closed.'));
      for (const message of messages) waiting.push(message);
      schedule();
      return Promise.resolve();
    },
    async trend(series, from, to, buckets) {
      await flush(); // what was just recorded is in the answer
      return link.call('trend', { series, from, to, buckets });
    },
    setRetention: (keepDays, maxRows) => pruner.set(keepDays, maxRows),
    followTime: pruner.followTime,
    move,
    start: () => pruner.start(),
    settle: flush,
    stop() {
      closed = true;
      cancel?.();
      pruner.stop();
    },
  };
}
