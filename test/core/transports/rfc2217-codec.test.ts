import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  COM,
  comBytes,
  createTelnetReader,
  escapeTelnet,
  numberOf,
  OPTION,
  optionBytes,
  type Telnet,
  u32,
} from '../../../core/transports/rfc2217-codec.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Cuts `bytes` at these places and reads the pieces. */
function readIn(bytes: Uint8Array, cuts: readonly number[]): Telnet[] {
  const read = createTelnetReader();
  const borders = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return borders.slice(1).flatMap((border, i) => read(bytes.subarray(borders[i], border)));
}
const dataOf = (words: readonly Telnet[]): number[] => words.flatMap((word) => (word.kind === 'data' ? [...word.bytes] : []));

describe('COM port control (RFC 2217)', () => {
  it('asks in the bytes of the standard', () => {
    expect(hex(optionBytes('will', OPTION.comPort))).toBe('fffb2c');
    expect(hex(comBytes(COM.baudRate, u32(19_200)))).toBe('fffa2c0100004b00fff0');
    expect(hex(comBytes(COM.parity, [3]))).toBe('fffa2c0303fff0');
  });

  it('doubles 0xff in a value too', () => {
    expect(hex(comBytes(COM.modemStateMask, [255]))).toBe('fffa2c0bfffffff0');
  });

  it('reads what ser2net says', () => {
    const words = createTelnetReader()(Buffer.from('fffd2cfffa2c6500004b00fff068690a', 'hex'));
    expect(words).toEqual([
      { kind: 'option', verb: 'do', option: 44 },
      { kind: 'com', command: 101, value: Uint8Array.of(0, 0, 0x4b, 0) },
      { kind: 'data', bytes: Uint8Array.of(0x68, 0x69, 0x0a) },
    ]);
    expect(numberOf(Uint8Array.of(0, 0, 0x4b, 0))).toBe(19_200);
    expect(numberOf(new Uint8Array(0))).toBeUndefined();
  });

  it('keeps a subnegotiation without an end small, and finds the data behind it', () => {
    const read = createTelnetReader();
    read(Uint8Array.of(255, 250, 44, 0));
    for (let i = 0; i < 100; i += 1) read(new Uint8Array(1000).fill(65));
    const words = read(Uint8Array.of(255, 240, 7));
    expect(words[0]).toMatchObject({ kind: 'com', command: 0 });
    expect(words[0]?.kind === 'com' && words[0].value.length).toBeLessThan(600);
    expect(dataOf(words)).toEqual([7]);
  });

  it('carries any bytes, however they are cut', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat(400), { maxLength: 8 }), (bytes, cuts) => {
        expect(dataOf(readIn(escapeTelnet(bytes), cuts))).toEqual([...bytes]);
      }),
    );
  });

  it('does not throw at garbage, and says the same of it however it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(255, 250, 240, 251, 253, 44), fc.nat(255)), { maxLength: 200 }),
        fc.array(fc.nat(400), { maxLength: 8 }),
        (noise, cuts) => {
          const bytes = Uint8Array.from(noise);
          const [whole, cut] = [readIn(bytes, []), readIn(bytes, cuts)];
          expect(dataOf(cut)).toEqual(dataOf(whole));
          expect(cut.filter(({ kind }) => kind !== 'data')).toEqual(whole.filter(({ kind }) => kind !== 'data'));
        },
      ),
    );
  });
});
