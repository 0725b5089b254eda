import type { PublishOptions, PublishPayload } from './lambda/context.ts';
import { NO_OWNER, type PublishMark, packOutbox } from './packing.ts';
import type { FromInstance, FunctionMetric, LogLine, Refusal, ThrownText } from './protocol.ts';
import { createTextTable } from './text-table.ts';

const FLUSH_BYTES = 256 * 1024;
const START_BYTES = 16 * 1024;
/** Bytes that one unit of a text takes at most. */
const UTF8_MOST = 3;

/** What a function publishes: text and bytes as they are, anything else as JSON. Throws for what JSON cannot say. */
function payloadOf(topic: string, payload: unknown): string | Uint8Array {
  if (typeof payload === 'string') return payload;
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
  return text;
}

/** The same as bytes. */
export function payloadBytes(topic: string, payload: unknown): Uint8Array {
  const found = payloadOf(topic, payload);
  return typeof found === 'string' ? Buffer.from(found, 'utf8') : found;
}

interface Waiting {
  resolve(): void;
  reject(error: Error): void;
}

/** What an instance has to say and has not said yet. Single-threaded, in order; `flush` hands all of it over in one message. */
export interface Outbox {
  /** Resolves (or rejects) when the gateway answers. A rejection that nobody looks at is no fault: the gateway logs it. */
  publish(owner: number | undefined, topic: string, payload: PublishPayload, options?: PublishOptions): Promise<void>;
  /** The same for a returned message: nobody waits for its answer. */
  post(owner: number, topic: string, payload: PublishPayload, options?: PublishOptions): void;
  /** `result`: bytes for who waits for them. */
  ended(startedAt: number, durationMs: number, thrown?: ThrownText, result?: Uint8Array): void;
  log(line: LogLine): void;
  /** Counts of one name are summed up, of a gauge the newest counts; told with the next group. */
  metric(one: FunctionMetric): void;
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
  /** Calls `fn` once when the instance is about to wait. */
  soon(fn: () => void): void;
  /** Something that was sent is still on this side (a process's pipe is full): it is lost if the instance ends now. */
  readonly unsent: () => boolean;
}

export function createOutbox({ monotonic, send, soon, unsent }: OutboxDeps): Outbox {
  let store = Buffer.alloc(START_BYTES);
  let used = 0;
  let times: number[] = [];
  let failures: [number, ThrownText][] = [];
  let results: [number, Uint8Array][] = [];
  let topics = createTextTable();
  let marks: PublishMark[] = [];
  let logs: LogLine[] = [];
  let answer = false;
  let nextPublish = 0;
  let lastFlush = monotonic();
  let asked = false;
  const waiting = new Map<number, Waiting>();
  const metrics = new Map<string, FunctionMetric>();

  function makeRoom(bytes: number): void {
    if (used + bytes <= store.byteLength) return;
    const larger = Buffer.alloc(Math.max(store.byteLength * 2, used + bytes));
    larger.set(store.subarray(0, used));
    store = larger;
  }
  /** Gives the bytes that it took. */
  function append(payload: string | Uint8Array): number {
    if (typeof payload !== 'string') {
      makeRoom(payload.byteLength);
      store.set(payload, used);
      used += payload.byteLength;
      return payload.byteLength;
    }
    const most = payload.length * UTF8_MOST;
    makeRoom(used + most <= store.byteLength ? most : Buffer.byteLength(payload, 'utf8'));
    const length = store.write(payload, used, 'utf8');
    used += length;
    return length;
  }
  function flush(): void {
    lastFlush = monotonic();
    if (times.length === 0 && marks.length === 0 && logs.length === 0 && metrics.size === 0) return;
    const bytes = packOutbox(times, marks, store.subarray(0, used));
    const publishes = { first: nextPublish - marks.length, count: marks.length, topics: topics.texts, answer };
    const told = { results, metrics: [...metrics.values()], logs };
    send({ t: 'out', count: times.length / 2, failures, publishes, ...told, bytes }, [bytes]);
    times = [];
    failures = [];
    results = [];
    metrics.clear();
    topics = createTextTable();
    marks = [];
    logs = [];
    answer = false;
    used = 0;
    if (store.byteLength > FLUSH_BYTES * 2) store = Buffer.alloc(START_BYTES);
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
    const length = append(payloadOf(topic, payload));
    marks.push({ length, qos, retain: retain === true, owner, topic: topics.place(topic) });
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
    ended(startedAt, durationMs, thrown, result) {
      if (result) results.push([times.length / 2, new Uint8Array(result)]); // its own memory: a view would bring its whole pool along
      if (thrown) failures.push([times.length / 2, thrown]);
      times.push(startedAt, durationMs);
    },
    log(line) {
      logs.push(line);
      if (monotonic() - lastFlush > 1) flush();
      else flushSoon();
    },
    metric(one) {
      const key = `${one.kind} ${one.name}`;
      const before = one.kind === 'count' ? (metrics.get(key)?.value ?? 0) : 0;
      metrics.set(key, { ...one, value: before + one.value });
      flushSoon();
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
      return marks.length > 0 || failures.length > 0 || results.length > 0 || metrics.size > 0 || unsent();
    },
    get unanswered() {
      return waiting.size;
    },
    get lastFlush() {
      return lastFlush;
    },
  };
}
