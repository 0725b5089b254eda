import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createChance } from './chance.ts';
import { makePayload, readPayload } from './payload.ts';
import { EPISODES, FAULT_KINDS, stepsOf, stepText } from './plan.ts';
import { createPacketReader, publishPacket, TYPE } from './wire.ts';

it('cuts packets out of a stream, however it is chopped', () => {
  const payloads = [0, 1, 100, 127, 128, 20_000].map((bytes) => Buffer.alloc(bytes, 7));
  const stream = Buffer.concat(payloads.map((payload, i) => publishPacket('g/pump', payload, 1, i + 1, false)));
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1 }), (cuts) => {
      const ids: number[] = [];
      const read = createPacketReader(({ type, body }) => {
        expect(type).toBe(TYPE.publish);
        ids.push(body.readUInt16BE(8));
        expect(body.length).toBe(10 + (payloads[ids.length - 1]?.length ?? -1));
      });
      for (let at = 0, i = 0; at < stream.length; i += 1) {
        const next = at + (cuts[i % cuts.length] ?? 1);
        read(stream.subarray(at, next));
        at = next;
      }
      expect(ids).toEqual([1, 2, 3, 4, 5, 6]);
    }),
    { numRuns: 50 },
  );
});

it('sees every payload that was changed', () => {
  const payload = makePayload({ series: 'pump', n: 12 }, 200, createChance(1));
  expect(readPayload(payload)).toEqual({ series: 'pump', n: 12 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: payload.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const other = Buffer.from(payload);
      other[at] = (other[at] ?? 0) ^ change;
      expect(readPayload(other)).toBeNull();
    }),
  );
});

it('makes the same plan from the same seed, and every fault in each round', () => {
  const all = new Set(FAULT_KINDS);
  for (const episode of EPISODES) {
    const plan = (seed: number): string[] => {
      const steps = stepsOf(seed, episode, all);
      return Array.from({ length: 60 }, () => stepText(steps.next().value));
    };
    expect(plan(1)).toEqual(plan(1));
    expect(plan(1)).not.toEqual(plan(2));
  }
});
