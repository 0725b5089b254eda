import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Book, newBook } from '../../../core/store/spool-books.ts';
import { rangesOf } from '../../../core/store/spool-gaps.ts';
import { idOf, indexOf, rangeOf, STREAM_NUMBERS, streamOf } from '../../../core/store/spool-ids.ts';
import { chooseVictim, createRuleBook } from '../../../core/store/spool-rules.ts';
import { spoolPlan, streamPlan } from '../../conformance/spool.suite.ts';

describe('ids', () => {
  it('tell stream and place, and are safe integers', () => {
    const last = STREAM_NUMBERS - 1;
    expect(Number.isSafeInteger(rangeOf(last)[1])).toBe(true);
    fc.assert(
      fc.property(fc.nat(last), fc.integer({ min: 0, max: 2 ** 40 - 1 }), (stream, n) => {
        const id = idOf(stream, n);
        expect([streamOf(id), indexOf(id)]).toEqual([stream, n]);
        const [first, end] = rangeOf(stream);
        expect(first <= id && id <= end).toBe(true);
      }),
    );
  });
});

describe('who gives up its oldest', () => {
  const plan = [
    streamPlan('low', { priority: 'low' }),
    streamPlan('low2', { priority: 'low' }),
    streamPlan('high', { priority: 'high' }),
  ];
  const book = (name: string, oldestKeptAt: number, count = 1): Book => ({ ...newBook(1, name), count, oldestKeptAt });
  const ruled = (whenFull: 'drop-lowest' | 'drop-oldest') => createRuleBook(spoolPlan(plan, { whenFull }));

  it('is the lowest priority that holds anything, the oldest of it, up to the age of the next', () => {
    const books = [book('high', 1), book('low', 9), book('rest', 2), book('low2', 5)];
    expect(chooseVictim(books, ruled('drop-lowest'))).toMatchObject({ book: { name: 'low2' }, until: 9 });
    const empty = books.map((one) => (one.name.startsWith('low') ? { ...one, count: 0 } : one));
    expect(chooseVictim(empty, ruled('drop-lowest'))).toMatchObject({ book: { name: 'rest' }, until: Number.POSITIVE_INFINITY });
  });

  it('is the oldest of all where priority does not matter; a stream without rules goes by those of the rest', () => {
    const books = [book('low', 9), book('old', 3), book('high', 1)];
    expect(chooseVictim(books, ruled('drop-oldest'))).toMatchObject({ book: { name: 'high' }, until: 3 });
    expect(chooseVictim([], ruled('drop-oldest'))).toBeNull();
    expect(createRuleBook(spoolPlan([streamPlan('rest', { maxMessages: 7 })])).of('old').maxMessages).toBe(7);
  });
});

describe('ranges of what is lost', () => {
  it('hold exactly the numbers given, per source', () => {
    const lost = fc.array(fc.record({ source: fc.constantFrom('a', 'b'), custody: fc.nat(40) }));
    fc.assert(
      fc.property(lost, (all) => {
        const unique = [...new Map(all.map((one) => [`${one.source}${one.custody}`, one])).values()];
        const found = rangesOf(unique, 'limit').flatMap(({ source, first, last, count }) => {
          expect(count).toBe(last - first + 1);
          return Array.from({ length: count }, (_, n) => `${source}${first + n}`);
        });
        expect(found.sort()).toEqual(
          unique
            .filter((one) => one.custody > 0)
            .map((one) => `${one.source}${one.custody}`)
            .sort(),
        );
      }),
    );
  });

  it('are one wide range per source where something was thinned out', () => {
    const lost = [3, 9, 5].map((custody) => ({ source: 'a', custody }));
    expect(rangesOf(lost, 'thinned')).toEqual([{ source: 'a', first: 3, last: 9, count: 3 }]);
  });
});
