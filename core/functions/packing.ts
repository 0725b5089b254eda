import type { Message } from '../contract/message.ts';
import { createTextTable } from './text-table.ts';

/**
 * Many payloads in one buffer that is handed over, not copied. Texts that repeat (topics, sources) go once beside it and are named by
 * their place. Events: per event three u32 (length, topic, source), then the payloads. Outbox: per event two f64 (started, duration),
 * per publish four u32 (length, flags, owner, topic), then the payloads.
 */

const EVENT_NUMBERS = 3;
const EVENT_TIME_BYTES = 16;
const PUBLISH_NUMBERS = 4;
const PUBLISH_BYTES = PUBLISH_NUMBERS * 4;
/** `owner` of a publish that no running invocation made. */
export const NO_OWNER = 0xffff_ffff;

export interface PackedEvents {
  readonly count: number;
  readonly topics: readonly string[];
  /** `device:meter` */
  readonly sources: readonly string[];
  readonly bytes: ArrayBuffer;
}

/** Copies payloads into a buffer of their own: the originals may be views of a pool. */
export function packEvents(events: readonly Pick<Message, 'topic' | 'source' | 'payload'>[]): PackedEvents {
  const count = events.length;
  let at = count * EVENT_NUMBERS * 4;
  let total = at;
  for (const { payload } of events) total += payload.byteLength;
  const buffer = new ArrayBuffer(total);
  const table = new Uint32Array(buffer, 0, count * EVENT_NUMBERS);
  const bytes = new Uint8Array(buffer);
  const topics = createTextTable();
  const sources = createTextTable();
  let known: Message['source'] | undefined;
  let source = 0;
  let row = 0;
  for (const event of events) {
    // A source that sends much hands in the same object each time: that spares making its name.
    if (event.source !== known) {
      known = event.source;
      source = sources.place(`${known.kind}:${known.id}`);
    }
    table[row] = event.payload.byteLength;
    table[row + 1] = topics.place(event.topic);
    table[row + 2] = source;
    bytes.set(event.payload, at);
    at += event.payload.byteLength;
    row += EVENT_NUMBERS;
  }
  return { count, topics: topics.texts, sources: sources.texts, bytes: buffer };
}

export interface EventReader {
  topic(index: number): string;
  source(index: number): string;
  /** Where its payload begins in the buffer, and where it ends: where the next one begins. */
  start(index: number): number;
}

/** Reads what `packEvents` wrote. */
export function readEvents({ count, topics, sources, bytes }: PackedEvents): EventReader {
  const table = new Uint32Array(bytes, 0, count * EVENT_NUMBERS);
  const starts = new Uint32Array(count + 1);
  let at = count * EVENT_NUMBERS * 4;
  for (let i = 0; i < count; i += 1) {
    starts[i] = at;
    at += table[i * EVENT_NUMBERS] ?? 0;
  }
  starts[count] = at;
  return {
    topic: (index) => topics[table[index * EVENT_NUMBERS + 1] ?? 0] ?? '',
    source: (index) => sources[table[index * EVENT_NUMBERS + 2] ?? 0] ?? '',
    start: (index) => starts[index] ?? at,
  };
}

/** What the outbox knows of one publish beside its payload. */
export interface PublishMark {
  readonly length: number;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  /** Serial of the invocation that made it, or `NO_OWNER`. */
  readonly owner: number;
  /** Place of its topic. */
  readonly topic: number;
}

/** Packs times of events and payloads of publishes; `payloads` holds the payloads of all marks one after the other. */
export function packOutbox(times: readonly number[], marks: readonly PublishMark[], payloads: Uint8Array): ArrayBuffer {
  const head = times.length * 8 + marks.length * PUBLISH_BYTES;
  const buffer = new ArrayBuffer(head + payloads.byteLength);
  new Float64Array(buffer, 0, times.length).set(times);
  const table = new Uint32Array(buffer, times.length * 8, marks.length * PUBLISH_NUMBERS);
  let at = 0;
  for (const mark of marks) {
    table[at] = mark.length;
    table[at + 1] = mark.qos + (mark.retain ? 4 : 0);
    table[at + 2] = mark.owner;
    table[at + 3] = mark.topic;
    at += PUBLISH_NUMBERS;
  }
  new Uint8Array(buffer, head).set(payloads);
  return buffer;
}

export interface UnpackedPublish extends Omit<PublishMark, 'length'> {
  readonly payload: Uint8Array;
}
export interface UnpackedOutbox {
  /** Started (ms of the shared monotonic clock) and duration in ms, by turns. */
  readonly times: Float64Array;
  readonly publishes: readonly UnpackedPublish[];
}

/** Payloads share memory in pieces of about this size: as little as Node's own pool, and far cheaper than memory for each. */
export const PIECE_BYTES = 8 * 1024;

/** Payloads are views of small copies, so that one that is kept (retained, queued) does not keep its whole batch. */
export function unpackOutbox(buffer: ArrayBuffer, events: number, publishes: number): UnpackedOutbox {
  const times = new Float64Array(buffer, 0, events * 2);
  const table = new Uint32Array(buffer, events * EVENT_TIME_BYTES, publishes * PUBLISH_NUMBERS);
  const list: UnpackedPublish[] = [];
  let at = events * EVENT_TIME_BYTES + publishes * PUBLISH_BYTES;
  let piece = new ArrayBuffer(0);
  let pieceAt = at;
  for (let i = 0; i < publishes; i += 1) {
    const row = i * PUBLISH_NUMBERS;
    const length = Math.min(table[row] ?? 0, buffer.byteLength - at);
    const flags = table[row + 1] ?? 0;
    if (at + length > pieceAt + piece.byteLength) {
      pieceAt = at;
      piece = buffer.slice(at, at + pieceLength(table, i, publishes));
    }
    list.push({
      payload: new Uint8Array(piece, at - pieceAt, length),
      qos: (flags & 3) === 2 ? 2 : (flags & 3) === 1 ? 1 : 0,
      retain: (flags & 4) !== 0,
      owner: table[row + 2] ?? NO_OWNER,
      topic: table[row + 3] ?? 0,
    });
    at += length;
  }
  return { times, publishes: list };
}

/** Bytes of the payloads from `first` on that fit into one piece; at least those of that one. */
function pieceLength(table: Uint32Array, first: number, publishes: number): number {
  let length = table[first * PUBLISH_NUMBERS] ?? 0;
  for (let i = first + 1; i < publishes; i += 1) {
    const more = table[i * PUBLISH_NUMBERS] ?? 0;
    if (length + more > PIECE_BYTES) break;
    length += more;
  }
  return length;
}
