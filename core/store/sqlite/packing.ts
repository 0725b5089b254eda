import type { ClockTrust, Message, SourceKind } from '../../contract/message.ts';

/**
 * Messages for the way between two threads: one buffer that is transferred, and the texts, each once.
 * A payload is often a view on Node's shared pool; cloning it would clone the whole pool, so every payload is copied once, here.
 */
export interface PackedMessages {
  readonly count: number;
  /** `count` records of `RECORD` doubles, then all payloads one after another. */
  readonly buffer: ArrayBuffer;
  /** Topics, sources (`kind:id`), boot ids and trace ids; the records hold indexes into it. */
  readonly texts: readonly string[];
}

/** Doubles of one record. */
export const RECORD = 11;
/** Where each figure stands in its record. An index of -1 and an expiry of NaN mean: none. */
export const AT = {
  length: 0,
  flags: 1,
  sequence: 2,
  wallMs: 3,
  monoMs: 4,
  hops: 5,
  expiryMs: 6,
  topic: 7,
  source: 8,
  boot: 9,
  trace: 10,
} as const;
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
  readonly expiryMs?: number;
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
    ...(flat.expiryMs === undefined ? {} : { expiryMs: flat.expiryMs }),
  };
}

/** Gives each text its place once. */
function createTexts(): { readonly list: string[]; place(text: string): number } {
  const list: string[] = [];
  const places = new Map<string, number>();
  return {
    list,
    place(text) {
      const known = places.get(text);
      if (known !== undefined) return known;
      places.set(text, list.length);
      list.push(text);
      return list.length - 1;
    },
  };
}

/** The buffer belongs to this pack alone and may be transferred. */
export function packMessages(messages: readonly Message[]): PackedMessages {
  let bytes = messages.length * RECORD * 8;
  for (const message of messages) bytes += message.payload.byteLength;
  const buffer = new ArrayBuffer(bytes);
  const numbers = new Float64Array(buffer, 0, messages.length * RECORD);
  const payloads = new Uint8Array(buffer);
  const texts = createTexts();
  let offset = messages.length * RECORD * 8;
  let at = 0;
  /** Messages of one source often come together, and then share the object. */
  let source: Message['source'] | null = null;
  let sourceAt = -1;
  for (const message of messages) {
    if (message.source !== source) {
      source = message.source;
      sourceAt = texts.place(sourceText(message));
    }
    numbers[at + AT.length] = message.payload.byteLength;
    numbers[at + AT.flags] = flagsOf(message);
    numbers[at + AT.sequence] = message.sequence;
    numbers[at + AT.wallMs] = message.at.wallMs;
    numbers[at + AT.monoMs] = message.at.monoMs;
    numbers[at + AT.hops] = message.hops;
    numbers[at + AT.expiryMs] = message.expiryMs ?? Number.NaN;
    numbers[at + AT.topic] = texts.place(message.topic);
    numbers[at + AT.source] = sourceAt;
    numbers[at + AT.boot] = texts.place(message.at.bootId);
    numbers[at + AT.trace] = message.traceId === undefined ? -1 : texts.place(message.traceId);
    at += RECORD;
    payloads.set(message.payload, offset);
    offset += message.payload.byteLength;
  }
  return { count: messages.length, buffer, texts: texts.list };
}

/** The payloads are views on the pack's buffer. */
export function unpackMessages(packed: PackedMessages): Message[] {
  const { texts, count, buffer } = packed;
  const numbers = new Float64Array(buffer, 0, count * RECORD);
  const messages: Message[] = [];
  let offset = count * RECORD * 8;
  for (let at = 0; at < count * RECORD; at += RECORD) {
    const figure = (place: number): number => numbers[at + place] ?? 0;
    const length = figure(AT.length);
    const expiryMs = figure(AT.expiryMs);
    messages.push(
      inflate({
        payload: new Uint8Array(buffer, offset, length),
        flags: figure(AT.flags),
        sequence: figure(AT.sequence),
        wallMs: figure(AT.wallMs),
        monoMs: figure(AT.monoMs),
        hops: figure(AT.hops),
        topic: texts[figure(AT.topic)] ?? '',
        source: texts[figure(AT.source)] ?? '',
        bootId: texts[figure(AT.boot)] ?? '',
        traceId: texts[figure(AT.trace)] ?? null,
        ...(Number.isNaN(expiryMs) ? {} : { expiryMs }),
      }),
    );
    offset += length;
  }
  return messages;
}
