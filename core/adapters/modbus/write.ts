import { GatewayError } from '../../base/errors.ts';
import type { ModbusPointConfig } from '../../contract/document/devices.ts';
import { encodeRead, encodeWriteCoil, encodeWriteCoils, encodeWriteRegister, encodeWriteRegisters } from './codec.ts';
import { encodeRegisters } from './values.ts';

/** Sends one request to the unit and gives the values of its answer. */
export type Send = (pdu: Uint8Array) => Promise<Uint8Array>;

const ILLEGAL_FUNCTION = 1;

function asNumber(point: ModbusPointConfig, value: number | string | boolean): number | boolean {
  if (typeof value !== 'string') return value;
  const text = value.trim().toLowerCase();
  if (point.type === 'bool' || point.table === 'coil') {
    if (['true', 'on', '1'].includes(text)) return true;
    if (['false', 'off', '0'].includes(text)) return false;
  }
  const number = text === '' ? Number.NaN : Number(text);
  if (Number.isNaN(number)) throw new GatewayError('adapter/bad-value', `${point.name}: "${value.slice(0, 40)}" is not a number`);
  return number;
}

/** Some devices know only the plural form of a write: function 15 instead of 5, 16 instead of 6. */
async function sendEither(send: Send, single: Uint8Array, plural: Uint8Array): Promise<void> {
  try {
    await send(single);
  } catch (cause) {
    if (!(cause instanceof GatewayError) || cause.details['exception'] !== ILLEGAL_FUNCTION) throw cause;
    await send(plural);
  }
}

/**
 * Writes a point: coils by function 5, one register by 6, several by 16. One bit of a register is read, changed and written back; another
 * master that writes the same register in between is overwritten. Rejects with `adapter/not-writable`, `adapter/bad-value`, or what
 * `send` rejects with.
 */
export async function writePoint(point: ModbusPointConfig, value: number | string | boolean, send: Send): Promise<void> {
  if (!point.writable) throw new GatewayError('adapter/not-writable', `${point.name}: the point is not declared as writable`);
  const number = asNumber(point, value);
  const { address } = point;
  if (point.table === 'coil') {
    const on = Boolean(number);
    return sendEither(send, encodeWriteCoil(address, on), encodeWriteCoils(address, [on]));
  }
  if (point.table !== 'holding') {
    throw new GatewayError('adapter/not-writable', `${point.name}: the table "${point.table}" can only be read`, {
      remedy: 'Use the table "holding" or "coil", if the device has this value there.',
    });
  }
  const encoded = encodeRegisters(point, number);
  if (!encoded.ok)
    throw new GatewayError('adapter/bad-value', `${point.name}: ${String(number)} cannot be written: ${encoded.why}`);
  let wire = encoded.wire;
  if (point.type === 'bool' && point.bit !== undefined)
    wire = withBit(point, await send(encodeRead('holding', address, 1)), Boolean(number));
  if (wire.length > 2) await send(encodeWriteRegisters(address, wire));
  else await sendEither(send, encodeWriteRegister(address, wire), encodeWriteRegisters(address, wire));
}

function withBit(point: ModbusPointConfig, wire: Uint8Array, on: boolean): Uint8Array {
  const lowFirst = point.order === 'little' || point.order === 'big-swapped';
  const bit = point.bit ?? 0;
  const byte = bit < 8 === lowFirst ? 0 : 1;
  const changed = wire.slice();
  const mask = 1 << (bit & 7);
  changed[byte] = on ? (changed[byte] ?? 0) | mask : (changed[byte] ?? 0) & ~mask;
  return changed;
}
