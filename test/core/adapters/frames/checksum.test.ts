import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkFrame, checksumOf, sizeOfChecksum } from '../../../../core/adapters/frames/checksum.ts';
import { CHECKSUMS, Checksum } from '../../../../core/contract/document/serial-devices.ts';

const text = (value: string) => Uint8Array.from(Buffer.from(value, 'latin1'));
const DIGITS = text('123456789');

describe('the check value of "123456789"', () => {
  it.each<[(typeof CHECKSUMS)[number], number]>([
    ['crc8', 0xf4],
    ['crc8-maxim', 0xa1],
    ['crc8-j1850', 0x4b],
    ['crc8-sensirion', 0xf7],
    ['crc16-modbus', 0x4b37],
    ['crc16-ccitt-false', 0x29b1],
    ['crc16-xmodem', 0x31c3],
    ['crc16-kermit', 0x2189],
    ['crc16-x25', 0x906e],
    ['crc16-arc', 0xbb3d],
    ['crc16-usb', 0xb4c8],
    ['crc16-dnp', 0xea82],
    ['crc32', 0xcbf4_3926],
    ['crc32c', 0xe306_9283],
    ['crc32-mpeg2', 0x0376_e6e7],
    ['sum8', 0xdd],
    ['sum8-complement', 0x22],
    ['sum16', 0x01dd],
    ['xor8', 0x31],
    ['lrc', 0x23],
  ])('by %s', (kind, wanted) => expect(checksumOf(kind, DIGITS).toString(16)).toBe(wanted.toString(16)));

  it('is known of every kind', () => expect(CHECKSUMS).toHaveLength(20));
});

it('CRC-32 is what zlib computes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => checksumOf('crc32', bytes) === crc32(bytes)));
});
it('the Sensirion example of its data sheets: CRC of BE EF is 92', () => {
  expect(checksumOf('crc8-sensirion', Uint8Array.of(0xbe, 0xef))).toBe(0x92);
});

describe('a frame with a checksum', () => {
  const check = (raw: Record<string, unknown>, frame: Uint8Array) => checkFrame(Checksum.parse(raw), frame);
  it('has it in the last bytes, the high one first unless told', () => {
    expect(check({ kind: 'crc16-modbus', order: 'little' }, Uint8Array.of(3, 3, 2, 0, 42, 0x40, 0x5b))).toBeUndefined();
    expect(check({ kind: 'crc16-modbus' }, Uint8Array.of(3, 3, 2, 0, 42, 0x40, 0x5b))).toBe(
      'the checksum is wrong: 405b came, 5b40 is right',
    );
  });
  it('has it as hex digits in text', () => {
    const config = { kind: 'xor8', asText: true, from: 1, to: -3 };
    expect(check(config, text('$GPGLL,5300.97914,N,00259.98174,E,125926,A*28'))).toBeUndefined();
    expect(check(config, text('$GPGLL,5300.97914,N,00259.98174,E,125926,V*28'))).toMatch(/wrong/);
    expect(check(config, text('$GPGLL,5300.97914,N,00259.98174,E,125926,A*2 '))).toBe('its checksum is not hex digits');
  });
  it('of a CO2 sensor (MH-Z19: bytes 1 to 7, two’s complement)', () => {
    const config = { kind: 'lrc', from: 1 };
    expect(check(config, Uint8Array.of(0xff, 0x01, 0x86, 0, 0, 0, 0, 0, 0x79))).toBeUndefined();
  });
  it('that is too short is not right', () => {
    for (const length of [0, 1]) expect(check({ kind: 'xor8' }, new Uint8Array(length))).toBe('too short for its checksum');
    expect(check({ kind: 'crc32', from: 2 }, new Uint8Array(6))).toBe('too short for its checksum');
  });
  it('is refused when any one byte of it is changed, by every kind', () => {
    const property = fc.property(
      fc.constantFrom(...CHECKSUMS),
      fc.boolean(),
      fc.constantFrom('big' as const, 'little' as const),
      fc.uint8Array({ minLength: 1, maxLength: 30 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (kind, asText, order, body, where, flip) => {
        const config = Checksum.parse({ kind, asText, order });
        const width = sizeOfChecksum(config) / (asText ? 2 : 1);
        const own = Buffer.from(
          checksumOf(kind, body)
            .toString(16)
            .padStart(width * 2, '0'),
          'hex',
        );
        if (order === 'little') own.reverse();
        const frame = Buffer.concat([body, asText ? Buffer.from(own.toString('hex').toUpperCase()) : own]);
        expect(checkFrame(config, frame)).toBeUndefined();
        const at = where % body.length;
        frame[at] = (frame[at] ?? 0) ^ flip;
        expect(checkFrame(config, frame)).toMatch(/wrong/);
      },
    );
    fc.assert(property, { numRuns: 500 });
  });
  it('of any description in any bytes is right or has a reason', () => {
    const config = fc.record({
      kind: fc.constantFrom(...CHECKSUMS),
      from: fc.integer({ min: -10, max: 10 }),
      to: fc.option(fc.integer({ min: -10, max: 10 }), { nil: undefined }),
      at: fc.option(fc.integer({ min: -10, max: 10 }), { nil: undefined }),
      order: fc.constantFrom('big' as const, 'little' as const),
      asText: fc.boolean(),
    });
    fc.assert(
      fc.property(config, fc.uint8Array({ maxLength: 12 }), (raw, bytes) => {
        expect(checkFrame(raw, bytes)).not.toBe('');
      }),
      { numRuns: 1000 },
    );
  });
});
