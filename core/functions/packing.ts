/**
 * Many payloads in one buffer that is handed over, not copied. Events: a table of u32 lengths, then the payloads.
 * Outbox: per event two f64 (started, duration), per publish four u32 (length, flags, owner, 0), then the payloads.
 */

const EVENT_TIME_BYTES = 16;
const PUBLISH_BYTES = 16;
/** `owner` of a publish that no running invocation made. */
export const NO_OWNER = 0xffff_ffff;

/** Copies payloads behind their lengths into a buffer of their own: the originals may be views of a pool. */
export function packPayloads(payloads: readonly Uint8Array[]): ArrayBuffer {
  let total = payloads.length * 4;
  for (const payload of payloads) total += payload.byteLength;
  const buffer = new ArrayBuffer(total);
  const lengths = new Uint32Array(buffer, 0, payloads.length);
  const bytes = new Uint8Array(buffer);
  let at = payloads.length * 4;
  let index = 0;
  for (const payload of payloads) {
    lengths[index] = payload.byteLength;
    bytes.set(payload, at);
    at += payload.byteLength;
    index += 1;
  }
  return buffer;
}

/** Start of each payload in a packed buffer, and one more: the end of the last. */
export function payloadOffsets(buffer: ArrayBuffer, count: number): Uint32Array {
  const lengths = new Uint32Array(buffer, 0, count);
  const offsets = new Uint32Array(count + 1);
  let at = count * 4;
  for (let i = 0; i < count; i += 1) {
    offsets[i] = at;
    at += lengths[i] ?? 0;
  }
  offsets[count] = at;
  return offsets;
}

/** What the outbox knows of one publish beside topic and payload. */
export interface PublishMark {
  readonly length: number;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  /** Serial of the invocation that made it, or `NO_OWNER`. */
  readonly owner: number;
}

/** Packs times of events and payloads of publishes; `payloads` holds the payloads of all marks one after the other. */
export function packOutbox(times: readonly number[], marks: readonly PublishMark[], payloads: Uint8Array): ArrayBuffer {
  const head = times.length * 8 + marks.length * PUBLISH_BYTES;
  const buffer = new ArrayBuffer(head + payloads.byteLength);
  new Float64Array(buffer, 0, times.length).set(times);
  const table = new Uint32Array(buffer, times.length * 8, marks.length * 4);
  let at = 0;
  for (const mark of marks) {
    table[at] = mark.length;
    table[at + 1] = mark.qos + (mark.retain ? 4 : 0);
    table[at + 2] = mark.owner;
    at += 4;
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

/** Each payload gets memory of its own, so that one that is kept (retained, queued) does not keep its whole batch. */
export function unpackOutbox(buffer: ArrayBuffer, events: number, publishes: number): UnpackedOutbox {
  const times = new Float64Array(buffer, 0, events * 2);
  const table = new Uint32Array(buffer, events * EVENT_TIME_BYTES, publishes * 4);
  const bytes = new Uint8Array(buffer);
  const list: UnpackedPublish[] = [];
  let at = events * EVENT_TIME_BYTES + publishes * PUBLISH_BYTES;
  for (let i = 0; i < publishes; i += 1) {
    const length = table[i * 4] ?? 0;
    const flags = table[i * 4 + 1] ?? 0;
    const qos = (flags & 3) === 2 ? 2 : (flags & 3) === 1 ? 1 : 0;
    list.push({ payload: bytes.slice(at, at + length), qos, retain: flags >= 4, owner: table[i * 4 + 2] ?? NO_OWNER });
    at += length;
  }
  return { times, publishes: list };
}
