import { GatewayError } from '../base/errors.ts';
import type { DropReason, SpoolPlan } from './spool.ts';
import type { Book, Books } from './spool-books.ts';
import { rangesOf } from './spool-gaps.ts';
import type { Head, SpoolRows } from './spool-heads.ts';
import { idOf, streamOf } from './spool-ids.ts';
import { chooseVictim, createRuleBook, OPEN_PLAN, type RuleBook, weightOf } from './spool-rules.ts';
import { createThinner } from './spool-thinning.ts';

/**
 * Holds the spool to its rules: who is refused, what is dropped. Every step is bounded by a budget of entries; the caller runs it in
 * the transaction of what made it necessary.
 */
export interface Keeper {
  configure(plan: SpoolPlan): void;
  rules(): RuleBook;
  /** Weight (see `weightOf`) that may not be passed because the disk has no more room; null: no such limit. */
  setCeiling(weight: number | null): void;
  /** Why an append is refused, or null. Asked before anything of it is written. */
  refusal(stream: string, count: number, bytes: number): GatewayError | null;
  /** Drops what is over the limits of these streams and of the whole. Returns whether something is left to do. */
  enforce(streams: Iterable<Book>, budget: number): boolean;
  /** Removes what is too old. Returns whether something is left to do. */
  expire(steadyMs: number, budget: number): boolean;
  /** Removes entries of one stream, ids rising, with their explanation. */
  drop(stream: number, heads: readonly Head[], reason: DropReason): void;
  /** What a stream has kept since before this (or at it) is too old. */
  cutoff(stream: string, steadyMs: number): number;
}

/** Victims of the whole are taken so many at a time, so that the order of age holds between streams. */
const CHUNK = 256;

interface Limits {
  readonly messages: number;
  readonly bytes: number;
}

const refuse = (what: string, limit: string): GatewayError =>
  new GatewayError('outbox/full', `${what} has reached its limit of ${limit} and takes nothing new.`);

function overLimit(what: string, held: Limits, more: Limits, limit: Limits): GatewayError | null {
  if (held.messages + more.messages > limit.messages) return refuse(what, `${limit.messages} messages`);
  if (held.bytes + more.bytes > limit.bytes) return refuse(what, `${limit.bytes} bytes`);
  return null;
}

/** The front of `heads` that brings `messages` and `bytes` down to zero or below. */
function enough(heads: readonly Head[], messages: number, bytes: number): readonly Head[] {
  let taken = 0;
  let size = 0;
  for (const head of heads) {
    if (taken >= messages && size >= bytes) break;
    taken += 1;
    size += head.bytes;
  }
  return heads.slice(0, taken);
}

/** Takes entries of one stream off rows and books, and explains their numbers. */
function createDropper(books: Books, rows: SpoolRows) {
  return function drop(book: Book, heads: readonly Head[], reason: DropReason): number {
    if (heads.length === 0) return 0;
    let bytes = 0;
    for (const head of heads) bytes += head.bytes;
    rows.remove(heads);
    rows.lose(rangesOf(heads, reason), reason);
    books.take(book, heads.length, bytes, reason);
    books.oldest(book, rows.heads(book.number, idOf(book.number, 0), 1)[0] ?? null);
    return heads.length;
  };
}

export function createKeeper(books: Books, rows: SpoolRows): Keeper {
  const drop = createDropper(books, rows);
  const thinner = createThinner(rows);
  let rules = createRuleBook(OPEN_PLAN);
  let ceiling = Number.POSITIVE_INFINITY;
  const oldest = (book: Book, limit: number): readonly Head[] => rows.heads(book.number, idOf(book.number, 0), limit);

  /** Returns what is left of the budget; below 1 there may be more to do. */
  function fitStream(book: Book, budget: number): number {
    const { maxMessages, maxBytes, whenFull, keepEvery } = rules.of(book.name);
    let left = budget;
    if (whenFull === 'reject-newest') return left;
    while (left > 0 && (book.count > maxMessages || book.bytes > maxBytes)) {
      if (whenFull === 'thin-out') {
        const thinned = drop(book, thinner.next(book, keepEvery, left), 'thinned');
        left -= thinned;
        if (thinned > 0) continue;
      }
      const heads = enough(oldest(book, Math.min(left, CHUNK)), book.count - maxMessages, book.bytes - maxBytes);
      left -= Math.max(1, drop(book, heads, 'limit')); // the books of a damaged spool may say more than there is
    }
    return left;
  }
  function wholeExcess(): { messages: number; bytes: number; reason: DropReason } | null {
    const { total } = books;
    const { maxMessages, maxBytes } = rules.whole;
    if (total.count > maxMessages || total.bytes > maxBytes) {
      return { messages: total.count - maxMessages, bytes: total.bytes - maxBytes, reason: 'limit' };
    }
    const weight = weightOf(total) - ceiling;
    return weight > 0 && total.count > 0 ? { messages: 1, bytes: Math.min(weight, total.bytes), reason: 'disk-room' } : null;
  }
  function thinAny(budget: number): number {
    const largestFirst = [...books.all()].filter((book) => book.count > 0);
    largestFirst.sort((a, b) => weightOf(b) - weightOf(a));
    for (const book of largestFirst) {
      const thinned = drop(book, thinner.next(book, rules.of(book.name).keepEvery, budget), 'thinned');
      if (thinned > 0) return thinned;
    }
    return 0;
  }
  function fitWhole(budget: number): number {
    let left = budget;
    if (rules.whole.whenFull === 'reject-newest') return left;
    for (let excess = wholeExcess(); excess && left > 0; excess = wholeExcess()) {
      const thinned = rules.whole.whenFull === 'thin-out' ? thinAny(left) : 0;
      left -= thinned;
      if (thinned > 0) continue;
      const victim = chooseVictim(books.all(), rules);
      if (!victim) return left;
      const heads = oldest(victim.book, Math.min(left, CHUNK));
      const older = heads.filter((head, index) => index === 0 || head.keptMs <= victim.until);
      left -= Math.max(1, drop(victim.book, enough(older, excess.messages, excess.bytes), excess.reason));
    }
    return left;
  }
  function cutoff(stream: string, steadyMs: number): number {
    return steadyMs - Math.min(rules.of(stream).maxAgeMs, rules.whole.maxAgeMs);
  }
  /** What was kept before steady time was measured (0) has no age. */
  function expireByAge(book: Book, steadyMs: number, budget: number): number {
    const before = cutoff(book.name, steadyMs);
    let left = budget;
    while (left > 0 && book.count > 0 && book.oldestKeptAt !== null && book.oldestKeptAt > 0 && book.oldestKeptAt <= before) {
      const heads = oldest(book, Math.min(left, CHUNK)).filter((head) => head.keptMs <= before);
      left -= Math.max(1, drop(book, heads, 'expired'));
    }
    return left;
  }
  function expireOwn(steadyMs: number, budget: number): number {
    const byStream = new Map<Book, Head[]>();
    const due = rows.due(steadyMs, budget);
    for (const head of due) {
      const book = books.numbered(streamOf(head.id));
      if (!book) continue;
      const list = byStream.get(book);
      if (list) list.push(head);
      else byStream.set(book, [head]);
    }
    for (const [book, heads] of byStream) {
      heads.sort((a, b) => a.id - b.id);
      drop(book, heads, 'expired');
    }
    return budget - due.length;
  }
  return {
    configure(plan) {
      rules = createRuleBook(plan);
    },
    rules: () => rules,
    setCeiling(weight) {
      ceiling = weight ?? Number.POSITIVE_INFINITY;
    },
    refusal(stream, count, bytes) {
      const own = rules.of(stream);
      const more = { messages: count, bytes };
      if (own.whenFull === 'reject-newest') {
        const book = books.named(stream);
        const held = { messages: book?.count ?? 0, bytes: book?.bytes ?? 0 };
        const fault = overLimit(`The stream "${stream}"`, held, more, { messages: own.maxMessages, bytes: own.maxBytes });
        if (fault) return fault;
      }
      if (rules.whole.whenFull !== 'reject-newest') return null;
      const { total } = books;
      if (weightOf(total) + weightOf({ count, bytes }) > ceiling) return refuse('The outbox', 'the room on the disk');
      const limit = { messages: rules.whole.maxMessages, bytes: rules.whole.maxBytes };
      return overLimit('The outbox', { messages: total.count, bytes: total.bytes }, more, limit);
    },
    enforce(streams, budget) {
      let left = budget;
      for (const book of [...streams]) left = fitStream(book, left);
      return fitWhole(left) <= 0;
    },
    expire(steadyMs, budget) {
      let left = budget;
      for (const book of books.all()) left = expireByAge(book, steadyMs, left);
      return left <= 0 || expireOwn(steadyMs, left) <= 0;
    },
    drop(stream, heads, reason) {
      const book = books.numbered(stream);
      if (book) drop(book, heads, reason);
    },
    cutoff,
  };
}
