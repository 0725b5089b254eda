import { checkCustody } from './custody.ts';
import type { Arrival } from './ledger.ts';
import { createNotes, type Evidence, type Notes, type Tally, type Verdict } from './verdict.ts';

const say = (one: Arrival): string =>
  `${one.source} custody ${one.custody} id ${one.id}${one.series ? ` (${one.series} ${one.n})` : ''}`;

/** Each id once, as it came first; conflicts are noted. */
function firstArrivals(arrivals: readonly Arrival[], tally: Tally, notes: Notes): Arrival[] {
  const byId = new Map<string, Arrival>();
  const first: Arrival[] = [];
  const declined = new Set<string>();
  const refused = new Set<string>();
  for (const one of arrivals) {
    if (!one.sound) notes.note('corrupt', say(one));
    if (one.id === '' || one.source === '') notes.note('corrupt', `no id or source: ${say(one)}`);
    const before = byId.get(one.id);
    if (before && (before.digest !== one.digest || before.source !== one.source || before.custody !== one.custody))
      notes.note('id-conflict', `${say(before)} and ${say(one)}`);
    if (!before) byId.set(one.id, one);
    if (one.answer !== 'taken') {
      (one.answer === 'declined' ? declined : refused).add(one.id);
      continue;
    }
    tally.received += 1;
    if (before?.answer === 'taken') tally.duplicates += 1;
    else {
      byId.set(one.id, one);
      first.push(declined.has(one.id) || refused.has(one.id) ? { ...one, answer: 'declined' } : one);
    }
  }
  tally.distinct = first.length;
  tally.refused = refused.size;
  return first;
}

/** Numbers of a series must rise as they come first. One that was declined before may come late, and is counted. */
function checkOrder(first: readonly Arrival[], tally: Tally, notes: Notes): void {
  const highest = new Map<string, number>();
  const seen = new Set<string>();
  for (const one of first) {
    if (one.series === null) continue;
    const key = `${one.series} ${one.n}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const last = highest.get(one.series) ?? 0;
    if (one.n > last) highest.set(one.series, one.n);
    else if (one.answer === 'declined') tally.late += 1;
    else notes.note('out-of-order', `${say(one)} came after ${one.series} ${last}`);
  }
}

interface Copies {
  readonly ids: Set<string>;
}

function checkSeries(evidence: Evidence, tally: Tally, notes: Notes): void {
  const promised = new Map(evidence.promised.map((series) => [series.name, series]));
  const came = new Map<string, Map<number, Copies>>();
  const refused = new Set<string>();
  for (const { series, n, id, answer } of evidence.arrivals) {
    if (series === null) continue;
    if (answer === 'refused') refused.add(`${series} ${n}`);
    if (answer !== 'taken') continue;
    const numbers = came.get(series) ?? new Map<number, Copies>();
    came.set(series, numbers);
    const copies = numbers.get(n) ?? { ids: new Set() };
    numbers.set(n, copies);
    copies.ids.add(id);
  }
  for (const [name, numbers] of came) {
    const series = promised.get(name);
    for (const [n, { ids }] of numbers) {
      const offers = series?.open === false ? (series.offered[n] ?? 0) : 1;
      // A function that was killed before it could write anything down has a series that nobody knows.
      if (offers === 0 || (!series && !name.startsWith('f-'))) notes.note('invented', `${name} ${n}`);
      else if (ids.size > offers)
        notes.note('repeat-with-new-id', `${name} ${n} offered ${offers} times, ids ${[...ids].join(', ')}`);
      else tally.offeredTwice += ids.size - 1;
    }
  }
  for (const { name, acknowledged } of evidence.promised) {
    acknowledged.forEach((kept, n) => {
      if (!kept) return;
      tally.acknowledged += 1;
      if (came.get(name)?.has(n) || refused.has(`${name} ${n}`)) return;
      tally.lost += 1;
      if (evidence.allowed === null) notes.note('lost', `${name} ${n} was acknowledged`);
    });
  }
}

function checkBooks({ books, allowed }: Evidence, tally: Tally, notes: Notes): void {
  if (books === null) {
    notes.note('books', 'they could not be read');
    return;
  }
  const dropped = Object.values(books.dropped).reduce((sum, one) => sum + one, 0);
  const out = books.delivered + books.waiting + dropped + books.deadLettered;
  if (books.in !== out) notes.note('books', `in ${books.in}, but delivered, waiting, dropped and dead letters make ${out}`);
  for (const route of books.unbalanced) notes.note('books', `the subscription ${route} does not balance`);
  if (books.waiting > 0) notes.note('books', `${books.waiting} messages still wait`);
  if (allowed !== null) return;
  if (dropped > 0) notes.note('books', `${dropped} dropped: ${JSON.stringify(books.dropped)}`);
  if (books.deadLettered > tally.refused)
    notes.note('books', `${books.deadLettered} dead letters, but the far end refused ${tally.refused}`);
  // One that was taken without the gateway hearing of it, and refused when it came again, is in both.
  if (tally.distinct < books.delivered || tally.distinct > books.delivered + books.deadLettered)
    notes.note('books', `${books.delivered} delivered and ${books.deadLettered} dead letters, but ${tally.distinct} came in`);
}

/** Compares both ledgers and the gateway's books. Nothing is wrong when there are no findings. */
export function compare(evidence: Evidence): Verdict {
  const notes = createNotes();
  const tally: Tally = {
    acknowledged: 0,
    received: 0,
    distinct: 0,
    duplicates: 0,
    offeredTwice: 0,
    late: 0,
    refused: 0,
    lost: 0,
    missing: 0,
    outOfOrder: 0,
  };
  const first = firstArrivals(evidence.arrivals, tally, notes);
  checkOrder(first, tally, notes);
  checkSeries(evidence, tally, notes);
  checkBooks(evidence, tally, notes);
  if (evidence.custody) checkCustody(evidence, first, tally, notes);
  if (evidence.allowed !== null && tally.lost > evidence.allowed.lost)
    notes.note('lost', `${tally.lost} acknowledged are lost; the gateway owns up to ${evidence.allowed.lost}`);
  tally.outOfOrder = notes.count('out-of-order');
  return { tally, ...notes.result() };
}
