import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Books } from './books.ts';
import { compare } from './compare.ts';
import type { Arrival, Series } from './ledger.ts';
import type { Evidence, FindingKind } from './verdict.ts';

/** A client that sent 1 to `count`, all acknowledged. */
const pump = (count: number, offers = 1): Series => ({
  name: 'pump',
  offered: [0, ...Array.from({ length: count }, () => offers)],
  acknowledged: [false, ...Array.from({ length: count }, () => true)],
  open: false,
});

const arrival = (n: number, more: Partial<Arrival> = {}): Arrival => ({
  id: `gw-${n}`,
  source: 'client:pump',
  custody: n,
  series: 'pump',
  n,
  sound: true,
  digest: n * 7,
  answer: 'taken',
  atMs: n,
  ...more,
});

const booksOf = (delivered: number, more: Partial<Books> = {}): Books => ({
  in: delivered,
  delivered,
  waiting: 0,
  deadLettered: 0,
  dropped: {},
  unbalanced: [],
  salvage: null,
  ...more,
});

function evidence(arrivals: readonly Arrival[], more: Partial<Evidence> = {}): Evidence {
  const distinct = new Set(arrivals.filter((one) => one.answer === 'taken').map((one) => one.id)).size;
  return { promised: [pump(5)], arrivals, books: booksOf(distinct), custody: true, allowed: null, ...more };
}

const ALL = [1, 2, 3, 4, 5].map((n) => arrival(n));
const kinds = (proof: Evidence): FindingKind[] => [...new Set(compare(proof).findings.map((one) => one.kind))];
const without = (n: number): Arrival[] => ALL.filter((one) => one.n !== n);

describe('the comparison of the ledgers', () => {
  it('finds nothing where everything came once and in order', () => {
    const { findings, tally } = compare(evidence(ALL));
    expect(findings).toEqual([]);
    expect(tally).toMatchObject({ acknowledged: 5, received: 5, distinct: 5, duplicates: 0, lost: 0, outOfOrder: 0 });
  });

  it('finds an acknowledged message that never came', () => {
    const { findings, tally } = compare(evidence(without(5)));
    expect(findings).toEqual([{ kind: 'lost', text: 'pump 5 was acknowledged' }]);
    expect(tally.lost).toBe(1);
    expect(kinds(evidence(without(3)))).toEqual(['lost', 'custody-gap']);
  });

  it('does not miss one that was never acknowledged', () => {
    const series = pump(5);
    series.acknowledged[5] = false;
    expect(kinds(evidence(without(5), { promised: [series] }))).toEqual([]);
  });

  it('finds two messages that changed places', () => {
    const swapped = [1, 2, 4, 3, 5].map((n) => arrival(n));
    expect(kinds(evidence(swapped))).toEqual(['out-of-order']);
    expect(kinds(evidence(swapped, { custody: false }))).toEqual(['out-of-order']);
  });

  it('takes a repeat with the same id and bytes, also when it goes back in order', () => {
    const { findings, tally } = compare(evidence([...ALL, arrival(3), arrival(4)]));
    expect(findings).toEqual([]);
    expect(tally).toMatchObject({ received: 7, duplicates: 2 });
  });

  it('finds a repeat with another id, but for a client that offered the message twice', () => {
    const again = [...ALL, arrival(2, { id: 'gw-6', custody: 6 })];
    expect(kinds(evidence(again))).toEqual(['repeat-with-new-id']);
    const { findings, tally } = compare(evidence(again, { promised: [pump(5, 2)] }));
    expect(findings).toEqual([]);
    expect(tally.offeredTwice).toBe(1);
  });

  it('finds one id for two messages, and one number for two ids', () => {
    expect(kinds(evidence([...ALL, arrival(2, { digest: 1 })]))).toEqual(['id-conflict']);
    expect(kinds(evidence([...without(5), arrival(5, { custody: 4 })]))).toContain('id-conflict');
  });

  it('finds a payload that is not what was sent', () => {
    expect(kinds(evidence([...ALL, arrival(6, { sound: false, series: null, n: 0 })]))).toEqual(['corrupt']);
  });

  it('finds a message that nobody sent', () => {
    expect(kinds(evidence([...ALL, arrival(6)]))).toEqual(['invented']);
  });

  it('finds a number of custody that is missing or absent', () => {
    expect(kinds(evidence([...without(5), arrival(5, { custody: 7 })]))).toEqual(['custody-gap']);
    expect(kinds(evidence([...without(5), arrival(5, { custody: Number.NaN })]))).toEqual(['custody-gap']);
  });

  it('lets a message be late that the far end declined, and be away that it refused for good', () => {
    const late = [arrival(1), arrival(2, { answer: 'declined' }), arrival(3), arrival(2), arrival(4), arrival(5)];
    expect(compare(evidence(late))).toMatchObject({ findings: [], tally: { late: 1 } });
    const away = [...without(2), arrival(2, { answer: 'refused' })];
    const books = booksOf(4, { in: 5, deadLettered: 1 });
    expect(compare(evidence(away, { books }))).toMatchObject({ findings: [], tally: { refused: 1, lost: 0 } });
  });

  it.each<[string, Partial<Books> | null]>([
    ['do not add up', { in: 6 }],
    ['still have messages waiting', { in: 6, waiting: 1 }],
    ['dropped something', { in: 6, dropped: { limit: 1 } }],
    ['have dead letters that nobody refused', { in: 6, deadLettered: 1 }],
    ['say that less was delivered than came in', { in: 4, delivered: 4 }],
    ['have a subscription that does not balance', { unbalanced: ['up'] }],
    ['cannot be read', null],
  ])('finds books that %s', (_name, wrong) => {
    expect(kinds(evidence(ALL, { books: wrong === null ? null : booksOf(5, wrong) }))).toEqual(['books']);
  });

  it('allows the loss that the gateway owns up to after damage, and no more', () => {
    const books = booksOf(3, { in: 5, dropped: { damaged: 2 } });
    const arrivals = [arrival(1), arrival(3), arrival(5)];
    expect(kinds(evidence(arrivals, { books, allowed: { lost: 2, exact: true } }))).toEqual([]);
    expect(kinds(evidence(arrivals, { books, allowed: { lost: 1, exact: false } }))).toEqual(['lost']);
    expect(kinds(evidence(arrivals, { books, allowed: { lost: 1, exact: true } }))).toContain('custody-gap');
  });

  it('allows the numbers that the gateway leaves out after damage, and only then', () => {
    const books = booksOf(4, { in: 5, dropped: { damaged: 1 } });
    const leap = [arrival(1), arrival(2), arrival(4), arrival(5, { custody: 5 + 1_048_576 })];
    const { tally, findings } = compare(evidence(leap, { books, allowed: { lost: 1, exact: true } }));
    expect(findings).toEqual([]);
    expect(tally.missing).toBe(1);
    expect(kinds(evidence(leap))).toContain('custody-gap');
  });

  it('counts every message that is taken away, whichever it is', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 40 }), (gone) => {
        const arrivals = Array.from({ length: 40 }, (_, i) => arrival(i + 1)).filter((one) => !gone.includes(one.n));
        expect(compare(evidence(arrivals, { promised: [pump(40)] })).tally.lost).toBe(gone.length);
      }),
    );
  });
});
