import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeRegisters } from '../../../../core/adapters/modbus/encode-value.ts';
import { decodeRegisters } from '../../../../core/adapters/modbus/values.ts';
import { BYTE_ORDERS, MODBUS_TYPES, ModbusPoint } from '../../../../core/contract/document/devices.ts';

const point = (raw: Record<string, unknown>) => ModbusPoint.parse({ name: 'p', table: 'holding', address: 0, ...raw });
const decode = (raw: Record<string, unknown>, hex: string) =>
  decodeRegisters(point(raw), Uint8Array.from(Buffer.from(hex, 'hex')));

describe('values in registers', () => {
  it.each([
    [{ type: 'uint16' }, 'fffe', 65534],
    [{ type: 'int16' }, 'fffe', -2],
    [{ type: 'int16', order: 'little' }, 'feff', -2],
    [{ type: 'uint16', order: 'big-swapped' }, '3412', 0x1234],
    [{ type: 'uint16', order: 'little-swapped' }, '1234', 0x1234],
    [{ type: 'uint32', order: 'big' }, '0a0b0c0d', 0x0a0b0c0d],
    [{ type: 'uint32', order: 'little' }, '0d0c0b0a', 0x0a0b0c0d],
    [{ type: 'uint32', order: 'big-swapped' }, '0b0a0d0c', 0x0a0b0c0d],
    [{ type: 'uint32', order: 'little-swapped' }, '0c0d0a0b', 0x0a0b0c0d],
    [{ type: 'int32' }, 'ffffffff', -1],
    [{ type: 'float32' }, '41a0cccd', 20.1],
    [{ type: 'float32', order: 'little-swapped' }, 'cccd41a0', 20.1],
    [{ type: 'float64' }, '400921fb54442d18', Math.PI],
    [{ type: 'float64', order: 'little-swapped' }, '2d185444 21fb4009'.replace(' ', ''), Math.PI],
    [{ type: 'int64' }, 'fffffffffffffffe', -2],
    [{ type: 'uint64', order: 'big-swapped' }, '0100030205040706'.replace(/^0100/, '0000'), 0x0203_0405_0607],
    [{ type: 'int16', scale: 0.1, offset: -40 }, '0269', 21.7],
    [{ type: 'uint16', scale: 0.001 }, '0001', 0.001],
    [{ type: 'bool' }, '0000', false],
    [{ type: 'bool' }, '0100', true],
    [{ type: 'bool', bit: 0 }, '0001', true],
    [{ type: 'bool', bit: 15 }, '8000', true],
    [{ type: 'bool', bit: 14 }, '8000', false],
    [{ type: 'bool', bit: 0, order: 'little' }, '0100', true],
    [{ type: 'bcd16' }, '1234', 1234],
    [{ type: 'bcd16', order: 'big-swapped', scale: 0.1 }, '3412', 123.4],
    [{ type: 'bcd32' }, '00123456', 123_456],
    [{ type: 'bcd32', order: 'little-swapped' }, '34560012', 123_456],
    [{ type: 'string', length: 3 }, '534e2d343200', 'SN-42'],
    [{ type: 'string', length: 3, order: 'big-swapped' }, '4e532d343532', 'SN4-25'],
    [{ type: 'string', length: 2 }, '20202020', ''],
    [{ type: 'uint16', mask: 0x0ff0 }, 'abcd', 0xbc],
    [{ type: 'int16', mask: 0x0007, scale: 10 }, 'fffd', 50],
  ])('%j %s is %s', (raw, hex, value) => {
    expect(decode(raw, hex)).toEqual({ point: 'p', value, quality: 'good' });
  });

  it('calls a float that is no number bad, with the reason', () => {
    expect(decode({ type: 'float32' }, '7fc00000')).toMatchObject({
      value: null,
      quality: 'bad',
      note: expect.stringContaining('not a number'),
    });
    expect(decode({ type: 'float32' }, 'ff800000')).toMatchObject({ value: null, quality: 'bad' });
  });

  it('rounds an integer beyond 2^53 and says what it was', () => {
    expect(decode({ type: 'uint64' }, 'ffffffffffffffff')).toEqual({
      point: 'p',
      value: 2 ** 64,
      quality: 'good',
      note: 'rounded: the exact raw value is 18446744073709551615',
    });
    expect(decode({ type: 'uint64' }, '001fffffffffffff')).toEqual({
      point: 'p',
      value: Number.MAX_SAFE_INTEGER,
      quality: 'good',
    });
  });

  it.each([
    [{ type: 'bcd16' }, '12a4', 'not binary coded decimal'],
    [{ type: 'string', length: 2 }, '41019000', 'no text'],
  ])('gives no value for %j %s', (raw, hex, why) => {
    expect(decode(raw, hex)).toMatchObject({ value: null, quality: 'bad', note: expect.stringContaining(why) });
  });

  it('writes text and masked bits', () => {
    const wire = (raw: Record<string, unknown>, value: number | string) => {
      const encoded = encodeRegisters(point(raw), value);
      return encoded.ok ? Buffer.from(encoded.wire).toString('hex') : encoded.why;
    };
    expect(wire({ type: 'string', length: 3 }, 'SN-42')).toBe('534e2d343200');
    expect(wire({ type: 'string', length: 2 }, 'SN-42')).toContain('at most 4 characters');
    expect(wire({ type: 'string', length: 2 }, 'a\n')).toContain('cannot hold');
    expect(wire({ type: 'uint16', mask: 0x0ff0 }, 0xbc)).toBe('0bc0');
    expect(wire({ type: 'uint16', mask: 0x0ff0 }, 256)).toBe('allowed is 0 to 255');
    expect(wire({ type: 'bcd16' }, 10_000)).toBe('allowed is 0 to 9999');
  });

  it('never throws, and what is good is a value', () => {
    const property = fc.property(
      fc.constantFrom(...MODBUS_TYPES),
      fc.constantFrom(...BYTE_ORDERS),
      fc.uint8Array({ maxLength: 10 }),
      (type, order, wire) => {
        const { value, quality } = decodeRegisters(point({ type, order, length: 2 }), wire);
        expect(quality === 'good').toBe(value !== null);
        if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
      },
    );
    fc.assert(property, { numRuns: 1000 });
  });

  it('refuses the wrong number of registers', () => {
    expect(decode({ type: 'uint32' }, '0001')).toMatchObject({ value: null, quality: 'bad' });
  });

  it.each([
    [{ type: 'uint16' }, 65536, 'allowed is 0 to 65535'],
    [{ type: 'uint16' }, -1, 'allowed is 0 to 65535'],
    [{ type: 'int16', scale: 0.1, offset: 10 }, 3300, 'allowed is -3266.8 to 3286.7'],
    [{ type: 'float32' }, 1e39, 'does not fit'],
    [{ type: 'uint16' }, Number.NaN, 'not a number'],
    [{ type: 'uint16', scale: 0 }, 5, 'scale'],
  ])('does not write %j the value %s', (raw, value, why) => {
    expect(encodeRegisters(point(raw), value)).toMatchObject({ ok: false, why: expect.stringContaining(why) });
  });

  it('reads back what it wrote, for every type, order and scale', () => {
    const property = fc.property(
      fc.constantFrom(...MODBUS_TYPES.filter((type) => type !== 'bool' && type !== 'string')),
      fc.constantFrom(...BYTE_ORDERS),
      fc.integer({ min: 0, max: 9999 }),
      fc.constantFrom(1, 0.1, 0.01, 10),
      (type, order, raw, scale) => {
        const one = point({ type, order, scale });
        const encoded = encodeRegisters(one, raw * scale);
        if (!encoded.ok) throw new Error(encoded.why);
        const back = decodeRegisters(one, encoded.wire).value;
        expect(back).toBeCloseTo(raw * scale, type === 'float32' ? 1 : 6);
      },
    );
    fc.assert(property);
  });
});
