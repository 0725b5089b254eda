import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createChance } from './chance.ts';
import { makePayload, readPayload } from './payload.ts';
import { EPISODES, needsStrace, roundOf, type Step, stepsOf, stepText } from './plan.ts';
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
  for (const episode of EPISODES) {
    const plan = (seed: number): string[] => {
      const steps = stepsOf(seed, episode, () => true);
      return Array.from({ length: 60 }, () => stepText(steps.next().value));
    };
    expect(plan(1)).toEqual(plan(1));
    expect(plan(1)).not.toEqual(plan(2));
    const rounds = [0, 1].map((round) => {
      const steps = stepsOf(3, episode, () => true);
      const size = roundOf(episode, () => true);
      const all = Array.from({ length: 2 * size }, () => steps.next().value);
      return all
        .slice(round * size, (round + 1) * size)
        .map(({ kind, how }) => `${kind} ${how}`)
        .sort();
    });
    expect(rounds[0]).toEqual(rounds[1]);
  }
});

it('leaves out what is not wanted, and goes on with the rest', () => {
  const wanted = (step: Step): boolean => step.kind === 'disk' && !needsStrace(step);
  const steps = stepsOf(1, 'disk', wanted);
  const dealt = new Set(Array.from({ length: 2 * roundOf('disk', wanted) }, () => steps.next().value.how));
  expect([...dealt].sort()).toEqual(['full', 'full-and-killed', 'read-only']);
});
