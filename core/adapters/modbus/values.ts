import type { ModbusPointConfig } from '../../contract/document/devices.ts';
import type { Reading } from '../../contract/reading.ts';
import { registersOf, reorder, shiftOf, type ValueFormat } from './value-format.ts';

/** What stands in the registers, before scale and offset. */
type Raw = { readonly ok: true; readonly raw: number | bigint | boolean | string } | { readonly ok: false; readonly why: string };

const sound = (raw: number | bigint | boolean | string): Raw => ({ ok: true, raw });

/** Binary coded decimal: four digits in each register, the first one the most significant. */
function bcd(bytes: Uint8Array): Raw {
  const digits = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
  return /^\d+$/.test(digits) ? sound(Number(digits)) : { ok: false, why: `0x${digits} is not binary coded decimal` };
}

/** Two characters (ISO 8859-1) in each register, up to the first zero byte; spaces at the end are filling. */
function text(bytes: Uint8Array): Raw {
  const end = bytes.indexOf(0);
  const used = end === -1 ? bytes : bytes.subarray(0, end);
  if (used.some((byte) => byte < 0x20 || (byte >= 0x7f && byte < 0xa0))) return { ok: false, why: 'the registers hold no text' };
  return sound(Buffer.from(used).toString('latin1').trimEnd());
}

function readRaw(format: ValueFormat, bytes: Uint8Array): Raw {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  switch (format.type) {
    case 'bool':
      return sound(format.bit === undefined ? view.getUint16(0) !== 0 : ((view.getUint16(0) >> format.bit) & 1) === 1);
    case 'uint16':
    case 'int16':
      if (format.mask !== undefined) return sound((view.getUint16(0) & format.mask) >> shiftOf(format.mask));
      return sound(format.type === 'int16' ? view.getInt16(0) : view.getUint16(0));
    case 'uint32':
      return sound(view.getUint32(0));
    case 'int32':
      return sound(view.getInt32(0));
    case 'uint64':
      return sound(view.getBigUint64(0));
    case 'int64':
      return sound(view.getBigInt64(0));
    case 'float32':
      return sound(shortest(view.getFloat32(0)));
    case 'float64':
      return sound(view.getFloat64(0));
    case 'bcd16':
    case 'bcd32':
      return bcd(bytes);
    case 'string':
      return text(bytes);
  }
}

/** The fewest digits that give the same float32: 20.1, not 20.100000381469727. */
function shortest(value: number): number {
  for (const digits of [7, 8, 9]) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value; // not a number, or infinite
}

/** 21.700000000000003 is an artefact of binary fractions: 15 digits hold every value that a register and a scale can mean. */
const tidy = (value: number): number => (Number.isInteger(value) ? value : Number(value.toPrecision(15)));

/** What is read: the value, or why there is none. `note` without a fault is for people. */
export type Decoded = Pick<Reading, 'value' | 'quality' | 'note'>;

/**
 * A value from its registers as they stand on the wire: `raw * scale + offset`; text and bits as they are. Never throws.
 * A 64-bit integer beyond 2^53 is rounded to the nearest number that can be held; the note then has the exact raw value.
 */
export function decodeValue(format: ValueFormat, wire: Uint8Array): Decoded {
  const bad = (note: string): Decoded => ({ value: null, quality: 'bad', note });
  if (wire.length !== registersOf(format) * 2) return bad('not enough registers');
  const got = readRaw(format, reorder(wire, format.order));
  if (!got.ok) return bad(got.why);
  const { raw } = got;
  if (typeof raw === 'boolean' || typeof raw === 'string') return { value: raw, quality: 'good' };
  const number = Number(raw);
  const value = format.scale === 1 && format.offset === 0 ? number : tidy(number * format.scale + format.offset);
  if (!Number.isFinite(value)) return bad('the device reports "not a number"');
  if (typeof raw === 'bigint' && !Number.isSafeInteger(number)) {
    return { value, quality: 'good', note: `rounded: the exact raw value is ${raw}` };
  }
  return { value, quality: 'good' };
}

/** The reading of a point from its registers; as `decodeValue`. */
export const decodeRegisters = (point: ModbusPointConfig, wire: Uint8Array): Reading => ({
  point: point.name,
  ...decodeValue(point, wire),
});

/** Bit `index` of packed bits as coils and discrete inputs come. */
export const decodeBit = (point: ModbusPointConfig, packed: Uint8Array, index: number): Reading => ({
  point: point.name,
  value: (((packed[index >> 3] ?? 0) >> (index & 7)) & 1) === 1,
  quality: 'good',
});
