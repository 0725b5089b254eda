import { sizeOfField } from '../../contract/document/field-size.ts';
import type { FieldFormatConfig } from '../../contract/document/points.ts';
import { decodeFloat16, decodeSfloat, shortestFloat32 } from './float.ts';

/** What a field holds. `note`: something to know of a good value. */
export type DecodedField =
  | { readonly ok: true; readonly value: number | string | boolean; readonly note?: string }
  | { readonly ok: false; readonly why: string };

type Raw =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'integer'; readonly value: bigint }
  | { readonly kind: 'flag'; readonly value: boolean }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'none'; readonly why: string };

const NUMBER_TEXT = /^[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d{1,3})?$/;
const PRINTABLE = /^[\x20-\x7e\t]*$/;

/** 21.700000000000003 is an artefact of binary fractions. */
const tidy = (value: number): number => (Number.isInteger(value) ? value : Number(value.toPrecision(15)));

function integer(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}

/** The bits of the mask, shifted down. In a signed type they are a signed number of their own width. */
function masked(value: bigint, mask: number | undefined, signed: boolean, bits: number): bigint {
  if (mask === undefined) return signed ? BigInt.asIntN(bits, value) : value;
  const shift = 31 - Math.clz32(mask & -mask);
  const width = 32 - Math.clz32(mask) - shift;
  const field = (value & BigInt(mask)) >> BigInt(shift);
  return signed ? BigInt.asIntN(width, field) : field;
}

function readBcd(bytes: Uint8Array): Raw {
  let digits = '';
  for (const byte of bytes) {
    if (byte >> 4 > 9 || (byte & 0xf) > 9) return { kind: 'none', why: 'not binary coded decimals' };
    digits += `${byte >> 4}${byte & 0xf}`;
  }
  const value = Number(digits);
  return Number.isSafeInteger(value) ? { kind: 'number', value } : { kind: 'none', why: 'more digits than a number can hold' };
}

function readText(bytes: Uint8Array): Raw {
  const end = bytes.indexOf(0);
  const text = Buffer.from(end === -1 ? bytes : bytes.subarray(0, end)).toString('latin1');
  return PRINTABLE.test(text) ? { kind: 'text', value: text.trim() } : { kind: 'none', why: 'not printable text' };
}

function readNumberText(bytes: Uint8Array): Raw {
  const text = readText(bytes);
  if (text.kind !== 'text') return text;
  const plain = text.value.replace(/\s+/g, ''); // many pad between sign and digits: "-  12.50"
  if (!NUMBER_TEXT.test(plain)) return { kind: 'none', why: `"${text.value.slice(0, 40)}" is not a number` };
  return { kind: 'number', value: Number(plain.replace(',', '.')) };
}

/** `bytes` are exactly those of the field, the most significant first. */
function readRaw(format: FieldFormatConfig, bytes: Uint8Array): Raw {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  switch (format.type) {
    case 'float16':
      return { kind: 'number', value: decodeFloat16(view.getUint16(0)) };
    case 'float32':
      return { kind: 'number', value: shortestFloat32(view.getFloat32(0)) };
    case 'float64':
      return { kind: 'number', value: view.getFloat64(0) };
    case 'sfloat': {
      const decoded = decodeSfloat(view.getUint16(0));
      return decoded.ok ? { kind: 'number', value: decoded.value } : { kind: 'none', why: decoded.why };
    }
    case 'bcd':
      return readBcd(bytes);
    case 'ascii':
      return readText(bytes);
    case 'number-text':
      return readNumberText(bytes);
    case 'hex':
      return { kind: 'text', value: Buffer.from(bytes).toString('hex') };
    case 'bool': {
      const all = integer(bytes);
      return { kind: 'flag', value: format.bit === undefined ? all !== 0n : ((all >> BigInt(format.bit)) & 1n) === 1n };
    }
    default: {
      const value = masked(integer(bytes), format.mask, format.type.startsWith('int'), bytes.length * 8);
      return { kind: 'integer', value };
    }
  }
}

function cut(format: FieldFormatConfig, bytes: Uint8Array): Uint8Array | undefined {
  const from = format.at < 0 ? bytes.length + format.at : format.at;
  const size = sizeOfField(format) ?? bytes.length - from;
  if (from < 0 || size < 1 || from + size > bytes.length) return undefined;
  const own = Uint8Array.from(bytes.subarray(from, from + size)); // a copy: slice() of a Buffer is none
  const turned = format.order === 'little' && format.type !== 'ascii' && format.type !== 'number-text' && format.type !== 'hex';
  return turned ? own.reverse() : own;
}

function scaled(format: FieldFormatConfig, raw: number | bigint): DecodedField {
  const number = Number(raw);
  if (!Number.isFinite(number)) return { ok: false, why: 'the device reports "not a number"' };
  const value = format.scale === 1 && format.offset === 0 ? number : tidy(number * format.scale + format.offset);
  if (!Number.isFinite(value)) return { ok: false, why: 'too large for a number' };
  if (typeof raw === 'bigint' && !Number.isSafeInteger(number)) {
    return { ok: true, value, note: `rounded: the exact raw value is ${raw}` };
  }
  return { ok: true, value };
}

/** A flag is looked up as `1` and `0`, and as `true` and `false`. */
function wordFor({ words }: FieldFormatConfig, raw: number | bigint | boolean | string): string | undefined {
  if (!words) return undefined;
  const key = typeof raw === 'boolean' && !Object.hasOwn(words, String(raw)) ? String(Number(raw)) : String(raw);
  return Object.hasOwn(words, key) ? words[key] : undefined;
}

/**
 * The value of a field in a row of bytes, by description: `raw * scale + offset`, or the word for it. Pure, never throws, keeps nothing of
 * `bytes`. `why` says in a technician's words what is wrong: too few bytes, not a number, or that the device itself reports no value.
 */
export function decodeField(format: FieldFormatConfig, bytes: Uint8Array): DecodedField {
  const own = cut(format, bytes);
  if (!own) return { ok: false, why: `not in the frame: it has only ${bytes.length} bytes` };
  const raw = readRaw(format, own);
  if (raw.kind === 'none') return { ok: false, why: raw.why };
  const word = wordFor(format, raw.value);
  if (word !== undefined) return { ok: true, value: word };
  if (raw.kind === 'text' || raw.kind === 'flag') return { ok: true, value: raw.value };
  if (format.none?.includes(Number(raw.value))) return { ok: false, why: 'the device reports that it has no value' };
  return scaled(format, raw.value);
}
