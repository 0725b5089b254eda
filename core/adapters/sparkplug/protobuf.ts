/** A field of a message as it is on the wire (Protocol Buffers encoding, wire types 0, 1, 2 and 5; groups are not used). */
export type WireField =
  | { readonly number: number; readonly kind: 'varint'; readonly value: bigint }
  | { readonly number: number; readonly kind: 'fixed64' | 'fixed32' | 'bytes'; readonly bytes: Uint8Array };

const MAX_VARINT_BYTES = 10;

/** What is wrong with the bytes. Thrown inside the decoder only, never by it. */
export class WireFault extends Error {}

interface Reader {
  at: number;
  readonly bytes: Uint8Array;
}

function varint(reader: Reader): bigint {
  let value = 0n;
  for (let i = 0; i < MAX_VARINT_BYTES; i += 1) {
    const byte = reader.bytes[reader.at];
    if (byte === undefined) throw new WireFault('it ends within a number');
    reader.at += 1;
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) return BigInt.asUintN(64, value);
  }
  throw new WireFault('a number has more than 10 bytes');
}

function take(reader: Reader, length: number): Uint8Array {
  const from = reader.at;
  if (length > reader.bytes.length - from) throw new WireFault('a field is longer than the message');
  reader.at = from + length;
  return reader.bytes.subarray(from, reader.at);
}

function field(reader: Reader): WireField {
  const key = varint(reader);
  const number = Number(key >> 3n);
  if (number < 1 || number > 0x1fff_ffff) throw new WireFault(`there is no field ${number}`);
  switch (Number(key & 7n)) {
    case 0:
      return { number, kind: 'varint', value: varint(reader) };
    case 1:
      return { number, kind: 'fixed64', bytes: take(reader, 8) };
    case 2: {
      const length = varint(reader);
      if (length > BigInt(reader.bytes.length)) throw new WireFault('a field is longer than the message');
      return { number, kind: 'bytes', bytes: take(reader, Number(length)) };
    }
    case 5:
      return { number, kind: 'fixed32', bytes: take(reader, 4) };
    default:
      throw new WireFault(`field ${number} is of a kind that is not used`);
  }
}

/** The fields of a message, one after another, as views on `bytes`. Throws `WireFault`. Linear in the length. */
export function* wireFields(bytes: Uint8Array): Generator<WireField> {
  const reader: Reader = { at: 0, bytes };
  while (reader.at < bytes.length) yield field(reader);
}

/** Bytes of a number in the variable-length form. */
export function encodeVarint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Uint8Array.from(bytes);
}

export const encodeNumber = (number: number, value: bigint): Uint8Array =>
  Buffer.concat([encodeVarint(BigInt(number) << 3n), encodeVarint(value)]);
export const encodeBytes = (number: number, bytes: Uint8Array): Uint8Array =>
  Buffer.concat([encodeVarint((BigInt(number) << 3n) | 2n), encodeVarint(BigInt(bytes.length)), bytes]);
export const encodeFixed = (number: number, bytes: Uint8Array): Uint8Array =>
  Buffer.concat([encodeVarint((BigInt(number) << 3n) | (bytes.length === 8 ? 1n : 5n)), bytes]);
