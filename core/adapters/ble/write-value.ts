import { GatewayError } from '../../base/errors.ts';
import type { BlePointConfig } from '../../contract/document/wireless-devices.ts';

const SIZES: Readonly<Record<string, number>> = {
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int24: 3,
  uint24: 3,
  int32: 4,
  uint32: 4,
};

const bad = (point: BlePointConfig, why: string): GatewayError => new GatewayError('adapter/bad-value', `${point.name}: ${why}`);

function encodeInteger(point: BlePointConfig, size: number, signed: boolean, order: 'big' | 'little', raw: number): Uint8Array {
  const least = signed ? -(2 ** (size * 8 - 1)) : 0;
  const most = signed ? 2 ** (size * 8 - 1) - 1 : 2 ** (size * 8) - 1;
  if (!Number.isInteger(raw) || raw < least || raw > most)
    throw bad(point, `${raw} is not a whole number from ${least} to ${most}`);
  const bytes = Buffer.alloc(size);
  if (signed) bytes.writeIntBE(raw, 0, size);
  else bytes.writeUIntBE(raw, 0, size);
  return order === 'little' ? bytes.reverse() : bytes;
}

/** The bytes of a value for a characteristic that is described. Only what fills the whole characteristic; throws `adapter/bad-value`. */
export function encodeValue(point: BlePointConfig, value: number | string | boolean): Uint8Array {
  const format = point.field;
  if (!format) throw bad(point, 'it has no description of its bytes');
  if (format.at !== 0 || format.mask !== undefined)
    throw bad(point, 'only a part of the characteristic is described, so it cannot be written');
  const word = Object.entries(format.words ?? {}).find(([, text]) => text === value)?.[0];
  if (format.type === 'ascii' && typeof value === 'string') return Buffer.from(value, 'latin1');
  if (format.type === 'hex' && typeof value === 'string' && /^([0-9a-f]{2})+$/i.test(value)) return Buffer.from(value, 'hex');
  if (format.type === 'bool' && typeof value === 'boolean' && (format.bit ?? 0) === 0) return Uint8Array.of(value ? 1 : 0);
  const number = word === undefined ? value : Number(word);
  if (typeof number !== 'number' || !Number.isFinite(number)) throw bad(point, `"${String(value)}" does not fit ${format.type}`);
  const raw = word === undefined ? (number - format.offset) / format.scale : number;
  if (format.type === 'float32') {
    const bytes = Buffer.alloc(4);
    bytes.writeFloatBE(raw);
    return format.order === 'little' ? bytes.reverse() : bytes;
  }
  const size = SIZES[format.type];
  if (size === undefined) throw bad(point, `a ${format.type} cannot be written`);
  return encodeInteger(point, size, format.type.startsWith('int'), format.order, Math.round(raw));
}
