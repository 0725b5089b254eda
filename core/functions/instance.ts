import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { Clock } from '../base/clock.ts';
import type { Draft, Message } from '../contract/message.ts';
import { createDeadline } from './deadline.ts';
import { createFlight, type Wreck } from './flight.ts';
import { createLineLimit } from './line-limit.ts';
import { unpackOutbox } from './packing.ts';
import {
  CELL,
  type FromInstance,
  type InstanceData,
  isFromInstance,
  type LogLine,
  type OutMessage,
  type ThrownText,
  type ToInstance,
} from './protocol.ts';
import { createPublishing } from './publishing.ts';
import { endOf, type ThreadEnd, type Verdict } from './thread-end.ts';

/** What Node itself needs in a thread, on top of what the function may use; loading TypeScript needs most of it. */
const OWN_HEAP_MB = 16;
const OWN_EXTERNAL_MB = 32;
/** V8 lets garbage pile up to about as much as is in use before it looks: only above that is it surely the function's. */
const HEAP_SLACK = 2;
/**
 * V8's own limit is this much higher than ours: when one allocation of over 16 MB (a large array or Map that grows) meets it,
 * V8 ends the whole process and not the thread. So the heap is looked at from outside, and V8's limit is only the last resort.
 */
const LAST_RESORT_MB = 1024;
const MB = 1024 * 1024;
const YOUNG_MB = 4;
const STACK_MB = 4;
const LOAD_TIMEOUT_MS = 10_000;
const BATCHES_IN_FLIGHT = 2;
/** With so many publishes that the router has not settled, a thread gets no new events. */
const MAX_UNSETTLED = 1000;
const LINES_PER_S = 200;
/** A thread that has work takes it within microseconds; a machine that is busy otherwise may need longer. */
const STUCK_MS = 1000;

export interface ThreadListener {
  onReady(): void;
  /** `startedAt` is monotonic time of the main thread. */
  onEnded(event: Message, startedAt: number, durationMs: number, thrown: ThrownText | undefined): void;
  onPublished(count: number): void;
  onRefused(topic: string, cause: unknown, event: Message | undefined): void;
  onLog(lines: readonly LogLine[]): void;
  /** Room for another batch, maybe. */
  onRoom(): void;
  /** Exactly once, and last. */
  onEnd(end: ThreadEnd, wreck: Wreck): void;
}

export interface ThreadDeps {
  readonly clock: Clock;
  readonly listener: ThreadListener;
  publish(draft: Draft): Promise<void> | undefined;
}

export type ThreadOptions = Omit<InstanceData, 'port' | 'cell'> & { readonly env: Readonly<Record<string, string>> };

/** The main thread's side of one function thread. */
export interface FunctionThread {
  readonly ready: boolean;
  /** Whether it takes another batch. With a slow function one batch at a time is enough. */
  hasRoom(batches?: number): boolean;
  send(events: readonly Message[]): void;
  /** Takes no further event, ends the one that runs, then the thread; at once after `graceMs`. */
  stop(graceMs: number): void;
  /** Asks for the memory in use, and ends a thread that holds too much, in its heap or in buffers, where V8 sets no limit. */
  sample(): void;
  readonly memoryBytes: number;
  readonly inFlight: number;
  /** The event that ended last: the likely cause when something fails after it. */
  readonly last: Message | undefined;
}

function startWorker(options: ThreadOptions, cell: Int32Array): { worker: Worker; port: MessageChannel['port1'] } {
  const { port1: port, port2 } = new MessageChannel();
  const { env, ...rest } = options;
  const data: InstanceData = { ...rest, port: port2, cell };
  const worker = new Worker(new URL('./function.worker.ts', import.meta.url), {
    name: options.name,
    workerData: data,
    transferList: [port2],
    env: { ...env },
    argv: [],
    execArgv: [],
    stdin: false,
    stdout: true,
    stderr: true,
    resourceLimits: {
      maxOldGenerationSizeMb: options.memoryMb * HEAP_SLACK + OWN_HEAP_MB + LAST_RESORT_MB,
      maxYoungGenerationSizeMb: YOUNG_MB,
      stackSizeMb: STACK_MB,
    },
  });
  return { worker, port };
}

export function createThread(deps: ThreadDeps, options: ThreadOptions): FunctionThread {
  const { clock, listener } = deps;
  const cell = new Int32Array(new SharedArrayBuffer(CELL.size * 4));
  const { worker, port } = startWorker(options, cell);
  const flight = createFlight();
  const toMain = clock.monotonic() - Number(process.hrtime.bigint()) / 1e6;
  let ready = false;
  let verdict: Verdict | undefined;
  let sampling = false;
  let memoryBytes = 0;
  let last: Message | undefined;

  const post = (message: ToInstance, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);
  const publishing = createPublishing({
    name: options.name,
    publish: deps.publish,
    eventOf: (owner) => flight.at(owner),
    answer(first, count, refused) {
      post({ t: 'accepted', first, count, refused });
      listener.onRoom();
    },
    onRefused: listener.onRefused,
  });
  /** The first verdict counts: what follows it is only the thread's end. */
  function condemn(found: Verdict): void {
    verdict ??= { ...found, runningCell: found.runningCell ?? Atomics.load(cell, CELL.running) };
    worker.terminate().catch((cause: unknown) => listener.onLog([['error', `the thread could not be ended: ${String(cause)}`]]));
  }
  const deadline = createDeadline({
    clock,
    progress: () => (flight.size === 0 ? undefined : `${Atomics.load(cell, CELL.running)} ${flight.head}`),
    limitMs: () => (Atomics.load(cell, CELL.running) === 0 ? Math.max(STUCK_MS, options.timeoutMs) : options.timeoutMs),
    onOver: () => condemn({ kind: Atomics.load(cell, CELL.running) === 0 ? 'stuck' : 'timeout' }),
  });
  const cancelLoad = clock.after(LOAD_TIMEOUT_MS, () => condemn({ kind: 'load-timeout' }));

  function takeOut(out: OutMessage): void {
    const { times, publishes } = unpackOutbox(out.bytes, out.count, out.publishes.topics.length);
    if (out.logs.length > 0) listener.onLog(out.logs);
    const thrown = new Map(out.failures);
    const ended = flight.oldest(out.count);
    ended.forEach((event, index) => {
      last = event;
      listener.onEnded(event, (times[index * 2] ?? 0) + toMain, times[index * 2 + 1] ?? 0, thrown.get(index));
    });
    if (publishes.length > 0) {
      publishing.take(out.publishes, publishes); // while their events are still there to be asked for hops and trace
      listener.onPublished(publishes.length);
    }
    flight.land(ended.length);
    if (ended.length > 0) listener.onRoom();
  }
  function receive(value: unknown): void {
    if (!isFromInstance(value)) return;
    const message: FromInstance = value;
    if (message.t === 'out') takeOut(message);
    else if (message.t === 'ready') {
      if (verdict) return; // too late: it is being ended
      ready = true;
      cancelLoad();
      listener.onReady();
    } else if (message.t === 'stopped') condemn({ kind: 'stopped', runningCell: 0 });
    else if (message.t === 'load-failed') verdict ??= { kind: 'load-failed', thrown: message.thrown };
    else verdict ??= { kind: 'uncaught', thrown: message.thrown, ...(message.running ? {} : { runningCell: 0 }) };
  }
  port.on('message', receive);
  worker.on('error', (cause: unknown) => {
    const memory = cause instanceof Error && 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY';
    verdict ??= memory ? { kind: 'heap-full' } : { kind: 'broken', cause };
  });
  worker.once('exit', (exitCode) => {
    for (let left = receiveMessageOnPort(port); left; left = receiveMessageOnPort(port)) receive(left.message);
    port.close();
    cancelLoad();
    deadline.stop();
    const judged = verdict ?? { kind: 'exited' };
    const wreck = flight.wreck(judged.runningCell ?? Atomics.load(cell, CELL.running), Atomics.load(cell, CELL.clean));
    listener.onEnd(endOf(judged, { ready, exitCode, options, last, stopping: Atomics.load(cell, CELL.stop) !== 0 }), wreck);
  });
  for (const [stream, level] of [[worker.stdout, 'info'] as const, [worker.stderr, 'warn'] as const]) {
    stream.setEncoding('utf8');
    const limited = createLineLimit(LINES_PER_S, clock.monotonic);
    stream.on('data', (text: string) => listener.onLog(linesOf(level, text).flatMap(limited)));
  }
  return {
    get ready() {
      return ready && verdict === undefined && Atomics.load(cell, CELL.stop) === 0;
    },
    hasRoom(batches = BATCHES_IN_FLIGHT) {
      return this.ready && flight.batches < batches && publishing.unsettled < MAX_UNSETTLED;
    },
    send(events) {
      const batch = flight.load(events);
      post(batch, [batch.bytes]);
      deadline.begin();
    },
    stop(graceMs) {
      Atomics.store(cell, CELL.stop, 1);
      if (!ready) condemn({ kind: 'stopped' });
      post({ t: 'stop' });
      const cancel = clock.after(graceMs, () => condemn({ kind: 'stopped' }));
      worker.once('exit', cancel);
    },
    sample() {
      if (sampling || !ready || verdict) return;
      sampling = true;
      worker.getHeapStatistics().then(
        (heap) => {
          sampling = false;
          memoryBytes = heap.used_heap_size + heap.external_memory;
          if (heap.external_memory > (options.memoryMb + OWN_EXTERNAL_MB) * MB) condemn({ kind: 'buffers-full' });
          if (heap.used_heap_size > (options.memoryMb * HEAP_SLACK + OWN_HEAP_MB) * MB) condemn({ kind: 'heap-full' });
        },
        () => {
          sampling = false; // it has ended meanwhile
        },
      );
    },
    get memoryBytes() {
      return memoryBytes;
    },
    get inFlight() {
      return flight.size;
    },
    get last() {
      return last;
    },
  };
}

const linesOf = (level: LogLine[0], text: string): LogLine[] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => [level, line.trimEnd()]);
