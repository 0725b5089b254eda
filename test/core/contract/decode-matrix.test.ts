import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  decodeMatrix,
  MATRIX_ORDERS,
  MATRIX_REGISTERS,
  type MatrixOrder,
  type MatrixType,
  matchDisplay,
  nameAddress,
  narrowMatches,
} from '../../../core/contract/decode-matrix.ts';

type Number16 = 'int16' | 'uint16' | 'int32' | 'uint32' | 'float32' | 'float64' | 'int64' | 'uint64';

/** Written a second way, by swapping bytes and registers, so that the two cannot share a mistake. */
function onWire(type: Number16, order: MatrixOrder, value: number): number[] {
  const view = new DataView(new ArrayBuffer(MATRIX_REGISTERS[type] * 2));
  if (type === 'int16') view.setInt16(0, value);
  else if (type === 'uint16') view.setUint16(0, value);
  else if (type === 'int32') view.setInt32(0, value);
  else if (type === 'uint32') view.setUint32(0, value);
  else if (type === 'float32') view.setFloat32(0, value);
  else if (type === 'float64') view.setFloat64(0, value);
  else view.setBigInt64(0, BigInt(value));
  let words = Array.from({ length: MATRIX_REGISTERS[type] }, (_, i) => view.getUint16(i * 2));
  if (order === 'little' || order === 'little-swapped') words = words.reverse();
  if (order === 'little' || order === 'big-swapped') words = words.map((word) => ((word & 0xff) << 8) | (word >> 8));
  return words;
}

const noise = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 6 });
const integerType = fc.constantFrom<Number16[]>('int16', 'uint16', 'int32', 'uint32', 'int64', 'uint64');
const order = fc.constantFrom(...MATRIX_ORDERS);
const same = (a: MatrixOrder, b: MatrixOrder, type: MatrixType): boolean =>
  a === b ||
  (MATRIX_REGISTERS[type] === 1 && (a === 'big' || a === 'little-swapped') === (b === 'big' || b === 'little-swapped'));

it('finds an integer with any order, place and power of ten from the number on the display', () => {
  fc.assert(
    fc.property(
      integerType,
      order,
      noise,
      noise,
      fc.integer({ min: 10, max: 32_767 }),
      fc.integer({ min: 0, max: 3 }),
      (type, how, before, after, raw, decimals) => {
        const cells = decodeMatrix(100, [...before, ...onWire(type, how, raw), ...after]);
        const shown = (raw / 10 ** decimals).toFixed(decimals);
        const found = matchDisplay(cells, shown).find(
          (one) => one.index === before.length && one.type === type && same(one.order, how, type),
        );
        expect(found?.value).toBe(raw);
        expect(found?.scale).toBe(Number(`1e-${decimals}`));
        expect(found?.address).toBe(100 + before.length);
      },
    ),
  );
});

it('finds a float with any order from a rounded or cut-off number', () => {
  fc.assert(
    fc.property(
      fc.constantFrom<Number16[]>('float32', 'float64'),
      order,
      noise,
      fc.integer({ min: 10_000, max: 99_999_999 }),
      fc.boolean(),
      (type, how, before, thousandths, cut) => {
        const value = Math.fround(thousandths / 1000);
        const cells = decodeMatrix(0, [...before, ...onWire(type, how, value)]);
        const shown = cut ? (Math.trunc(value * 10) / 10).toFixed(1) : value.toFixed(1);
        const found = matchDisplay(cells, shown).find(
          (one) => one.index === before.length && one.type === type && one.order === how,
        );
        expect(found?.scale).toBe(1);
      },
    ),
  );
});

it('keeps the true cell and drops the others with a second reading', () => {
  const first = decodeMatrix(0, [0x4366, 0x8000, 2305, 1234, 0]);
  const before = matchDisplay(first, '230.5');
  expect(before.map(({ type, address }) => `${type} ${address}`)).toEqual(expect.arrayContaining(['float32 0', 'uint16 2']));
  const second = decodeMatrix(0, [0x4367, 0x4000, 2305, 1234, 0]); // the float went on to 231.25
  const left = narrowMatches(before, matchDisplay(second, '231.3'));
  expect(left.map(({ type, address, order: how }) => `${type} ${address} ${how}`)).toEqual(['float32 0 big']);
  expect(left[0]?.score).toBeGreaterThan(before.find(({ type }) => type === 'float32')?.score ?? 1);
});

it('lets a display that shows zero decide no scale', () => {
  const load = (raw: number) => decodeMatrix(0, [raw, 77]);
  const zero = matchDisplay(load(0), '0.0');
  const amps = matchDisplay(load(125), '12.5');
  for (const [before, after] of [
    [zero, amps],
    [amps, zero],
  ] as const) {
    const found = narrowMatches(before, after).find(
      ({ type, address, order: how }) => `${type} ${address} ${how}` === 'uint16 0 big',
    );
    expect(found).toMatchObject({ scale: 0.1 });
  }
  // between two numbers that are not zero, the scale must stay
  expect(narrowMatches(amps, matchDisplay(load(131), '131')).filter(({ address }) => address === 0)).toEqual([]);
});

it('puts the likely reading first', () => {
  const cells = decodeMatrix(0, [0x4366, 0x8000, 0x147b, 0x4248, 1234, 0, 0, 215]);
  expect(matchDisplay(cells, '230.5')[0]).toMatchObject({ type: 'float32', order: 'big', address: 0, scale: 1 });
  expect(matchDisplay(cells, '50.02')[0]).toMatchObject({ type: 'float32', order: 'little-swapped', address: 2, scale: 1 });
  expect(matchDisplay(cells, '123,4')[0]).toMatchObject({ type: 'uint16', order: 'big', address: 4, scale: 0.1 });
  expect(matchDisplay(cells, '21.5')[0]).toMatchObject({ type: 'uint16', order: 'big', address: 7, scale: 0.1 });
});

it('reads displays as people write them, and no text that is not a number', () => {
  const cells = decodeMatrix(0, [0xff9c, 12_345, 0x1234]);
  for (const text of ['-100', '−100', ' -1 00 ']) {
    expect(matchDisplay(cells, text)[0]).toMatchObject({ type: 'int16', value: -100, scale: 1 });
  }
  for (const text of ['1 234.5', "1'234,5", '1.234,5', '1,234.5']) {
    expect(matchDisplay(cells, text)[0]).toMatchObject({ address: 1, scale: 0.1 });
  }
  expect(matchDisplay(cells, '1234').map(({ type }) => type)).toContain('bcd16');
  for (const text of ['', '-', '.', 'abc', '1-2', 'NaN', '1e5', '0x10', '9'.repeat(40)])
    expect(matchDisplay(cells, text)).toEqual([]);
});

it('says little of a display that says little', () => {
  const cells = decodeMatrix(0, [0, 5, 0, 0]);
  expect(matchDisplay(cells, '0').every(({ score }) => score <= 0.3)).toBe(true);
  expect(matchDisplay(cells, '5')[0]?.score).toBeLessThan(0.5);
});

it('puts a true zero before a counter that is next to nothing as a float', () => {
  const [first] = matchDisplay(decodeMatrix(0, [0x0001, 0x0002, 0, 0]), '0.0');
  expect(first?.value).toBe(0);
});

it('has no value where registers are missing, and never throws', () => {
  const cells = decodeMatrix(0, [1, null, 3]);
  expect(cells.filter(({ index, type }) => index === 0 && type === 'uint32').map(({ value }) => value)).toEqual([
    null,
    null,
    null,
    null,
  ]);
  expect(cells.find(({ index, type }) => index === 2 && type === 'uint16')?.value).toBe(3);
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 0xffff })), { maxLength: 64 }), fc.string(), (registers, text) => {
      for (const { value } of decodeMatrix(7, registers)) expect(value === null || Number.isFinite(value)).toBe(true);
      for (const { score } of matchDisplay(decodeMatrix(7, registers), text)) expect(score > 0 && score <= 1).toBe(true);
    }),
  );
});

it('matches nothing that is far from the number on the display', () => {
  const huge = [0x7f5e, 0x1234, 0xffaa, 0x0102, 0x4366, 0x8000, 0xe37f, 0x5b7e];
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 24 }),
      fc.integer({ min: -99_999, max: 99_999 }),
      (registers, tenths) => {
        for (const { value, scale } of matchDisplay(decodeMatrix(0, [...huge, ...registers]), (tenths / 10).toFixed(1))) {
          expect(Math.abs((value ?? Number.NaN) * scale - tenths / 10)).toBeLessThanOrEqual(0.2501);
        }
      },
    ),
  );
});

it('names an address in every way in which manuals write it', () => {
  expect(nameAddress('holding', 0)).toEqual({ wire: 0, hex: '0x0000', classic: '40001', oneBased: 1 });
  expect(nameAddress('input', 107)).toEqual({ wire: 107, hex: '0x006B', classic: '30108', oneBased: 108 });
  expect(nameAddress('holding', 9998).classic).toBe('49999');
  expect(nameAddress('holding', 9999).classic).toBe('410000');
  expect(nameAddress('input', 65_535).classic).toBe('365536');
});
