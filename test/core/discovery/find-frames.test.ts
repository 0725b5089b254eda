import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createAsciiFramer } from '../../../core/adapters/modbus/ascii-framer.ts';
import { encodeRead } from '../../../core/adapters/modbus/codec.ts';
import { createRtuFramer } from '../../../core/adapters/modbus/rtu-framer.ts';
import { findAsciiFrames, findRtuFrames } from '../../../core/discovery/scan/find-frames.ts';

const rtu = createRtuFramer('answers');
const request = rtu.wrap(7, 0, encodeRead('holding', 100, 2));
const answer = rtu.wrap(7, 0, Uint8Array.of(3, 4, 1, 2, 3, 4));
const refusal = rtu.wrap(9, 0, Uint8Array.of(0x84, 2));

it('finds requests, answers and refusals between noise', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(0xfe, 0xfd, 0xf9), { maxLength: 12 }), (noise) => {
      const bytes = Uint8Array.from([...noise, ...request, ...answer, ...noise, ...refusal, ...noise]);
      expect(findRtuFrames(bytes)).toEqual([
        { unit: 7, role: 'request' },
        { unit: 7, role: 'answer' },
        { unit: 9, role: 'answer' },
      ]);
    }),
  );
});

it('takes the request and the answer of the specification', () => {
  // Application protocol V1.1b3, 6.3: read of 3 registers from 107, as it stands on a serial line for unit 17.
  const bytes = Buffer.from('1103006b00037687' + '110306ae4156524340' + '49ad', 'hex');
  expect(findRtuFrames(bytes)).toEqual([
    { unit: 17, role: 'request' },
    { unit: 17, role: 'answer' },
  ]);
});

it('finds nothing in a damaged frame', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: answer.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, mask) => {
      const damaged = answer.map((byte, i) => (i === at ? byte ^ mask : byte));
      expect(findRtuFrames(damaged)).toEqual([]);
    }),
  );
});

it('finds ASCII frames of both directions', () => {
  const ascii = createAsciiFramer();
  const bytes = Buffer.concat([
    ascii.wrap(3, 0, encodeRead('input', 0, 1)),
    Buffer.from('noise'),
    ascii.wrap(3, 0, Uint8Array.of(4, 2, 0, 5)),
  ]);
  expect(findAsciiFrames(bytes)).toEqual([
    { unit: 3, role: 'request' },
    { unit: 3, role: 'answer' },
  ]);
});

it('never throws', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
      findRtuFrames(bytes);
      findAsciiFrames(bytes);
    }),
  );
});
