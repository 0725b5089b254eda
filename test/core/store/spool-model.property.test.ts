import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OutboxPolicyName, StreamPolicyName } from '../../../core/contract/document/outbox.ts';
import type { SpoolEntry, SpoolPlan, SteadyTime } from '../../../core/store/spool.ts';
import { sumStats } from '../../../core/store/spool-books.ts';
import { openSpoolDb, type SpoolDb } from '../../../core/store/sqlite/spool-db.ts';
import { packAppends } from '../../../core/store/sqlite/spool-place.ts';
import { expectBalanced, spoolMessage, spoolPlan, streamPlan } from '../../conformance/spool.suite.ts';
import { tempFolder } from './store-under-test.ts';

const STREAMS = ['rest', 'a', 'b', 'unplanned'];
const FAULT = { code: 'cloud/rejected', message: 'no', remedy: 'none', at: 5 } as const;

type Step =
  | { do: 'append'; parts: { stream: number; source: number; count: number; expiresInMs: number | null }[] }
  | { do: 'ack'; stream: number; from: 'oldest' | 'newest'; limit: number; skip: number }
  | { do: 'bury'; stream: number; from: 'oldest' | 'newest'; limit: number; skip: number }
  | { do: 'retry'; every: number }
  | { do: 'discard'; every: number }
  | { do: 'wait'; ms: number }
  | { do: 'plan'; plan: SpoolPlan }
  | { do: 'sweep' }
  | { do: 'reopen' };

const stream = fc.nat(STREAMS.length - 1);
const limit = fc.option(fc.integer({ min: 1, max: 60 }), { nil: null });
const streamPolicy = fc.constantFrom<StreamPolicyName>('drop-oldest', 'reject-newest', 'thin-out');
const oneStream = (name: string) =>
  fc
    .record({
      priority: fc.constantFrom('high' as const, 'normal' as const, 'low' as const),
      maxMessages: limit,
      maxBytes: fc.option(fc.integer({ min: 10, max: 900 }), { nil: null }),
      maxAgeMs: fc.option(fc.integer({ min: 10, max: 500 }), { nil: null }),
      whenFull: streamPolicy,
      keepEvery: fc.integer({ min: 2, max: 5 }),
    })
    .map((more) => streamPlan(name, more));
const plan: fc.Arbitrary<SpoolPlan> = fc
  .tuple(
    fc.tuple(oneStream('rest'), oneStream('a'), oneStream('b')),
    limit,
    fc.constantFrom<OutboxPolicyName>('drop-lowest', 'drop-oldest', 'reject-newest', 'thin-out'),
  )
  .map(([streams, maxMessages, whenFull]) => spoolPlan(streams, { maxMessages: maxMessages && maxMessages * 2, whenFull }));
const part = fc.record({
  stream,
  source: fc.nat(2),
  count: fc.integer({ min: 1, max: 30 }),
  expiresInMs: fc.option(fc.integer({ min: 1, max: 300 }), { nil: null }),
});
const leave = {
  stream,
  from: fc.constantFrom<'oldest' | 'newest'>('oldest', 'newest'),
  limit: fc.integer({ min: 1, max: 20 }),
  skip: fc.integer({ min: 1, max: 3 }),
};
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('append' as const), parts: fc.array(part, { minLength: 1, maxLength: 4 }) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('ack' as const), ...leave }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('bury' as const), ...leave }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('retry' as const, 'discard' as const), every: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 200 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('plan' as const), plan }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('sweep' as const, 'reopen' as const) }) },
);

/** A spool that is driven step by step, and what was acknowledged of it: source and custody number. */
function createDriven(file: string) {
  let db = openSpoolDb(file, { walPages: 1000, deadBounds: { maxMessages: 15, maxBytes: 100_000 } });
  let rules = spoolPlan();
  let steadyMs = 1;
  let sequence = 0;
  const acknowledged = new Map<string, Set<number>>();
  const life = (): SteadyTime => ({ steadyMs, wallMs: 1000 + steadyMs, trust: 'synced' });
  const read = (name: string, from: 'oldest' | 'newest' = 'oldest', limit = 10_000): SpoolEntry[] =>
    db.peek({ stream: name, from, limit, maxBytes: 1e9 }, life());
  const nameOf = (entry: SpoolEntry): string => `${entry.message.source.kind}:${entry.message.source.id}`;
  function reopen(): void {
    db.close();
    db = openSpoolDb(file, { walPages: 1000, deadBounds: { maxMessages: 15, maxBytes: 100_000 } });
    db.configure(rules);
  }
  function append(parts: Extract<Step, { do: 'append' }>['parts']): void {
    const appends = parts.map((one) => ({
      stream: STREAMS[one.stream] ?? 'rest',
      expiresInMs: one.expiresInMs,
      messages: Array.from({ length: one.count }, (_, n) => {
        sequence += 1;
        const topic = `topic-${n % 2}`;
        return {
          ...spoolMessage(sequence, 'x'.repeat(n % 40)),
          topic,
          source: { kind: 'device' as const, id: `s${one.source}` },
        };
      }),
    }));
    const { firstIds, refused } = db.commit({ append: packAppends(appends), ack: [], life: life() });
    expect(firstIds.filter((id) => id < 0)).toHaveLength(refused.length);
  }
  function remove(one: Extract<Step, { do: 'ack' | 'bury' }>): void {
    const entries = read(STREAMS[one.stream] ?? 'rest', one.from, one.limit).filter((_, index) => index % one.skip === 0);
    const ids = entries.map((entry) => entry.id);
    if (one.do === 'bury') {
      db.bury(ids, FAULT, 'cloud', life());
      return;
    }
    db.commit({ append: null, ack: ids, life: life() });
    for (const entry of entries) {
      const set = acknowledged.get(nameOf(entry)) ?? new Set();
      acknowledged.set(nameOf(entry), set.add(entry.custody));
    }
  }
  function run(one: Step): void {
    if (one.do === 'append') append(one.parts);
    else if (one.do === 'ack' || one.do === 'bury') remove(one);
    else if (one.do === 'wait') steadyMs += one.ms;
    else if (one.do === 'sweep') db.sweep(life());
    else if (one.do === 'reopen') reopen();
    else if (one.do === 'plan') {
      rules = one.plan;
      db.configure(rules);
    } else {
      const ids = db.dead.list(null, 100).filter((_, index) => index % one.every === 0);
      const chosen = ids.map((letter) => letter.id);
      if (one.do === 'discard') db.discard(chosen, life());
      else {
        try {
          db.retry(chosen, null, life());
        } catch (error) {
          expect(error).toMatchObject({ code: 'outbox/full' });
        }
      }
    }
  }
  return {
    run,
    reopen,
    read,
    acknowledged,
    nameOf,
    settle: () => {
      while (db.sweep(life()));
    },
    db: () => db,
  };
}

function statsOf(db: SpoolDb) {
  const { streams, short, deadLetters } = db.stats();
  return sumStats(streams, short, deadLetters);
}

describe('the spool under anything', () => {
  it('balances its books, keeps the order, and explains every number that is not delivered', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), (steps) => {
        const folder = tempFolder();
        const driven = createDriven(join(folder.path, 'spool.db'));
        try {
          for (const one of steps) {
            driven.run(one);
            expectBalanced(statsOf(driven.db()));
          }
          const before = statsOf(driven.db());
          driven.reopen();
          expect(statsOf(driven.db())).toEqual(before);
          driven.settle();
          const stats = statsOf(driven.db());
          expectBalanced(stats);
          const entries = STREAMS.flatMap((name) => driven.read(name));
          expect(entries).toHaveLength(stats.count);
          expect(entries.reduce((sum, entry) => sum + entry.message.payload.byteLength, 0)).toBe(stats.bytes);
          for (const { source, custody } of driven.db().sources()) {
            const own = entries.filter((entry) => driven.nameOf(entry) === source);
            for (const name of STREAMS) {
              const numbers = own.filter((entry) => entry.stream === name).map((entry) => entry.custody);
              expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
            }
            const delivered = new Set([...own.map((entry) => entry.custody), ...(driven.acknowledged.get(source) ?? [])]);
            const gaps = driven.db().gaps(source, 1, custody, 1e6);
            const lost = gaps.reduce((sum, gap) => sum + gap.count, 0);
            expect(delivered.size + lost).toBe(custody);
            for (let number = 1; number <= custody; number += 1) {
              const around = gaps.filter((gap) => gap.first <= number && number <= gap.last);
              if (!delivered.has(number)) expect(around.length).toBeGreaterThan(0);
              else expect(around.every((gap) => gap.reason === 'thinned')).toBe(true);
            }
          }
        } finally {
          driven.db().close();
          folder.remove();
        }
      }),
      { numRuns: 60 },
    );
  }, 120_000);
});
