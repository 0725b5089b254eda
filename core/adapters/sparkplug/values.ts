import { shortestFloat32 } from '../frames/float.ts';

/** Datatypes of Sparkplug 3.0, section 6.4.16, that have one value. */
export const DATATYPES = {
  Int8: 1,
  Int16: 2,
  Int32: 3,
  Int64: 4,
  UInt8: 5,
  UInt16: 6,
  UInt32: 7,
  UInt64: 8,
  Float: 9,
  Double: 10,
  Boolean: 11,
  String: 12,
  DateTime: 13,
  Text: 14,
  UUID: 15,
} as const;
/** Those that have many, by their numbers. */
const MANY: Readonly<Record<number, string>> = {
  16: 'DataSet',
  17: 'Bytes',
  18: 'File',
  19: 'Template',
  20: 'PropertySet',
  21: 'PropertySetList',
  22: 'Int8Array',
  23: 'Int16Array',
  24: 'Int32Array',
  25: 'Int64Array',
  26: 'UInt8Array',
  27: 'UInt16Array',
  28: 'UInt32Array',
  29: 'UInt64Array',
  30: 'FloatArray',
  31: 'DoubleArray',
  32: 'BooleanArray',
  33: 'StringArray',
  34: 'DateTimeArray',
};
const NAMES: ReadonlyMap<number, keyof typeof DATATYPES> = new Map(
  Object.entries(DATATYPES).map(([name, number]) => [number, name as keyof typeof DATATYPES]), // as: Object.entries forgets the keys
);

/** The field of `value` in which it stood, as it was on the wire. */
export type RawValue =
  | { readonly in: 'int' | 'long'; readonly bits: bigint }
  | { readonly in: 'float' | 'double'; readonly number: number }
  | { readonly in: 'boolean'; readonly flag: boolean }
  | { readonly in: 'string'; readonly text: string }
  /** Bytes, data sets, templates: they have no single value. */
  | { readonly in: 'other' };

export type Decoded =
  | { readonly ok: true; readonly value: number | string | boolean; readonly note?: string }
  | { readonly ok: false; readonly why: string };

const bad = (why: string): Decoded => ({ ok: false, why });

const SIZES = { Int8: 8, Int16: 16, Int32: 32, Int64: 64, UInt8: 8, UInt16: 16, UInt32: 32, UInt64: 64 } as const;
type IntegerName = keyof typeof SIZES;
const isInteger = (name: string): name is IntegerName => Object.hasOwn(SIZES, name);

/** Negative numbers stand as two's complement in an unsigned field, of 32 bits or sign-extended to 64 (section 6.4.16). */
function integer(name: IntegerName, bits: bigint): Decoded {
  const size = SIZES[name];
  const signed = name.startsWith('Int');
  const value = signed ? BigInt.asIntN(size, bits) : BigInt.asUintN(size, bits);
  const fits = signed
    ? BigInt.asUintN(size, bits) === bits || BigInt.asUintN(32, value) === bits || BigInt.asUintN(64, value) === bits
    : value === bits;
  if (!fits) return bad(`${bits} is no ${name}`);
  const number = Number(value);
  return Number.isSafeInteger(number)
    ? { ok: true, value: number }
    : { ok: true, value: number, note: `rounded: the exact value is ${value}` };
}

function moment(bits: bigint): Decoded {
  const date = new Date(Number(bits));
  return Number.isNaN(date.getTime()) ? bad(`${bits} is no time`) : { ok: true, value: date.toISOString() };
}

/** The value of a metric by its datatype; the type says how the bits are to be read, so that one without a known type has none. */
export function decodeValue(datatype: number, raw: RawValue): Decoded {
  const name = NAMES.get(datatype);
  if (name === undefined) {
    const many = MANY[datatype];
    return bad(many === undefined ? `its datatype ${datatype} is not known` : `it is of type ${many}, which has no single value`);
  }
  if (raw.in === 'int' || raw.in === 'long') {
    if (isInteger(name)) return integer(name, raw.bits);
    if (name === 'DateTime') return moment(raw.bits);
  }
  if ((raw.in === 'float' && name === 'Float') || (raw.in === 'double' && name === 'Double')) {
    const value = name === 'Float' ? shortestFloat32(raw.number) : raw.number;
    return Number.isFinite(value) ? { ok: true, value } : bad('the device reports "not a number"');
  }
  if (raw.in === 'boolean' && name === 'Boolean') return { ok: true, value: raw.flag };
  if (raw.in === 'string' && (name === 'String' || name === 'Text' || name === 'UUID')) return { ok: true, value: raw.text };
  return bad(`its value does not fit its datatype ${name}`);
}

/** How a value is written as this datatype. Undefined where it does not fit. */
export function encodeValue(datatype: number, value: number | string | boolean): RawValue | undefined {
  const name = NAMES.get(datatype);
  if (name === undefined) return undefined;
  if (isInteger(name)) {
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) return undefined;
    const big = BigInt(value);
    const size = SIZES[name];
    const kept = name.startsWith('Int') ? BigInt.asIntN(size, big) : BigInt.asUintN(size, big);
    if (kept !== big) return undefined;
    return size === 64 ? { in: 'long', bits: BigInt.asUintN(64, big) } : { in: 'int', bits: BigInt.asUintN(32, big) };
  }
  if (name === 'Float' || name === 'Double') {
    return typeof value === 'number' && Number.isFinite(value)
      ? { in: name === 'Float' ? 'float' : 'double', number: value }
      : undefined;
  }
  if (name === 'Boolean') return typeof value === 'boolean' ? { in: 'boolean', flag: value } : undefined;
  return name !== 'DateTime' && typeof value === 'string' ? { in: 'string', text: value } : undefined;
}
