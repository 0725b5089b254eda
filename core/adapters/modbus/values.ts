import type { ModbusPointConfig } from '../../contract/document/devices.ts';
import type { Reading } from '../../contract/reading.ts';

type Type = ModbusPointConfig['type'];
type Order = ModbusPointConfig['order'];

const REGISTERS: Readonly<Record<Type, number>> = {
  bool: 1,
  int16: 1,
  uint16: 1,
  int32: 2,
  uint32: 2,
  float32: 2,
  int64: 4,
  uint64: 4,
  float64: 4,
  bcd16: 1,
  bcd32: 2,
  string: 1,
};

export const isBitTable = (point: ModbusPointConfig): boolean => point.table === 'coil' || point.table === 'discrete';
/** How many registers, or bits, the point takes. */
export const sizeOf = (point: ModbusPointConfig): number =>
  isBitTable(point) ? 1 : point.type === 'string' ? (point.length ?? 1) : REGISTERS[point.type];

/** Between the order on the wire and most significant byte first; each order is its own inverse. */
function reorder(bytes: Uint8Array, order: Order): Uint8Array {
  const last = bytes.length - 1;
  switch (order) {
    case 'big':
      return bytes.slice();
    case 'little':
      return bytes.slice().reverse();
    case 'big-swapped':
      return bytes.map((_, i) => bytes[i ^ 1] ?? 0);
    case 'little-swapped':
      return bytes.map((_, i) => bytes[(last - i) ^ 1] ?? 0);
  }
}

function readRaw(view: DataView, type: Type): number | bigint {
  switch (type) {
    case 'bool':
    case 'uint16':
      return view.getUint16(0);
    case 'int16':
      return view.getInt16(0);
    case 'uint32':
      return view.getUint32(0);
    case 'int32':
      return view.getInt32(0);
    case 'uint64':
      return view.getBigUint64(0);
    case 'int64':
      return view.getBigInt64(0);
    case 'float32':
      return shortest(view.getFloat32(0));
    case 'float64':
      return view.getFloat64(0);
    case 'bcd16':
    case 'bcd32':
    case 'string':
      return Number.NaN;
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

/**
 * The value of a point from its registers as they stand on the wire: `raw * scale + offset`. Never throws.
 * A 64-bit integer beyond 2^53 is rounded to the nearest number that can be held; the note then has the exact raw value.
 */
export function decodeRegisters(point: ModbusPointConfig, wire: Uint8Array): Reading {
  const base = { point: point.name };
  if (wire.length !== REGISTERS[point.type] * 2) return { ...base, value: null, quality: 'bad', note: 'not enough registers' };
  const bytes = reorder(wire, point.order);
  const raw = readRaw(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), point.type);
  if (point.type === 'bool') {
    const on = point.bit === undefined ? raw !== 0 : ((Number(raw) >> point.bit) & 1) === 1;
    return { ...base, value: on, quality: 'good' };
  }
  const number = Number(raw);
  const value = point.scale === 1 && point.offset === 0 ? number : tidy(number * point.scale + point.offset);
  if (!Number.isFinite(value)) return { ...base, value: null, quality: 'bad', note: 'the device reports "not a number"' };
  if (typeof raw === 'bigint' && !Number.isSafeInteger(number)) {
    return { ...base, value, quality: 'good', note: `rounded: the exact raw value is ${raw}` };
  }
  return { ...base, value, quality: 'good' };
}

/** Bit `index` of packed bits as coils and discrete inputs come. */
export const decodeBit = (point: ModbusPointConfig, packed: Uint8Array, index: number): Reading => ({
  point: point.name,
  value: (((packed[index >> 3] ?? 0) >> (index & 7)) & 1) === 1,
  quality: 'good',
});

const RANGES: Readonly<Record<'int16' | 'uint16' | 'int32' | 'uint32' | 'int64' | 'uint64', readonly [bigint, bigint]>> = {
  int16: [-0x8000n, 0x7fffn],
  uint16: [0n, 0xffffn],
  int32: [-0x8000_0000n, 0x7fff_ffffn],
  uint32: [0n, 0xffff_ffffn],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
};

export type Encoded = { readonly ok: true; readonly wire: Uint8Array } | { readonly ok: false; readonly why: string };

/** The registers for a value, `(value - offset) / scale`, integers rounded to the nearest. Refuses what does not fit. */
export function encodeRegisters(point: ModbusPointConfig, value: number | boolean): Encoded {
  const number = Number(value);
  if (!Number.isFinite(number)) return { ok: false, why: 'it is not a number' };
  const raw = point.type === 'bool' ? (number === 0 ? 0 : 1) : (number - point.offset) / point.scale;
  if (!Number.isFinite(raw)) return { ok: false, why: 'the scale of this point is 0' };
  const bytes = new Uint8Array(REGISTERS[point.type] * 2);
  const view = new DataView(bytes.buffer);
  if (point.type === 'float32') {
    if (!Number.isFinite(Math.fround(raw))) return { ok: false, why: 'it does not fit into 32 bits' };
    view.setFloat32(0, raw);
  } else if (point.type === 'float64') view.setFloat64(0, raw);
  else if (point.type === 'bcd16' || point.type === 'bcd32' || point.type === 'string') {
    return { ok: false, why: 'this type cannot be written yet' };
  } else {
    const type = point.type === 'bool' ? 'uint16' : point.type;
    const [least, most] = RANGES[type];
    const whole = BigInt(Math.round(raw));
    if (whole < least || whole > most) {
      const [a, b] = [least, most].map((edge) => Number(edge) * point.scale + point.offset).sort((x, y) => x - y);
      return { ok: false, why: `allowed is ${a} to ${b}` };
    }
    let rest = BigInt.asUintN(64, whole);
    for (let i = bytes.length - 1; i >= 0; i -= 1, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  }
  return { ok: true, wire: reorder(bytes, point.order) };
}
