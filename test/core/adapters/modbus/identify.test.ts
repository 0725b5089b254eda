import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { identify, identifyPdu, parseIdentification } from '../../../../core/adapters/modbus/identify.ts';
import { createRtuFramer } from '../../../../core/adapters/modbus/rtu-framer.ts';
import { answerRequest } from '../../../../core/adapters/modbus/slave.ts';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const text = (word: string): string => Buffer.from(word).toString('hex');

/** The example of the specification (6.21): a basic device with three objects. */
const BASIC = [
  '2b 0e 01 01 00 00 03',
  `00 16 ${text('Company identification')}`,
  `01 0f ${text('Product code XX')}`,
  `02 05 ${text('V2.11')}`,
].join(' ');

describe('device identification', () => {
  it('is asked as the specification has it', () => {
    expect(Buffer.from(identifyPdu('basic')).toString('hex')).toBe('2b0e0100');
  });
  it('is read from the example of the specification', () => {
    expect(parseIdentification(bytes(BASIC))).toEqual({
      objects: { '0': 'Company identification', '1': 'Product code XX', '2': 'V2.11' },
      next: undefined,
    });
  });
  it('is asked on where more follows, and ends where a device goes in a circle', async () => {
    const first = bytes(`2b 0e 02 01 ff 02 02 00 01 ${text('A')} 01 01 ${text('B')}`);
    const second = bytes(`2b 0e 02 01 00 00 01 02 01 ${text('C')}`);
    const asked: number[] = [];
    const all = await identify('regular', async (pdu) => {
      asked.push(pdu[3] ?? -1);
      return pdu[3] === 0 ? first : second;
    });
    expect([all, asked]).toEqual([{ '0': 'A', '1': 'B', '2': 'C' }, [0, 2]]);
    let questions = 0;
    await identify('regular', async () => {
      questions += 1;
      return first;
    });
    expect(questions).toBe(2);
  });
  it('gives hex digits where an object is no text', () => {
    expect(parseIdentification(bytes('2b 0e 03 83 00 00 01 80 02 01 ff'))?.objects).toEqual({ '128': '0x01ff' });
  });
  it('is nothing where an answer is cut short, and never throws', () => {
    const whole = bytes(BASIC);
    const property = fc.property(fc.nat({ max: whole.length - 1 }), (end) => {
      expect(parseIdentification(whole.slice(0, end))).toBeUndefined();
    });
    fc.assert(property);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (any) => void parseIdentification(Uint8Array.of(0x2b, 0x0e, ...any))),
    );
  });
  it('comes through the RTU framer whole, in any pieces', () => {
    const frame = createRtuFramer('answers').wrap(9, 0, bytes(BASIC));
    const property = fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 10 }), (cuts) => {
      const framer = createRtuFramer('answers');
      const heard = [];
      let from = 0;
      for (const cut of cuts) {
        heard.push(...framer.push(frame.slice(from, from + cut)));
        from += cut;
      }
      heard.push(...framer.push(frame.slice(from)));
      expect(heard).toHaveLength(1);
      expect(heard[0]).toMatchObject({ kind: 'frame', unit: 9 });
    });
    fc.assert(property, { numRuns: 100 });
  });
  it('is given by our own slave', async () => {
    const identity = new Map([
      [0, 'Gatehouse'],
      [1, 'gw'],
      [2, '1.0'],
      [5, 'Site 7'],
    ]);
    const registers = { holding: () => undefined, input: () => undefined, identity };
    expect(await identify('basic', async (pdu) => answerRequest(pdu, registers))).toEqual({
      '0': 'Gatehouse',
      '1': 'gw',
      '2': '1.0',
    });
    expect(await identify('regular', async (pdu) => answerRequest(pdu, registers))).toMatchObject({ '5': 'Site 7' });
    expect(Buffer.from(answerRequest(bytes('2b 0e 04 05'), registers)).toString('latin1')).toContain('Site 7');
    expect(Buffer.from(answerRequest(bytes('2b 0e 04 06'), registers)).toString('hex')).toBe('ab02');
  });
});
