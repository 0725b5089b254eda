import type { FunctionContext, PublishOptions, PublishPayload } from './lambda/context.ts';
import { createContexts } from './lambda/contexts.ts';
import type { EmptyLoop, Handler } from './lambda/contract.ts';
import { decodeEvent } from './lambda/event.ts';
import { invoke, isThenable } from './lambda/handler.ts';
import { describeThrown } from './lambda/thrown.ts';
import type { Outbox } from './outbox.ts';
import { payloadOffsets } from './packing.ts';
import {
  type BatchMessage,
  CELL,
  type FromInstance,
  type InstanceData,
  SERIALS,
  type ThrownText,
  type ToInstance,
} from './protocol.ts';

/** A batch is told of at its end, and before a call when the last telling is older than this. */
const FLUSH_AFTER_MS = 1;

export interface LoopDeps {
  readonly data: Omit<InstanceData, 'port'>;
  readonly outbox: Outbox;
  readonly emptyLoop: EmptyLoop;
  readonly monotonic: () => number;
  /** Added to the thread's monotonic time, it gives the one all threads share. */
  readonly sharedOffsetMs: number;
  send(message: FromInstance): void;
}

export interface ThreadLoop {
  receive(message: ToInstance): void;
  /** Whether a handler runs now: tells whom an uncaught error belongs to. */
  readonly running: boolean;
}

/** Handles events strictly one after the other, in order, in the function's thread. */
export function createThreadLoop(handler: Handler, deps: LoopDeps): ThreadLoop {
  const { data, outbox, monotonic } = deps;
  const { cell } = data;
  const inbox: BatchMessage[] = [];
  const makeContext = createContexts(data, monotonic);
  let busy = false;
  let requests = 0;
  let current: number | undefined;
  let published = 0;

  function limit(): void {
    published += 1;
    const pending = current === undefined ? outbox.unanswered : published - 1;
    if (pending < data.maxPublishes) return;
    const where = current === undefined ? 'without waiting for the answers' : 'in one invocation';
    const error = new Error(`more than ${data.maxPublishes} messages were published ${where}`);
    throw Object.assign(error, { code: 'function/publish-limit' });
  }
  function contextOf(serial: number, topic: string, source: string, startedAt: number): FunctionContext {
    requests += 1;
    const requestId = data.requestPrefix + requests.toString(16).padStart(12, '0');
    const facts = { requestId, topic, source, deadline: startedAt + data.timeoutMs };
    return makeContext(facts, (to, payload, options) => {
      limit();
      return outbox.publish(current === serial ? serial : undefined, to, payload, options);
    });
  }
  function postReturned(serial: number, result: unknown): void {
    for (const one of Array.isArray(result) ? result : [result]) {
      if (!isReturnedMessage(one)) continue;
      limit();
      outbox.post(serial, one.topic, one.payload, one);
    }
  }
  function end(serial: number, startedAt: number, thrown?: ThrownText): void {
    current = undefined;
    outbox.ended(startedAt + deps.sharedOffsetMs, monotonic() - startedAt, thrown);
    if (!outbox.dirty) Atomics.store(cell, CELL.clean, serial + 1);
    Atomics.store(cell, CELL.running, 0);
  }
  const fail = (serial: number, startedAt: number, thrown: unknown): void =>
    end(serial, startedAt, describeThrown(thrown, data.directory));
  function finish(serial: number, startedAt: number, result: unknown): void {
    try {
      postReturned(serial, result);
    } catch (thrown) {
      fail(serial, startedAt, thrown);
      return;
    }
    end(serial, startedAt);
  }
  /** Returns a promise only where the handler has not ended yet. */
  function handle(serial: number, topic: string, source: string, payload: Buffer): Promise<void> | undefined {
    if (monotonic() - outbox.lastFlush > FLUSH_AFTER_MS) outbox.flush();
    const startedAt = monotonic();
    current = serial;
    published = 0;
    Atomics.store(cell, CELL.running, serial + 1);
    try {
      const event = decodeEvent(data.encoding, topic, payload);
      const result = invoke(handler, event, contextOf(serial, topic, source, startedAt), deps.emptyLoop);
      if (isThenable(result)) {
        return Promise.resolve(result).then(
          (value) => finish(serial, startedAt, value),
          (thrown: unknown) => fail(serial, startedAt, thrown),
        );
      }
      finish(serial, startedAt, result);
    } catch (thrown) {
      fail(serial, startedAt, thrown);
    }
    return undefined;
  }
  /** False when the main thread wants no further event to begin. */
  async function handleBatch(batch: BatchMessage): Promise<boolean> {
    const count = batch.topics.length;
    const offsets = payloadOffsets(batch.bytes, count);
    for (let i = 0; i < count; i += 1) {
      if (Atomics.load(cell, CELL.stop) !== 0) return false;
      const start = offsets[i] ?? 0;
      const payload = Buffer.from(batch.bytes, start, (offsets[i + 1] ?? start) - start);
      const serial = (batch.first + i) % SERIALS;
      const pending = handle(serial, batch.topics[i] ?? '', batch.sources[i] ?? '', payload);
      if (pending) await pending;
    }
    return true;
  }
  async function run(): Promise<void> {
    busy = true;
    for (let batch = inbox.shift(); batch; batch = inbox.shift()) {
      const goOn = await handleBatch(batch);
      outbox.flush();
      if (!goOn) break;
    }
    busy = false;
    if (Atomics.load(cell, CELL.stop) !== 0) deps.send({ t: 'stopped' });
  }
  return {
    receive(message) {
      if (message.t === 'accepted') {
        outbox.accepted(message.first, message.count, message.refused);
        return;
      }
      if (message.t === 'batch') inbox.push(message);
      if (!busy) void run();
    },
    get running() {
      return current !== undefined;
    },
  };
}

interface Returned extends PublishOptions {
  readonly topic: string;
  readonly payload: PublishPayload;
}
function isReturnedMessage(value: unknown): value is Returned {
  return typeof value === 'object' && value !== null && 'topic' in value && typeof value.topic === 'string' && 'payload' in value;
}
