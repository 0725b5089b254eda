import type { ClockTrust, Message, SourceKind } from '../../contract/message.ts';

/**
 * Messages for the way between two threads: one buffer that is transferred, and the texts.
 * A payload is often a view on Node's shared pool; cloning it would clone the whole pool, so every payload is copied once, here.
 */
export interface PackedMessages {
  readonly count: number;
  /** `count` records of `NUMBERS` doubles, then all payloads one after another. */
  readonly buffer: ArrayBuffer;
  /** For each message: topic, source (`kind:id`), boot id, trace id. */
  readonly texts: readonly (string | null)[];
}

const NUMBERS = 6;
const TEXTS = 4;
const TRUSTS: readonly ClockTrust[] = ['never', 'holding', 'synced'];
const KINDS: readonly SourceKind[] = ['device', 'function', 'client', 'cloud', 'shadow', 'system'];

/** QoS in bits 0-1, retain in bit 2, trust in bits 3-4: one small integer on disk and on the way. */
export function flagsOf(message: Message): number {
  return message.qos | (message.retain ? 4 : 0) | (TRUSTS.indexOf(message.at.trust) << 3);
}

export const sourceText = (message: Message): string => `${message.source.kind}:${message.source.id}`;

/** The parts of a message as they are kept on disk and on the way between threads. */
export interface FlatMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly flags: number;
  readonly source: string;
  readonly sequence: number;
  readonly wallMs: number;
  readonly monoMs: number;
  readonly bootId: string;
  readonly hops: number;
  readonly traceId: string | null;
}

/** An unknown kind becomes `system`: the message itself is worth more than its label. */
export function inflate(flat: FlatMessage): Message {
  const colon = flat.source.indexOf(':');
  const kind = KINDS.find((one) => one === flat.source.slice(0, colon)) ?? 'system';
  const qos = flat.flags & 3;
  return {
    topic: flat.topic,
    payload: flat.payload,
    qos: qos === 1 || qos === 2 ? qos : 0,
    retain: (flat.flags & 4) !== 0,
    source: { kind, id: flat.source.slice(colon + 1) },
    sequence: flat.sequence,
    at: { wallMs: flat.wallMs, monoMs: flat.monoMs, bootId: flat.bootId, trust: TRUSTS[(flat.flags >> 3) & 3] ?? 'never' },
    hops: flat.hops,
    ...(flat.traceId === null ? {} : { traceId: flat.traceId }),
  };
}

/** The buffer belongs to this pack alone and may be transferred. */
export function packMessages(messages: readonly Message[]): PackedMessages {
  let bytes = messages.length * NUMBERS * 8;
  for (const message of messages) bytes += message.payload.byteLength;
  const buffer = new ArrayBuffer(bytes);
  const numbers = new Float64Array(buffer, 0, messages.length * NUMBERS);
  const payloads = new Uint8Array(buffer);
  const texts: (string | null)[] = [];
  let offset = messages.length * NUMBERS * 8;
  let at = 0;
  for (const message of messages) {
    numbers[at] = message.payload.byteLength;
    numbers[at + 1] = flagsOf(message);
    numbers[at + 2] = message.sequence;
    numbers[at + 3] = message.at.wallMs;
    numbers[at + 4] = message.at.monoMs;
    numbers[at + 5] = message.hops;
    at += NUMBERS;
    payloads.set(message.payload, offset);
    offset += message.payload.byteLength;
    texts.push(message.topic, sourceText(message), message.at.bootId, message.traceId ?? null);
  }
  return { count: messages.length, buffer, texts };
}

/** The payloads are views on the pack's buffer. */
export function unpackMessages(packed: PackedMessages): Message[] {
  const numbers = new Float64Array(packed.buffer, 0, packed.count * NUMBERS);
  const messages: Message[] = [];
  let offset = packed.count * NUMBERS * 8;
  for (let index = 0; index < packed.count; index += 1) {
    const at = index * NUMBERS;
    const length = numbers[at] ?? 0;
    messages.push(
      inflate({
        payload: new Uint8Array(packed.buffer, offset, length),
        flags: numbers[at + 1] ?? 0,
        sequence: numbers[at + 2] ?? 0,
        wallMs: numbers[at + 3] ?? 0,
        monoMs: numbers[at + 4] ?? 0,
        hops: numbers[at + 5] ?? 0,
        topic: packed.texts[index * TEXTS] ?? '',
        source: packed.texts[index * TEXTS + 1] ?? '',
        bootId: packed.texts[index * TEXTS + 2] ?? '',
        traceId: packed.texts[index * TEXTS + 3] ?? null,
      }),
    );
    offset += length;
  }
  return messages;
}
