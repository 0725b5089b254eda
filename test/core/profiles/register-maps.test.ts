import { describe, expect, it } from 'vitest';
import { decodeBit, decodeRegisters } from '../../../core/adapters/modbus/values.ts';
import type { ModbusPointConfig } from '../../../core/contract/document/devices.ts';
import { checkProfile, sampleDevice } from '../../../core/profiles/profile-file.ts';
import { SHIPPED_PROFILES } from '../../../core/profiles/shipped-profiles.ts';

function pointOf(profile: string, name: string): ModbusPointConfig {
  const file = SHIPPED_PROFILES.map(checkProfile).find(({ id }) => id === profile);
  const device = file && sampleDevice(file);
  if (device?.adapter !== 'modbus-rtu' && device?.adapter !== 'modbus-tcp') throw new Error(`${profile} is no Modbus device`);
  const point = device.points.find((one) => one.name === name);
  if (!point) throw new Error(`${profile} has no register ${name}`);
  return point;
}

/** What the device sends for a point: table, address, bytes of its registers, and the value that its display shows. */
type Case = [profile: string, point: string, table: string, address: number, hex: string, value: number];

describe('registers of shipped profiles', () => {
  it.each<Case>([
    // The manual's own examples.
    ['sht20-xy-md02', 'temperature', 'input', 1, '0131', 30.5],
    ['sht20-xy-md02', 'temperature', 'input', 1, 'ff33', -20.5],
    ['sht20-xy-md02', 'humidity', 'input', 2, '0222', 54.6],
    ['eastron-sdm120', 'voltage', 'input', 0x0000, '43663334', 230.2],
    ['eastron-sdm630', 'voltage-l1', 'input', 0x0000, '43663334', 230.2],
    // By the types and scales of the makers' tables.
    ['eastron-sdm630', 'power', 'input', 52, '44fa0000', 2000],
    ['eastron-sdm630', 'import', 'input', 72, '42f6e979', 123.456],
    ['carlo-gavazzi-em24-e1', 'voltage-l1', 'input', 0x00, '08fd0000', 230.1],
    ['carlo-gavazzi-em24-e1', 'power', 'input', 0x28, 'fff6ffff', -1],
    ['carlo-gavazzi-em24-e1', 'current-l2', 'input', 0x0e, '3a980000', 15],
    ['carlo-gavazzi-em24-e1', 'frequency', 'input', 0x33, '01f3', 49.9],
    ['carlo-gavazzi-em24-e1', 'import', 'input', 0x34, '86a00001', 10_000],
    ['schneider-iem3155', 'power', 'holding', 3059, '3fc00000', 1.5],
    ['schneider-iem3155', 'voltage-l1', 'holding', 0x0bd3, '43660000', 230],
    ['schneider-iem3155', 'import', 'holding', 0x0c83, '00000000000f4240', 1000],
    ['abb-b23', 'voltage-l1', 'holding', 0x5b00, '000008fd', 230.1],
    ['abb-b23', 'power', 'holding', 0x5b14, 'ffffff9c', -1],
    ['abb-b23', 'import', 'holding', 0x5000, '0000000000003039', 123.45],
    ['abb-b23', 'frequency', 'holding', 0x5b2c, '1387', 49.99],
    ['siemens-pac2200', 'power', 'holding', 65, '447a0000', 1000],
    ['siemens-pac2200', 'import', 'holding', 801, '40c3880000000000', 10],
    ['schneider-atv320', 'frequency', 'holding', 3202, '01f4', 50],
    ['schneider-atv320', 'frequency', 'holding', 3202, 'fe0c', -50],
    ['schneider-atv320', 'current', 'holding', 3204, '000f', 1.5],
    ['abb-acs550', 'frequency', 'holding', 102, '01f4', 50],
    ['abb-acs550', 'power', 'holding', 105, '004b', 7.5],
  ])('%s: %s', (profile, name, table, address, hex, value) => {
    const point = pointOf(profile, name);
    expect([point.table, point.address]).toEqual([table, address]);
    const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
    const read = decodeRegisters(point, bytes);
    expect(read.quality).toBe('good');
    expect(read.value).toBeCloseTo(value, 4); // displays round: 43663334 is 230.20001
  });

  it('danfoss-fc51: coil 44 of the manual is the first bit after address 42', () => {
    const running = pointOf('danfoss-fc51', 'running');
    expect([running.table, running.address]).toEqual(['coil', 43]);
    expect(decodeBit(running, Uint8Array.of(0b1000), 3)).toMatchObject({ value: true });
  });
  it('schneider-atv320: bit 3 of the status word is the fault', () => {
    const fault = pointOf('schneider-atv320', 'fault');
    const at = (word: number) => decodeRegisters(fault, Uint8Array.of(word >> 8, word & 0xff)).value;
    expect([at(0x0237), at(0x0008)]).toEqual([false, true]);
  });
});
