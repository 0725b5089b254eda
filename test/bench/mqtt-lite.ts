import { connect, type Socket } from 'node:net';

/** As little MQTT 3.1.1 as a load generator needs: it must cost far less than what it measures. */

const CONNACK = 2;
const PUBLISH = 3;
const PUBACK = 4;
const SUBACK = 9;

export interface Packet {
  readonly type: number;
  readonly qos: number;
  /** Of a PUBLISH with QoS 1 and of a PUBACK; else 0. */
  readonly id: number;
  /** Where the payload is in `bytes`. */
  readonly start: number;
  readonly end: number;
}

/** Cuts a byte stream into packets. `bytes` and the packet are only valid during the call. */
export function createPacketReader(onPacket: (bytes: Buffer, packet: Packet) => void): (chunk: Buffer) => void {
  let rest: Buffer | null = null;
  const packet = { type: 0, qos: 0, id: 0, start: 0, end: 0 };
  return (chunk) => {
    const bytes = rest ? Buffer.concat([rest, chunk]) : chunk;
    rest = null;
    let at = 0;
    while (at < bytes.length) {
      let length = 0;
      let shift = 0;
      let next = at + 1;
      let byte = 0x80;
      while (byte & 0x80 && next < bytes.length) {
        byte = bytes[next] ?? 0;
        length += (byte & 0x7f) << shift;
        shift += 7;
        next += 1;
      }
      if (byte & 0x80 || next + length > bytes.length) {
        rest = bytes.subarray(at);
        return;
      }
      const head = bytes[at] ?? 0;
      packet.type = head >> 4;
      packet.qos = (head >> 1) & 3;
      packet.id = 0;
      packet.start = next;
      packet.end = next + length;
      if (packet.type === PUBLISH) {
        packet.start += 2 + bytes.readUInt16BE(next);
        if (packet.qos > 0) {
          packet.id = bytes.readUInt16BE(packet.start);
          packet.start += 2;
        }
      } else if (packet.type === PUBACK) packet.id = bytes.readUInt16BE(next);
      at = packet.end;
      onPacket(bytes, packet);
    }
  };
}

function lengthBytes(length: number): number[] {
  const bytes: number[] = [];
  for (let left = length; ; left >>= 7) {
    bytes.push(left > 127 ? (left & 0x7f) | 0x80 : left);
    if (left <= 127) return bytes;
  }
}

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
};
const framed = (head: number, body: Buffer): Buffer => Buffer.concat([Buffer.from([head, ...lengthBytes(body.length)]), body]);

const connectPacket = (id: string, clean: boolean): Buffer =>
  framed(0x10, Buffer.concat([text('MQTT'), Buffer.from([4, clean ? 2 : 0, 0, 0]), text(id)]));
const subscribePacket = (filter: string, qos: number): Buffer =>
  framed(0x82, Buffer.concat([Buffer.from([0, 1]), text(filter), Buffer.from([qos])]));

const DIGITS = 9;
export const FIRST_NUMBER = 100_000_000;

/** A PUBLISH with a JSON payload of `payloadBytes` that begins `{"n":<nine digits>`, to be copied and patched for every message. */
export function publishTemplate(
  topic: string,
  qos: 0 | 1,
  payloadBytes: number,
): { bytes: Buffer; idAt: number; numberAt: number } {
  const head = `{"n":${FIRST_NUMBER},"q":${qos},"unit":"kWh","at":1789000000000,"text":"`;
  const payload = `${head}${'x'.repeat(payloadBytes - head.length - 2)}"}`;
  const id = qos > 0 ? Buffer.alloc(2) : Buffer.alloc(0);
  const bytes = framed(0x30 | (qos << 1), Buffer.concat([text(topic), id, Buffer.from(payload)]));
  return { bytes, idAt: bytes.length - payloadBytes - 2, numberAt: bytes.length - payloadBytes + 5 };
}

export function writeNumber(bytes: Buffer, at: number, value: number): void {
  let left = value;
  for (let i = at + DIGITS - 1; i >= at; i -= 1) {
    bytes[i] = 48 + (left % 10);
    left = Math.floor(left / 10);
  }
}

/** The number of a message made from the template; it is where it was, because JSON keeps the order of keys. */
export function readNumber(bytes: Buffer, payloadAt: number): number {
  let value = 0;
  for (let i = payloadAt + 5; i < payloadAt + 5 + DIGITS; i += 1) value = value * 10 + (bytes[i] ?? 48) - 48;
  return value;
}

export interface Line {
  write(bytes: Buffer): void;
  close(): void;
}

/** Connects and subscribes; resolves once it may be used. `onPacket` sees PUBLISH and PUBACK only, `onTurn` follows each chunk. */
export function openLine(
  to: {
    readonly port: number;
    readonly id: string;
    readonly subscribe?: { readonly filter: string; readonly qos: number };
    /** The broker keeps what comes while this client is away. */
    readonly keepSession?: boolean;
  },
  onPacket: (bytes: Buffer, packet: Packet) => void,
  onTurn: () => void,
): Promise<Line> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ port: to.port, host: '127.0.0.1', noDelay: true });
    const line: Line = { write: (bytes) => void socket.write(bytes), close: () => socket.destroy() };
    const read = createPacketReader((bytes, packet) => {
      if (packet.type === PUBLISH || packet.type === PUBACK) onPacket(bytes, packet);
      else if (packet.type === CONNACK && to.subscribe) socket.write(subscribePacket(to.subscribe.filter, to.subscribe.qos));
      else if (packet.type === CONNACK || packet.type === SUBACK) resolve(line);
    });
    socket.on('data', (chunk) => {
      read(chunk);
      onTurn();
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the broker closed the connection')));
    socket.once('connect', () => socket.write(connectPacket(to.id, to.keepSession !== true)));
  });
}

export const isPublish = (packet: Packet): boolean => packet.type === PUBLISH;
