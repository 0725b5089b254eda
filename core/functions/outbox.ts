import type { PublishOptions, PublishPayload } from './lambda/context.ts';
import { NO_OWNER, type PublishMark, packOutbox } from './packing.ts';
import type { FromInstance, LogLine, OutMessage, Refusal, ThrownText } from './protocol.ts';

const FLUSH_BYTES = 256 * 1024;
const START_BYTES = 16 * 1024;

/** Bytes of what a function publishes: text and bytes as they are, anything else as JSON. Throws for what JSON cannot say. */
export function payloadBytes(topic: string, payload: unknown): Uint8Array {
  if (typeof payload === 'string') return Buffer.from(payload, 'utf8');
  if (payload instanceof Uint8Array) return payload;
  if (payload instanceof ArrayBuffer) return new Uint8Array(payload);
  let text: string | undefined;
  try {
    text = JSON.stringify(payload);
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw new TypeError(`the payload for topic "${topic}" cannot be written as JSON: ${why}`, { cause });
  }
  if (text === undefined)
    throw new TypeError(`the payload for topic "${topic}" cannot be written as JSON: it is ${typeof payload}`);
  return Buffer.from(text, 'utf8');
}

interface Waiting {
  resolve(): void;
  reject(error: Error): void;
}

/** What a thread has to say and has not said yet. Single-threaded, in order; `flush` hands all of it over in one message. */
export interface Outbox {
  /** Resolves (or rejects) when the gateway answers. A rejection that nobody looks at is no fault: the gateway logs it. */
  publish(owner: number | undefined, topic: string, payload: PublishPayload, options?: PublishOptions): Promise<void>;
  /** The same for a returned message: nobody waits for its answer. */
  post(owner: number, topic: string, payload: PublishPayload, options?: PublishOptions): void;
  ended(startedAt: number, durationMs: number, thrown?: ThrownText): void;
  log(line: LogLine): void;
  /** The answer to publishes `first` to `first + count - 1`. */
  accepted(first: number, count: number, refused: readonly Refusal[]): void;
  flush(): void;
  /** Something waits that only this side knows: not a plain good end. */
  readonly dirty: boolean;
  /** Publishes without an answer yet. */
  readonly unanswered: number;
  readonly lastFlush: number;
}

export interface OutboxDeps {
  readonly monotonic: () => number;
  send(message: FromInstance, transfer: ArrayBuffer[]): void;
  /** Calls `fn` once when the thread is about to wait. */
  soon(fn: () => void): void;
}

export function createOutbox({ monotonic, send, soon }: OutboxDeps): Outbox {
  let store = new Uint8Array(START_BYTES);
  let used = 0;
  let times: number[] = [];
  let failures: [number, ThrownText][] = [];
  let topics: string[] = [];
  let marks: PublishMark[] = [];
  let logs: LogLine[] = [];
  let answer = false;
  let nextPublish = 0;
  let lastFlush = monotonic();
  let asked = false;
  const waiting = new Map<number, Waiting>();

  function append(bytes: Uint8Array): void {
    if (used + bytes.byteLength > store.byteLength) {
      const larger = new Uint8Array(Math.max(store.byteLength * 2, used + bytes.byteLength));
      larger.set(store.subarray(0, used));
      store = larger;
    }
    store.set(bytes, used);
    used += bytes.byteLength;
  }
  function flush(): void {
    lastFlush = monotonic();
    if (times.length === 0 && topics.length === 0 && logs.length === 0) return;
    const bytes = packOutbox(times, marks, store.subarray(0, used));
    const publishes = { first: nextPublish - topics.length, topics, answer };
    const message: OutMessage = { t: 'out', count: times.length / 2, failures, publishes, logs, bytes };
    send(message, [bytes]);
    times = [];
    failures = [];
    topics = [];
    marks = [];
    logs = [];
    answer = false;
    used = 0;
    if (store.byteLength > FLUSH_BYTES * 2) store = new Uint8Array(START_BYTES);
  }
  function flushSoon(): void {
    if (asked) return;
    asked = true;
    soon(() => {
      asked = false;
      flush();
    });
  }
  function add(owner: number, topic: string, payload: PublishPayload, options: PublishOptions): number {
    const { qos = 0, retain = false } = options;
    if (typeof topic !== 'string' || topic === '') throw new TypeError('publish needs a topic: a text that is not empty');
    if (qos !== 0 && qos !== 1 && qos !== 2) throw new TypeError(`publish to "${topic}": qos must be 0, 1 or 2`);
    const bytes = payloadBytes(topic, payload);
    append(bytes);
    topics.push(topic);
    marks.push({ length: bytes.byteLength, qos, retain: retain === true, owner });
    nextPublish += 1;
    return nextPublish - 1;
  }
  return {
    publish(owner, topic, payload, options = {}) {
      const number = add(owner ?? NO_OWNER, topic, payload, options);
      answer = true;
      const promise = new Promise<void>((resolve, reject) => {
        waiting.set(number, { resolve, reject });
      });
      promise.catch(() => {});
      if (used > FLUSH_BYTES) flush();
      else flushSoon();
      return promise;
    },
    post(owner, topic, payload, options = {}) {
      add(owner, topic, payload, options);
    },
    ended(startedAt, durationMs, thrown) {
      if (thrown) failures.push([times.length / 2, thrown]);
      times.push(startedAt, durationMs);
    },
    log(line) {
      logs.push(line);
      if (monotonic() - lastFlush > 1) flush();
      else flushSoon();
    },
    accepted(from, count, refused) {
      const faults = new Map(refused.map((one) => [one.index, one]));
      for (let i = 0; i < count; i += 1) {
        const one = waiting.get(from + i);
        waiting.delete(from + i);
        const fault = faults.get(i);
        if (!fault) one?.resolve();
        else one?.reject(Object.assign(new Error(fault.message), { code: fault.code }));
      }
    },
    flush,
    get dirty() {
      return topics.length > 0 || failures.length > 0;
    },
    get unanswered() {
      return waiting.size;
    },
    get lastFlush() {
      return lastFlush;
    },
  };
}
