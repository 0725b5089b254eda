import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeField } from '../../../../core/adapters/frames/field.ts';
import { decodeFloat16, decodeHealthFloat, decodeSfloat } from '../../../../core/adapters/frames/float.ts';
import { sizeOfField } from '../../../../core/contract/document/field-size.ts';
import { FIELD_TYPES, FieldFormat } from '../../../../core/contract/document/points.ts';

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex'));
function read(format: Record<string, unknown>, bytes: Uint8Array | string): unknown {
  const decoded = decodeField(FieldFormat.parse(format), typeof bytes === 'string' ? hex(bytes) : bytes);
  return decoded.ok ? decoded.value : `(${decoded.why})`;
}

describe('a field', () => {
  it.each<[string, Record<string, unknown>, string, unknown]>([
    ['unsigned byte', { at: 1 }, '00 ff', 255],
    ['signed byte', { at: 1, type: 'int8' }, '00 ff', -1],
    ['from the end', { at: -2, type: 'uint16' }, '00 01 02', 0x0102],
    ['little endian', { type: 'uint16', order: 'little' }, '01 02', 0x0201],
    ['24 bits signed', { type: 'int24' }, 'ff ff fe', -2],
    ['24 bits unsigned, little', { type: 'uint24', order: 'little' }, '01 02 03', 0x030201],
    ['32 bits signed', { type: 'int32' }, '80 00 00 00', -(2 ** 31)],
    ['32 bits unsigned', { type: 'uint32' }, 'ff ff ff ff', 2 ** 32 - 1],
    ['64 bits signed', { type: 'int64' }, 'ff ff ff ff ff ff ff fe', -2],
    ['half float', { type: 'float16' }, '4d 60', 21.5],
    ['float', { type: 'float32', order: 'little' }, 'cd cc a0 41', 20.1],
    ['double', { type: 'float64' }, '40 09 21 fb 54 44 2d 18', Math.PI],
    ['float that is none', { type: 'float32' }, '7f c0 00 00', '(the device reports "not a number")'],
    ['infinite float', { type: 'float64' }, '7f f0 00 00 00 00 00 00', '(the device reports "not a number")'],
    ['health float 36.4', { type: 'sfloat', order: 'little' }, '6c f1', 36.4],
    ['health float that is none', { type: 'sfloat' }, '07 ff', '(the device reports "not a number")'],
    ['decimals', { type: 'bcd', length: 3 }, '12 34 56', 123456],
    ['decimals, little', { type: 'bcd', length: 2, order: 'little' }, '34 12', 1234],
    ['decimals that are none', { type: 'bcd', length: 2 }, '12 3a', '(not binary coded decimals)'],
    ['text', { type: 'ascii', length: 4, at: 1 }, '00 41 42 20 00 43', 'AB'],
    ['text to the end', { type: 'ascii', at: 1 }, '00 41 42', 'AB'],
    ['text that is none', { type: 'ascii' }, '41 07', '(not printable text)'],
    ['digits', { type: 'number-text', length: 6, scale: 0.1 }, '20 31 32 2e 35 20', 1.25],
    ['digits with a comma and padding', { type: 'number-text' }, '2d 20 20 31 32 2c 35', -12.5],
    ['digits that are none', { type: 'number-text' }, '31 32 78', '("12x" is not a number)'],
    ['hex digits that are no number', { type: 'number-text' }, '30 78 31 30', '("0x10" is not a number)'],
    ['no digits', { type: 'number-text' }, '20 20', '("" is not a number)'],
    ['bytes as hex', { type: 'hex', length: 3, at: 1 }, '00 de ad be ef', 'deadbe'],
    ['bit', { type: 'bool', bit: 3 }, '08', true],
    ['bit of a word', { type: 'bool', bit: 8, order: 'little' }, '00 01', true],
    ['bit of a double word', { type: 'bool', bit: 31 }, '80 00 00 00', true],
    ['flag without a bit', { type: 'bool' }, '40', true],
    ['word for a flag', { type: 'bool', bit: 0, words: { 0: 'closed', 1: 'open' } }, '01', 'open'],
    ['word for a value', { words: { 2: 'warning' } }, '02', 'warning'],
    ['value without its word', { words: { 2: 'warning' } }, '03', 3],
    ['name of an object’s own is no word', { type: 'ascii', words: {} }, '74 6f 53 74 72 69 6e 67', 'toString'],
    ['mask', { mask: 0xf0 }, 'a5', 10],
    ['mask up to the top', { type: 'uint32', mask: 0xc000_0000 }, 'c0 00 00 01', 3],
    ['mask of a signed value', { type: 'int16', mask: 0x0fff }, '1f ff', -1],
    ['mask, left aligned', { type: 'int16', mask: 0xfff0 }, '80 07', -2048],
    ['scale', { type: 'int16', scale: 0.1 }, '00 d9', 21.7],
    ['scale and offset', { scale: 0.5, offset: -40 }, 'c8', 60],
    ['no value', { type: 'uint16', none: [0x8000, 0xffff] }, '80 00', '(the device reports that it has no value)'],
    ['too few bytes', { at: 3, type: 'uint16' }, '00 01 02 03', '(not in the frame: it has only 4 bytes)'],
    ['before the begin', { at: -3 }, '00', '(not in the frame: it has only 1 bytes)'],
    ['an overflow by its scale', { scale: 1e308 }, 'ff', '(too large for a number)'],
  ])('%s', (_name, format, bytes, wanted) => expect(read(format, bytes)).toEqual(wanted));

  it('of 64 bits beyond what a number can hold is rounded and says so', () => {
    expect(decodeField(FieldFormat.parse({ type: 'uint64' }), hex('ff ff ff ff ff ff ff ff'))).toEqual({
      ok: true,
      value: 2 ** 64,
      note: 'rounded: the exact raw value is 18446744073709551615',
    });
  });
  it('with more decimals than a number can hold has no value', () => {
    expect(read({ type: 'bcd', length: 9 }, '99 99 99 99 99 99 99 99 99')).toBe('(more digits than a number can hold)');
  });

  it('gives what was written, in either order and at any place', () => {
    const property = fc.property(
      fc.constantFrom<['int8' | 'int16' | 'int24' | 'int32', number]>(['int8', 1], ['int16', 2], ['int24', 3], ['int32', 4]),
      fc.constantFrom('big' as const, 'little' as const),
      fc.nat({ max: 6 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      ([type, size], order, at, part) => {
        const value = Math.floor(part * (2 ** (size * 8) - 1)) - 2 ** (size * 8 - 1);
        const frame = Buffer.alloc(at + size + 2, 0xee);
        if (order === 'big') frame.writeIntBE(value, at, size);
        else frame.writeIntLE(value, at, size);
        expect(read({ type, order, at }, frame)).toBe(value === 0 ? 0 : value);
        expect(read({ type, order, at: -(size + 2) }, frame)).toBe(value === 0 ? 0 : value);
      },
    );
    fc.assert(property);
  });

  it('of any description in any bytes gives a sound value or a reason, and changes nothing', () => {
    const format = fc.record(
      {
        at: fc.integer({ min: -20, max: 20 }),
        type: fc.constantFrom(...FIELD_TYPES),
        length: fc.integer({ min: 1, max: 20 }),
        order: fc.constantFrom('big' as const, 'little' as const),
        bit: fc.nat({ max: 31 }),
        mask: fc.integer({ min: 1, max: 0xffff_ffff }),
        scale: fc.double({ noNaN: true, noDefaultInfinity: true }),
        offset: fc.double({ noNaN: true, noDefaultInfinity: true }),
        none: fc.array(fc.integer(), { maxLength: 3 }),
      },
      { requiredKeys: [] },
    );
    const property = fc.property(format, fc.uint8Array({ maxLength: 24 }), (raw, bytes) => {
      const before = Buffer.from(bytes);
      const parsed = FieldFormat.parse(raw);
      const decoded = decodeField(parsed, bytes);
      expect(before.equals(bytes)).toBe(true);
      if (!decoded.ok) {
        expect(decoded.why).not.toBe('');
        return;
      }
      if (typeof decoded.value === 'number') expect(Number.isFinite(decoded.value)).toBe(true);
      expect(sizeOfField(parsed) ?? 0).toBeLessThanOrEqual(bytes.length);
    });
    fc.assert(property, { numRuns: 3000 });
  });
});

describe('floats of health devices (IEEE 11073-20601)', () => {
  it.each<[number, number | string]>([
    [0x0072, 114],
    [0xf16c, 36.4],
    [0x1001, 10],
    [0x8001, 1e-8],
    [0xf801, -204.7],
    [0xff9c, -10],
    [0x07fe, '(the device reports + infinity)'],
    [0x0802, '(the device reports - infinity)'],
    [0x0800, '(the device reports "not at this resolution")'],
    [0x0801, '(the device reports a reserved value)'],
  ])('SFLOAT %i is %s', (raw, wanted) => {
    const decoded = decodeSfloat(raw);
    expect(decoded.ok ? decoded.value : `(${decoded.why})`).toBe(wanted);
  });
  it.each<[number, number | string]>([
    [0xff00_016c, 36.4],
    [0xfe00_0e36, 36.38],
    [0x0000_0000, 0],
    [0xff00_0000, 0],
    [0xffff_ff9c, -10],
    [0x007f_ffff, '(the device reports "not a number")'],
  ])('FLOAT %i is %s', (raw, wanted) => {
    const decoded = decodeHealthFloat(raw);
    expect(decoded.ok ? decoded.value : `(${decoded.why})`).toBe(wanted);
  });
  it('half floats: the published examples', () => {
    const examples: [number, number][] = [
      [0x3c00, 1],
      [0xc000, -2],
      [0x7bff, 65504],
      [0x0400, 6.104e-5],
      [0x0001, 5.96e-8],
      [0x3555, 0.3333],
      [0x2e66, 0.1],
    ];
    for (const [raw, wanted] of examples) expect(decodeFloat16(raw)).toBeCloseTo(wanted, 7);
    expect(decodeFloat16(0x7c00)).toBe(Number.POSITIVE_INFINITY);
    expect(decodeFloat16(0x7e00)).toBeNaN();
  });
});
