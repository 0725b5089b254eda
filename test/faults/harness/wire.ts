/** The packets of MQTT that both ends of the harness need. */
export const TYPE = {
  connect: 1,
  connack: 2,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
  subscribe: 8,
  suback: 9,
  pingreq: 12,
  disconnect: 14,
} as const;

export interface Packet {
  readonly type: number;
  /** The lower half of the first byte. */
  readonly flags: number;
  /** What follows the length. Only valid during the call. */
  readonly body: Buffer;
}

/** Cuts a byte stream into packets. */
export function createPacketReader(onPacket: (packet: Packet) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    let bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    while (bytes.length >= 2) {
      const lengthBytes = bytes.subarray(1, 5).findIndex((byte) => byte < 0x80) + 1;
      if (lengthBytes === 0) break;
      const { value: length, next } = readVarint(bytes, 1);
      if (bytes.length < next + length) break;
      const head = bytes[0] ?? 0;
      const body = bytes.subarray(next, next + length);
      bytes = bytes.subarray(next + length);
      onPacket({ type: head >> 4, flags: head & 15, body });
    }
    rest = bytes;
  };
}

const number16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);

const text = (value: string): Buffer => Buffer.concat([number16(Buffer.byteLength(value)), Buffer.from(value)]);
function framed(head: number, body: Buffer): Buffer {
  const length: number[] = [];
  for (let left = body.length; ; left >>= 7) {
    length.push(left > 127 ? (left & 0x7f) | 0x80 : left);
    if (left <= 127) return Buffer.concat([Buffer.from([head, ...length]), body]);
  }
}

/** MQTT 3.1.1, a session that outlives the connection, no keep-alive. */
export const connectKeeping = (clientId: string): Buffer =>
  framed(0x10, Buffer.concat([text('MQTT'), Buffer.from([4, 0, 0, 0]), text(clientId)]));

export const publishPacket = (topic: string, payload: Buffer, qos: 1 | 2, id: number, repeat: boolean): Buffer =>
  framed(0x30 | (qos << 1) | (repeat ? 8 : 0), Buffer.concat([text(topic), number16(id), payload]));

export const pubrel = (id: number): Buffer => Buffer.from([0x62, 2, id >> 8, id & 0xff]);

/** MQTT 5. */
export const connack = (sessionPresent: boolean, reason: number): Buffer =>
  Buffer.from([0x20, 3, sessionPresent ? 1 : 0, reason, 0]);
/** MQTT 5; the reason is left out when it is success. */
export const puback = (id: number, reason: number): Buffer =>
  reason === 0 ? Buffer.from([0x40, 2, id >> 8, id & 0xff]) : Buffer.from([0x40, 3, id >> 8, id & 0xff, reason]);
export const suback = (id: number, filters: number): Buffer =>
  framed(0x90, Buffer.concat([number16(id), Buffer.from([0]), Buffer.alloc(filters, 1)]));
export const PINGRESP = Buffer.from([0xd0, 0]);
export const disconnect = (reason: number): Buffer => Buffer.from([0xe0, 2, reason, 0]);

function readVarint(bytes: Buffer, at: number): { value: number; next: number } {
  let value = 0;
  let shift = 0;
  for (let next = at; ; next += 1) {
    const byte = bytes[next] ?? 0;
    value += (byte & 0x7f) << shift;
    if (byte < 0x80) return { value, next: next + 1 };
    shift += 7;
  }
}

function readText(bytes: Buffer, at: number): { value: string; next: number } {
  const next = at + 2 + bytes.readUInt16BE(at);
  return { value: bytes.toString('utf8', at + 2, next), next };
}

const USER_PROPERTY = 0x26;
/** Bytes of the other properties of a PUBLISH that have a fixed size (MQTT 5 section 3.3.2.3). */
const FIXED: Readonly<Record<number, number>> = { 1: 1, 2: 4, 35: 2 };
const TEXTS = new Set([0x03, 0x08, 0x09]);

export interface Published {
  readonly topic: string;
  /** 0 with QoS 0. */
  readonly id: number;
  /** User properties. */
  readonly properties: ReadonlyMap<string, string>;
  /** A copy. */
  readonly payload: Buffer;
}

/** A PUBLISH of MQTT 5. */
export function readPublish({ flags, body: bytes }: Packet): Published {
  const { value: topic, next: idAt } = readText(bytes, 0);
  const qos = (flags >> 1) & 3;
  const { value: length, next } = readVarint(bytes, qos === 0 ? idAt : idAt + 2);
  const payloadAt = next + length;
  const properties = new Map<string, string>();
  let here = next;
  while (here < payloadAt) {
    const kind = bytes[here] ?? 0;
    here += 1;
    if (kind === USER_PROPERTY) {
      const name = readText(bytes, here);
      const value = readText(bytes, name.next);
      properties.set(name.value, value.value);
      here = value.next;
    } else if (TEXTS.has(kind)) here = readText(bytes, here).next;
    else if (kind === 0x0b) here = readVarint(bytes, here).next;
    else here += FIXED[kind] ?? payloadAt;
  }
  return { topic, id: qos === 0 ? 0 : bytes.readUInt16BE(idAt), properties, payload: Buffer.from(bytes.subarray(payloadAt)) };
}

/** How many filters a SUBSCRIBE of MQTT 5 has. */
export function countFilters({ body: bytes }: Packet): number {
  const { value: length, next } = readVarint(bytes, 2);
  let filters = 0;
  for (let here = next + length; here < bytes.length; here = readText(bytes, here).next + 1) filters += 1;
  return filters;
}
