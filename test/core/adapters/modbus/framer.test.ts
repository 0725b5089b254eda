import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc16 } from '../../../../core/adapters/modbus/crc.ts';
import type { Framer, Heard } from '../../../../core/adapters/modbus/framer.ts';
import { createMbapFramer } from '../../../../core/adapters/modbus/mbap-framer.ts';
import { createRtuFramer } from '../../../../core/adapters/modbus/rtu-framer.ts';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const hex = (data: Uint8Array): string => Buffer.from(data).toString('hex');
const feed = (framer: Framer, ...chunks: string[]): string[] =>
  [...chunks.flatMap((chunk) => framer.push(bytes(chunk))), ...framer.silence()].map(show);
const show = (heard: Heard): string =>
  heard.kind === 'frame' ? `${heard.unit}:${hex(heard.pdu)}` : `garbage ${hex(heard.bytes)}`;

/** Example of the specification's own kind: unit 1, two registers 0x022b and 0x0064. */
const ANSWER = '01 03 04 02 2b 00 64 8b 94';

describe('CRC', () => {
  it('is that of the standard check value', () => expect(crc16(Buffer.from('123456789'))).toBe(0x4b37));
});

describe('RTU frames', () => {
  const answer = createRtuFramer('answers').wrap(1, 0, bytes('03 04 022b 0064'));
  const sound = '1:0304022b0064';
  it('have the CRC low byte first', () => {
    const crc = crc16(answer, 0, 7);
    expect([answer[7], answer[8]]).toEqual([crc & 0xff, crc >> 8]);
    expect(hex(answer).slice(0, 14)).toBe(ANSWER.replaceAll(' ', '').slice(0, 14));
  });
  it('are found byte by byte', () => {
    const framer = createRtuFramer('answers');
    expect([...answer].flatMap((byte) => framer.push(Uint8Array.of(byte))).map(show)).toEqual([sound]);
    expect(framer.pending).toBe(false);
  });
  it('are found when merged', () => expect(feed(createRtuFramer('answers'), hex(answer) + hex(answer))).toEqual([sound, sound]));
  it('are found behind noise, and the noise is reported', () => {
    expect(feed(createRtuFramer('answers'), `ff00c3${hex(answer)}`)).toEqual(['garbage ff00c3', sound]);
  });
  it('are found behind noise that looks like the begin of a long frame, after a silence', () => {
    const framer = createRtuFramer('answers');
    expect(framer.push(bytes(`0103f0${hex(answer)}`))).toEqual([]);
    expect(framer.pending).toBe(true);
    expect(framer.silence().map(show)).toEqual(['garbage 0103f0', sound]);
  });
  it('are not accepted with a wrong CRC', () => {
    const damaged = answer.slice();
    damaged[8] = (damaged[8] ?? 0) ^ 1;
    expect(feed(createRtuFramer('answers'), hex(damaged))).toEqual([`garbage ${hex(damaged)}`]);
  });
  it('that break off are garbage after a silence', () => {
    expect(feed(createRtuFramer('answers'), '0103 0402')).toEqual(['garbage 01030402']);
  });
  it('of exceptions have five bytes', () => {
    const exception = createRtuFramer('answers').wrap(9, 0, bytes('83 02'));
    expect(feed(createRtuFramer('answers'), hex(exception))).toEqual(['9:8302']);
  });

  it('never come out of a damaged one, and nothing throws', () => {
    const property = fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 20 }),
      fc.nat({ max: 1000 }),
      fc.integer({ min: 1, max: 255 }),
      fc.array(fc.nat({ max: 6 }), { maxLength: 6 }),
      (values, where, flip, cuts) => {
        const even = values.length % 2 ? Uint8Array.of(...values, 0) : values;
        const frame = createRtuFramer('answers').wrap(1, 0, Uint8Array.of(3, even.length, ...even));
        const at = where % frame.length;
        frame[at] = (frame[at] ?? 0) ^ flip;
        const framer = createRtuFramer('answers');
        const heard: Heard[] = [];
        let from = 0;
        for (const cut of cuts) {
          heard.push(...framer.push(frame.slice(from, from + cut)));
          from += cut;
        }
        heard.push(...framer.push(frame.slice(from)), ...framer.silence());
        // The CRC finds every error of up to 16 bits in a row; a frame inside the frame would need a CRC of its own.
        expect(heard.filter((one) => one.kind === 'frame' && one.bytes.length === frame.length)).toEqual([]);
      },
    );
    fc.assert(property, { numRuns: 500 });
  });
  it('come out whatever stands around them, and no byte is lost', () => {
    const property = fc.property(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 40 }), (before, after) => {
      for (const direction of ['answers', 'requests'] as const) {
        const framer = createRtuFramer(direction);
        const heard = [...framer.push(before), ...framer.push(after), ...framer.silence()];
        expect(Buffer.concat(heard.map((one) => one.bytes))).toEqual(Buffer.concat([before, after]));
        expect(framer.pending).toBe(false);
      }
    });
    fc.assert(property, { numRuns: 300 });
  });
});

describe('TCP frames', () => {
  const frame = createMbapFramer().wrap(7, 0x1234, bytes('03 02 00 2a'));
  it('have transaction, protocol, length, unit', () => expect(hex(frame)).toBe('123400000005070302002a'));
  it('are found byte by byte and merged', () => {
    const framer = createMbapFramer();
    const heard = [
      ...[...frame].flatMap((byte) => framer.push(Uint8Array.of(byte))),
      ...framer.push(Buffer.concat([frame, frame])),
    ];
    expect(heard.map(show)).toEqual(['7:0302002a', '7:0302002a', '7:0302002a']);
    expect(heard[0]).toMatchObject({ transaction: 0x1234 });
  });
  it.each([
    ['protocol', '1234 0001 0005 070302002a'],
    ['length 1', '1234 0000 0001 07'],
    ['length 255', '1234 0000 00ff 07'],
  ])('with a wrong %s put the stream out of step until it is silent', (_what, broken) => {
    const framer = createMbapFramer();
    const heard = [...framer.push(bytes(broken)), ...framer.push(frame)];
    expect(heard.every(({ kind }) => kind === 'garbage')).toBe(true);
    framer.silence();
    expect(framer.push(frame).map(show)).toEqual(['7:0302002a']);
  });
  it('never throw and lose no byte', () => {
    const property = fc.property(fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 8 }), (chunks) => {
      const framer = createMbapFramer();
      const heard = [...chunks.flatMap((chunk) => framer.push(chunk)), ...framer.silence()];
      expect(Buffer.concat(heard.map((one) => one.bytes))).toEqual(Buffer.concat(chunks));
    });
    fc.assert(property, { numRuns: 300 });
  });
});
