import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  describeRequest,
  encodeRead,
  encodeWriteCoil,
  encodeWriteCoils,
  encodeWriteRegister,
  encodeWriteRegisters,
  judgeAnswer,
} from '../../../../core/adapters/modbus/codec.ts';
import { planBlocks, readBlock } from '../../../../core/adapters/modbus/plan.ts';
import { ModbusPoint } from '../../../../core/contract/document/devices.ts';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const hex = (data: Uint8Array): string => Buffer.from(data).toString('hex');

describe('requests', () => {
  it.each([
    ['read coils', encodeRead('coil', 0x13, 0x25), '01 0013 0025'],
    ['read discrete', encodeRead('discrete', 0xc4, 0x16), '02 00c4 0016'],
    ['read holding', encodeRead('holding', 0x6b, 3), '03 006b 0003'],
    ['read input', encodeRead('input', 8, 1), '04 0008 0001'],
    ['write coil', encodeWriteCoil(0xac, true), '05 00ac ff00'],
    ['write register', encodeWriteRegister(1, bytes('0003')), '06 0001 0003'],
    ['write coils', encodeWriteCoils(0x13, [1, 0, 1, 1, 0, 0, 1, 1, 1, 0].map(Boolean)), '0f 0013 000a 02 cd01'],
    ['write registers', encodeWriteRegisters(1, bytes('000a0102')), '10 0001 0002 04 000a 0102'],
  ])('%s as in the specification', (_name, pdu, wanted) => expect(hex(pdu)).toBe(wanted.replaceAll(' ', '')));

  it('are described', () =>
    expect(describeRequest(3, encodeRead('holding', 16, 4))).toBe('unit 3: read 4 holding registers from 0x0010'));
});

describe('the verdict on an answer', () => {
  const read = encodeRead('holding', 0, 2);
  it.each([
    ['the answer', '03 04 0001 0002', { kind: 'data' }],
    ['one register too few', '03 02 0001', { kind: 'other' }],
    ['a count that does not fit', '03 04 0001', { kind: 'other' }],
    ['too long', '03 04 0001 0002 00', { kind: 'other' }],
    ['another function', '04 04 0001 0002', { kind: 'other' }],
    ['an exception', '83 02', { kind: 'exception', code: 2 }],
    ['an exception to another function', '84 02', { kind: 'other' }],
    ['nothing', '', { kind: 'other' }],
  ])('%s', (_name, answer, wanted) => expect(judgeAnswer(read, bytes(answer))).toMatchObject(wanted));

  it('on a write wants its echo', () => {
    const write = encodeWriteRegisters(5, bytes('0001'));
    expect(judgeAnswer(write, bytes('10 0005 0001'))).toMatchObject({ kind: 'data' });
    expect(judgeAnswer(write, bytes('10 0006 0001'))).toMatchObject({ kind: 'other' });
  });
  it('is data only with the length that was asked for, and never a throw', () => {
    const property = fc.property(fc.uint8Array({ maxLength: 12 }), (answer) => {
      const verdict = judgeAnswer(read, answer);
      if (verdict.kind === 'data') expect(verdict.data.length).toBe(4);
    });
    fc.assert(property, { numRuns: 1000 });
  });
});

describe('the plan', () => {
  const points = (...raw: Record<string, unknown>[]) =>
    raw.map((one, i) => ModbusPoint.parse({ name: `p${i}`, table: 'holding', ...one }));
  const shape = (...raw: Record<string, unknown>[]) =>
    planBlocks(points(...raw)).map(({ table, address, count }) => [table, address, count]);

  it('joins what touches or overlaps, in any order', () => {
    expect(shape({ address: 2, type: 'float32' }, { address: 0 }, { address: 1 }, { address: 1, type: 'bool', bit: 3 })).toEqual([
      ['holding', 0, 4],
    ]);
  });
  it('does not read across a gap or from another table', () => {
    expect(shape({ address: 0 }, { address: 2 }, { address: 1, table: 'input' })).toEqual([
      ['holding', 0, 1],
      ['holding', 2, 1],
      ['input', 1, 1],
    ]);
  });
  it('keeps to 125 registers and cuts no value in two', () => {
    const many = Array.from({ length: 124 }, (_, address) => ({ address }));
    expect(shape(...many, { address: 124, type: 'uint32' })).toEqual([
      ['holding', 0, 124],
      ['holding', 124, 2],
    ]);
  });
  it('keeps to 2000 bits', () => {
    const many = Array.from({ length: 2001 }, (_, address) => ({ address, table: 'coil', type: 'bool' }));
    expect(shape(...many)).toEqual([
      ['coil', 0, 2000],
      ['coil', 2000, 1],
    ]);
  });
  it('finds each value in its block', () => {
    const [block] = planBlocks(points({ address: 10 }, { address: 11, type: 'int32' }));
    if (!block) throw new Error('no block');
    expect(readBlock(block, bytes('0007 ffffffff')).map(({ value }) => value)).toEqual([7, -1]);
  });
  it('finds each bit', () => {
    const [block] = planBlocks(points(...[0, 1, 8].map((address) => ({ address, table: 'coil', type: 'bool' }))).slice(0, 2));
    if (!block) throw new Error('no block');
    expect(readBlock(block, bytes('02')).map(({ value }) => value)).toEqual([false, true]);
  });
});
