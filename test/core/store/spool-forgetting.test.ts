import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SpoolEntry, SteadyTime } from '../../../core/store/spool.ts';
import { openSpoolDb, type SpoolDb } from '../../../core/store/sqlite/spool-db.ts';
import { packAppends } from '../../../core/store/sqlite/spool-place.ts';
import { spoolMessage } from '../../conformance/spool.suite.ts';
import { tempFolder } from './store-under-test.ts';

const MOST = 5;

type Step =
  | { do: 'send'; sources: number[]; stream: 'rest' | 'a' }
  | { do: 'ack'; stream: 'rest' | 'a'; from: 'oldest' | 'newest'; limit: number }
  | { do: 'tidy' }
  | { do: 'reopen' };

const stream = fc.constantFrom('rest' as const, 'a' as const);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      sources: fc.array(fc.nat(25), { minLength: 1, maxLength: 6 }),
      stream,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('ack' as const),
      stream,
      from: fc.constantFrom('oldest' as const, 'newest' as const),
      limit: fc.integer({ min: 1, max: 40 }),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ do: 'tidy' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'reopen' as const }) },
);

/** A spool that remembers few sources, and what a reader at the far end knows of their numbers. */
function driven(folder: string) {
  const open = (): SpoolDb => openSpoolDb(join(folder, 'spool.db'), { walPages: 1000, mostSources: MOST });
  let db = open();
  let steadyMs = 0;
  /** The numbers that a source was given, rising. */
  const given = new Map<string, number[]>();
  const life = (): SteadyTime => {
    steadyMs += 1;
    return { steadyMs, wallMs: 1_767_225_600_000 + steadyMs, trust: 'synced' };
  };
  const peek = (name: string, from: 'oldest' | 'newest' = 'oldest', limit = 10_000): SpoolEntry[] =>
    db.peek({ stream: name, from, limit, maxBytes: 1e9 }, { steadyMs, wallMs: 0, trust: 'synced' });
  const waiting = (): SpoolEntry[] => [...peek('rest'), ...peek('a')];
  return {
    send(sources: readonly number[], name: string) {
      const before = new Set(waiting().map(({ id }) => id));
      const messages = sources.map((id, n) => ({
        ...spoolMessage(n + 1, 'x'),
        source: { kind: 'client' as const, id: `c${id}` },
      }));
      db.commit({ append: packAppends([{ messages, stream: name, expiresInMs: null }]), ack: [], life: life() });
      for (const { id, custody, message } of peek(name)) {
        if (before.has(id)) continue;
        const numbers = given.get(message.source.id) ?? [];
        numbers.push(custody);
        given.set(message.source.id, numbers);
      }
    },
    ack(name: string, from: 'oldest' | 'newest', limit: number) {
      const ids = peek(name, from, limit).map(({ id }) => id);
      db.commit({ append: null, ack: ids.sort((a, b) => a - b), life: life() });
    },
    tidy: () => db.tidy(),
    reopen() {
      db.close();
      db = open();
    },
    sources: () => db.sources(),
    waiting,
    given,
    close: () => db.close(),
  };
}

it('forgets sources beyond the bound, never gives a number twice, and knows every source that has something waiting', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const folder = tempFolder();
      const spool = driven(folder.path);
      try {
        for (const one of steps) {
          if (one.do === 'send') spool.send(one.sources, one.stream);
          else if (one.do === 'ack') spool.ack(one.stream, one.from, one.limit);
          else if (one.do === 'tidy') spool.tidy();
          else spool.reopen();
          for (const numbers of spool.given.values())
            for (const [at, number] of numbers.entries()) expect(number).toBeGreaterThan(numbers[at - 1] ?? 0);
          const listed = new Map(spool.sources().map((last) => [last.source, last]));
          for (const { message, custody } of spool.waiting()) {
            const { custody: last = -1, began = 0 } = listed.get(`client:${message.source.id}`) ?? {};
            expect(custody).toBeLessThanOrEqual(last);
            expect(custody).toBeGreaterThan(began);
          }
        }
        for (const name of ['rest', 'a']) spool.ack(name, 'oldest', 10_000);
        for (let more = true; more; ) more = spool.tidy();
        expect(spool.sources().length).toBeLessThanOrEqual(MOST);
      } finally {
        spool.close();
        folder.remove();
      }
    }),
    { numRuns: 60 },
  );
}, 60_000);

it('forgets those that have not sent for the longest, and one that comes again begins above all that are forgotten', () => {
  const folder = tempFolder();
  const spool = driven(folder.path);
  try {
    for (let round = 0; round < 3; round += 1) spool.send([1], 'rest');
    for (const source of [2, 3, 4, 5, 6, 7]) spool.send([source], 'rest');
    spool.tidy();
    expect(spool.sources()).toHaveLength(7); // all of them have something waiting
    spool.ack('rest', 'oldest', 100);
    spool.tidy();
    expect(spool.sources().map(({ source }) => source)).toEqual([
      'client:c3',
      'client:c4',
      'client:c5',
      'client:c6',
      'client:c7',
    ]);
    spool.reopen();
    spool.send([2, 1, 3], 'rest');
    expect([spool.given.get('c2'), spool.given.get('c1'), spool.given.get('c3')]).toEqual([
      [1, 4],
      [1, 2, 3, 4],
      [1, 2],
    ]);
    expect(spool.sources().filter(({ began }) => began !== undefined)).toMatchObject([
      { source: 'client:c2', custody: 4, began: 3 },
      { source: 'client:c1', custody: 4, began: 3 },
    ]);
  } finally {
    spool.close();
    folder.remove();
  }
});
