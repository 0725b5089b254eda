import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAsciiFramer, lrc } from '../../../../core/adapters/modbus/ascii-framer.ts';
import type { Framer, Heard } from '../../../../core/adapters/modbus/framer.ts';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));
const show = (heard: Heard): string =>
  heard.kind === 'frame'
    ? `${heard.unit}:${Buffer.from(heard.pdu).toString('hex')}`
    : `${heard.fault} ${Buffer.from(heard.bytes).toString('latin1')}`;
const feed = (framer: Framer, ...texts: string[]): string[] =>
  [...texts.flatMap((text) => framer.push(ascii(text))), ...framer.silence()].map(show);

describe('ASCII frames', () => {
  it('have the LRC of the specification: the sum of all bytes with it is 0', () => {
    expect(lrc(bytes('01 03 00 00 00 01'))).toBe(0xfb);
    expect(lrc(bytes('11 03 00 6b 00 03'))).toBe(0x7e);
  });
  it('are a colon, upper-case digits, the LRC, CR LF', () => {
    expect(Buffer.from(createAsciiFramer().wrap(17, 0, bytes('03 006b 0003'))).toString()).toBe(':1103006B00037E\r\n');
  });
  it('are found in pieces, merged, in lower case, and without the CR', () => {
    const frame = ':1103006B00037E\r\n';
    expect(feed(createAsciiFramer(), frame.slice(0, 5), frame.slice(5))).toEqual(['17:03006b0003']);
    expect(feed(createAsciiFramer(), frame + frame)).toEqual(['17:03006b0003', '17:03006b0003']);
    expect(feed(createAsciiFramer(), ':1103006b00037e\n')).toEqual(['17:03006b0003']);
  });
  it('are found where a 7 bit line leaves its parity in the eighth bit', () => {
    const withParity = ascii(':1103006B00037E\r\n').map((byte) => byte | 0x80);
    expect(createAsciiFramer().push(withParity).map(show)).toEqual(['17:03006b0003']);
  });
  it('begin anew with every colon', () => {
    expect(feed(createAsciiFramer(), 'noise:1103:1103006B00037E\r\n')).toEqual([
      'framing noise',
      'framing :1103',
      '17:03006b0003',
    ]);
  });
  it.each([
    [':1103006B00037F\r\n', 'crc'],
    [':1103006B0003G\r\n', 'framing'],
    [':11036\r\n', 'framing'],
    [':\r\n', 'framing'],
  ])('%j is none', (text, fault) => expect(feed(createAsciiFramer(), text)).toEqual([`${fault} ${text}`]));
  it('without an end are given up', () => {
    const heard = createAsciiFramer().push(ascii(`:${'A'.repeat(2000)}`));
    expect(heard.length).toBeGreaterThan(3);
    expect(heard.every(({ kind }) => kind === 'garbage')).toBe(true);
  });
  it('come back as they were wrapped, never out of a damaged one, and no byte is lost', () => {
    const property = fc.property(
      fc.integer({ min: 1, max: 247 }),
      fc.uint8Array({ minLength: 2, maxLength: 60 }),
      fc.nat(),
      fc.integer({ min: 1, max: 0x7f }),
      (unit, pdu, where, flip) => {
        const framer = createAsciiFramer();
        const sound = framer.wrap(unit, 0, pdu);
        expect(framer.push(sound).map(show)).toEqual([`${unit}:${Buffer.from(pdu).toString('hex')}`]);
        const damaged = sound.slice();
        const at = where % damaged.length;
        damaged[at] = (damaged[at] ?? 0) ^ flip;
        const heard = [...framer.push(damaged), ...framer.silence()];
        expect(Buffer.concat(heard.map((one) => one.bytes))).toEqual(Buffer.from(damaged));
        // Another case of the same digit is the same frame, and so is a damaged CR.
        const same = [...heard].filter((one) => one.kind === 'frame').map(show);
        expect(same.every((one) => one === `${unit}:${Buffer.from(pdu).toString('hex')}`)).toBe(true);
      },
    );
    fc.assert(property, { numRuns: 500 });
  });
});
