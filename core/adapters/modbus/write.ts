import { GatewayError } from '../../base/errors.ts';
import type { ModbusDeviceConfig, ModbusPointConfig } from '../../contract/document/devices.ts';
import { encodeRead, encodeWriteCoil, encodeWriteCoils, encodeWriteRegister, encodeWriteRegisters } from './codec.ts';
import { encodeRegisters } from './encode-value.ts';
import { reorder } from './value-format.ts';

/** Sends one request to the unit and gives the values of its answer. */
export type Send = (pdu: Uint8Array) => Promise<Uint8Array>;
export type WriteBy = NonNullable<ModbusDeviceConfig['writeBy']>;

const ILLEGAL_FUNCTION = 1;

function finite(point: ModbusPointConfig, number: number, from: string): number {
  if (!Number.isFinite(number))
    throw new GatewayError('adapter/bad-value', `${point.name}: "${from.slice(0, 40)}" is not a number`);
  return number;
}

function wantedValue(point: ModbusPointConfig, value: number | string | boolean): number | boolean | string {
  if (point.type === 'string') return value;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return finite(point, value, String(value));
  const text = value.trim().toLowerCase();
  if (point.type === 'bool' || point.table === 'coil') {
    if (['true', 'on', '1'].includes(text)) return true;
    if (['false', 'off', '0'].includes(text)) return false;
  }
  return finite(point, text === '' ? Number.NaN : Number(text), value);
}

/** The bits of the first register that belong to the point, as they stand on the wire; others have all of theirs. */
function maskOf(point: ModbusPointConfig): number {
  if (point.type === 'bool' && point.bit !== undefined) return 1 << point.bit;
  return (point.type === 'uint16' || point.type === 'int16') && point.mask !== undefined ? point.mask : 0xffff;
}

/**
 * What is to stand in the registers, and which bits of it belong to the point; for a coil one byte, 0 or 1. Throws `adapter/bad-value`
 * where the value does not fit.
 */
export function wireFor(point: ModbusPointConfig, value: number | string | boolean): { wire: Uint8Array; mask: Uint8Array } {
  const wanted = wantedValue(point, value);
  if (point.table === 'coil') return { wire: Uint8Array.of(wanted ? 1 : 0), mask: Uint8Array.of(1) };
  const mask = maskOf(point);
  const masked = reorder(Uint8Array.of(mask >> 8, mask & 0xff), point.order);
  if (point.type === 'bool' && point.bit !== undefined) {
    return { wire: wanted ? masked : Uint8Array.of(0, 0), mask: masked };
  }
  const encoded = encodeRegisters(point, wanted);
  if (!encoded.ok)
    throw new GatewayError('adapter/bad-value', `${point.name}: ${String(value)} cannot be written: ${encoded.why}`);
  return { wire: encoded.wire, mask: encoded.wire.length === 2 ? masked : encoded.wire.map(() => 0xff) };
}

/** Some devices know only one form of a write: functions 5 and 6 for one, or 15 and 16 for any number. */
async function sendBy(by: WriteBy, send: Send, single: Uint8Array, plural: Uint8Array): Promise<void> {
  if (by === 'multiple') return void (await send(plural));
  try {
    await send(single);
  } catch (cause) {
    if (by === 'single' || !(cause instanceof GatewayError) || cause.details['exception'] !== ILLEGAL_FUNCTION) throw cause;
    await send(plural);
  }
}

/** Registers one by one, for a device without function 16: the value is half written for a moment. */
async function writeSingly(address: number, wire: Uint8Array, send: Send): Promise<void> {
  for (let at = 0; at < wire.length; at += 2) await send(encodeWriteRegister(address + at / 2, wire.subarray(at, at + 2)));
}

/**
 * Writes a point: coils by function 5, one register by 6, several by 16, unless `by` says otherwise. Bits of a register are read, changed
 * and written back; another master that writes the same register in between is overwritten. Rejects with `adapter/not-writable`,
 * `adapter/bad-value`, or what `send` rejects with.
 */
export async function writePoint(
  point: ModbusPointConfig,
  value: number | string | boolean,
  by: WriteBy,
  send: Send,
): Promise<void> {
  if (!point.writable) throw new GatewayError('adapter/not-writable', `${point.name}: the point is not declared as writable`);
  const { address, table } = point;
  if (table !== 'holding' && table !== 'coil') {
    throw new GatewayError('adapter/not-writable', `${point.name}: the table "${table}" can only be read`, {
      remedy: 'Use the table "holding" or "coil", if the device has this value there.',
    });
  }
  const { wire, mask } = wireFor(point, value);
  if (table === 'coil') {
    const on = wire[0] === 1;
    return sendBy(by, send, encodeWriteCoil(address, on), encodeWriteCoils(address, [on]));
  }
  if (wire.length > 2) {
    return by === 'single' ? writeSingly(address, wire, send) : void (await send(encodeWriteRegisters(address, wire)));
  }
  let word = wire;
  if (mask.some((byte) => byte !== 0xff)) {
    const before = await send(encodeRead('holding', address, 1));
    word = wire.map((byte, i) => ((before[i] ?? 0) & ~(mask[i] ?? 0)) | (byte & (mask[i] ?? 0)));
  }
  await sendBy(by, send, encodeWriteRegister(address, word), encodeWriteRegisters(address, word));
}
