import type { Socket } from 'node:net';

/** What hangs on the other side of an adapter. */
export type FarKind = 'modbus' | 'lines' | 'echo' | 'mute';

export interface FarEnd {
  /** Does something else from now on. `first` is the number that it goes on counting from; left out: from where it was. */
  become(kind: FarKind, first?: number): void;
  /** While its adapter is not plugged in, what is said to it is lost, and it is heard by nobody. */
  connected(plugged: boolean): void;
  /** What it did since the start. */
  figures(): { readonly heard: number; readonly answered: number; readonly last: number };
}

const LINE_EVERY_MS = 50;
/** Holding registers 0 and 1: a number that grows with every answer. Register 10 takes what is written. */
const WRITTEN = 10;

function crc(bytes: Uint8Array): number {
  let sum = 0xffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xa001 : sum >>> 1;
  }
  return sum;
}

function framed(body: readonly number[]): Buffer {
  const sum = crc(Uint8Array.from(body));
  return Buffer.from([...body, sum & 0xff, sum >>> 8]);
}

const REQUEST_BYTES = 8;

/**
 * A device in a few lines that shares no code with the gateway. As a Modbus RTU slave (functions 3 and 6) it gives a greater number with
 * every answer; as a talker it says `n,<number>` twenty times a second.
 */
export function createFarEnd(wire: Socket): FarEnd {
  let kind: FarKind = 'mute';
  let number = 0;
  let plugged = false;
  let heard = 0;
  let answered = 0;
  let held = Buffer.alloc(0);
  const registers = new Map<number, number>();

  function answer(request: Buffer): void {
    const [unit = 0, code = 0] = request;
    const address = request.readUInt16BE(2);
    const value = request.readUInt16BE(4);
    answered += 1;
    if (code === 6) {
      registers.set(address, value);
      wire.write(request);
      return;
    }
    if (address === 0) number += 1;
    const words = address === 0 ? [number >>> 16, number & 0xffff] : [registers.get(WRITTEN) ?? 0];
    const data = words.slice(0, value).flatMap((word) => [word >>> 8, word & 0xff]);
    wire.write(framed([unit, code, data.length, ...data]));
  }
  /** A damaged rest (an unplug in the middle of a request) is skipped byte by byte. */
  function takeRequests(): void {
    while (held.length >= REQUEST_BYTES) {
      const request = held.subarray(0, REQUEST_BYTES);
      const sound = request.readUInt16LE(6) === crc(request.subarray(0, 6));
      held = held.subarray(sound ? REQUEST_BYTES : 1);
      if (sound) answer(request);
    }
  }
  wire.on('data', (chunk) => {
    heard += chunk.length;
    if (kind === 'echo') wire.write(chunk);
    if (kind !== 'modbus') return;
    held = Buffer.concat([held, typeof chunk === 'string' ? Buffer.from(chunk) : chunk]);
    takeRequests();
  });
  const talking = setInterval(() => {
    if (kind !== 'lines' || !plugged) return;
    number += 1;
    wire.write(`n,${number}\n`);
  }, LINE_EVERY_MS);
  wire.once('close', () => clearInterval(talking));
  return {
    become(next, first) {
      kind = next;
      held = Buffer.alloc(0);
      if (first !== undefined) number = first;
    },
    connected(now) {
      plugged = now;
      held = Buffer.alloc(0);
    },
    figures: () => ({ heard, answered, last: number }),
  };
}
