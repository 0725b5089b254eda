import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Job } from '../../../core/functions/invocation.ts';
import { createLanes, createPlainQueue, keyOf } from '../../../core/functions/lanes.ts';
import { message } from '../../fakes/functions/rig.ts';

const job = (topic: string, n: number): Job => message({ n }, n, { topic });
const numbers = (jobs: readonly Job[]): number[] => jobs.map(({ sequence }) => sequence);

describe('the key of an event', () => {
  it.each([
    ['topic' as const, 'plant/a/level'],
    ['source' as const, 'device:meter'],
    [{ level: 1 }, 'a'],
    [{ level: 9 }, ''],
  ])('by %j', (orderBy, expected) => {
    expect(keyOf(orderBy)(job('plant/a/level', 1))).toBe(expected);
  });
});

describe('lanes', () => {
  it('let one event of each key begin, and the next of it when that is done with', () => {
    const lanes = createLanes(10, keyOf('topic'), 1);
    const [a1, b2] = [job('a', 1), job('b', 2)];
    for (const one of [a1, b2, job('a', 3), job('a', 4)]) lanes.push(one);
    expect(numbers(lanes.take(9))).toEqual([1, 2]);
    expect(lanes.take(9)).toEqual([]);
    lanes.done(b2);
    expect(lanes.take(9)).toEqual([]);
    lanes.done(a1);
    expect(numbers(lanes.take(9))).toEqual([3]);
    expect([lanes.size, lanes.startable]).toEqual([1, 0]);
  });

  it('give several of one key at once where nothing holds up those behind, and no more until all are done with', () => {
    const lanes = createLanes(10, keyOf('topic'), Number.POSITIVE_INFINITY);
    const all = [job('a', 1), job('b', 2), job('a', 3), job('a', 4)];
    for (const one of all) lanes.push(one);
    expect(numbers(lanes.take(4))).toEqual([1, 3, 2]);
    expect(lanes.take(4)).toEqual([]);
    for (const one of all.slice(0, 2)) lanes.done(one);
    expect(lanes.take(4)).toEqual([]);
    lanes.unshift(all.slice(2, 3));
    expect(numbers(lanes.take(4))).toEqual([3, 4]);
  });

  it('take what is given back before what waited', () => {
    const lanes = createLanes(10, keyOf('topic'), 1);
    for (const one of [job('a', 1), job('b', 2), job('a', 3)]) lanes.push(one);
    lanes.unshift(lanes.take(2));
    expect(numbers(lanes.take(2))).toEqual([1, 2]);
    expect(lanes.take(2)).toEqual([]);
  });

  it('drop the oldest of all keys, and keep to their bound', () => {
    const lanes = createLanes(3, keyOf('topic'), 1);
    for (const one of [job('a', 1), job('b', 2), job('b', 3)]) lanes.push(one);
    expect([lanes.full, lanes.push(job('c', 4))]).toEqual([true, false]);
    expect(lanes.shift()?.sequence).toBe(1);
    expect(lanes.push(job('c', 4))).toBe(true);
    expect(numbers(lanes.take(9))).toEqual([2, 4]);
    expect(numbers(lanes.clear())).toEqual([3]);
    expect(lanes.size).toBe(0);
  });

  it('do not grow with keys whose events were dropped before they began', () => {
    const lanes = createLanes(10, keyOf('topic'), 1);
    for (let n = 0; n < 5000; n += 1) {
      if (lanes.full) lanes.shift();
      lanes.push(job(`t/${n}`, n));
    }
    expect(lanes.size).toBe(10);
    expect(lanes.startable).toBeLessThan(100);
    expect(numbers(lanes.take(20))).toEqual([4990, 4991, 4992, 4993, 4994, 4995, 4996, 4997, 4998, 4999]);
  });

  it('do not grow with keys that came once', () => {
    const lanes = createLanes(10, keyOf('topic'), 1);
    for (let n = 0; n < 5000; n += 1) {
      lanes.push(job(`t${n}`, n));
      for (const one of lanes.take(1)) lanes.done(one);
    }
    expect([lanes.size, lanes.startable, lanes.clear()]).toEqual([0, 0, []]);
  });

  /** Both kinds of queue against the plainest model: a list, and the set of keys under way. */
  it.each([
    ['lanes, one at once', 1],
    ['lanes', Number.POSITIVE_INFINITY],
    ['the plain queue', 0],
  ])('%s: order per key, nothing lost, nothing twice, never over the bound', (_what, most) => {
    const byKey = most > 0;
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ do: fc.constant('push' as const), key: fc.integer({ min: 0, max: 3 }) }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant('take' as const), key: fc.integer({ min: 1, max: 5 }) }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('done' as const, 'back' as const), key: fc.nat(20) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('shift' as const), key: fc.constant(0) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const queue = byKey ? createLanes(8, keyOf('topic'), most) : createPlainQueue(8);
        let model: Job[] = [];
        const out: Job[] = [];
        let n = 0;
        for (const one of steps) {
          if (one.do === 'push') {
            n += 1;
            const next = job(`k${one.key}`, n);
            expect(queue.push(next)).toBe(model.length < 8);
            if (model.length < 8) model.push(next);
          } else if (one.do === 'take') {
            const busy = new Set(out.map(({ topic }) => topic));
            const given = queue.take(one.key);
            if (most === 1) expect(new Set(given.map(({ topic }) => topic)).size).toBe(given.length);
            for (const taken of given) {
              if (byKey) expect(busy.has(taken.topic)).toBe(false);
              const first = byKey ? model.find(({ topic }) => topic === taken.topic) : model[0];
              expect(taken).toBe(first);
              model = model.filter((left) => left !== taken);
              out.push(taken);
            }
          } else if (one.do === 'shift') {
            expect(queue.shift()).toBe(model.shift());
          } else if (out.length > 0) {
            const { topic } = out[one.key % out.length] ?? job('', 0);
            const mine = byKey ? out.filter((left) => left.topic === topic) : [...out];
            // Those of an instance end in their order; what it had not begun when it ended comes back as a whole.
            const gone = one.do === 'done' ? mine.slice(0, 1) : mine;
            for (const left of gone) out.splice(out.indexOf(left), 1);
            if (one.do === 'done') for (const left of gone) queue.done(left);
            else {
              queue.unshift(gone);
              model.unshift(...gone);
            }
          }
          expect(queue.size).toBe(model.length);
        }
        const busy = new Set(out.map(({ topic }) => topic));
        const free = new Set(model.map(({ topic }) => topic).filter((topic) => !byKey || !busy.has(topic)));
        const rest = queue.take(100);
        if (most === 1) expect(rest.length).toBe(free.size);
        else if (byKey) expect(new Set(rest.map(({ topic }) => topic))).toEqual(free);
        else expect(rest).toEqual(model);
      }),
      { numRuns: 500 },
    );
  });
});
