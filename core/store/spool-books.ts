import { type DeadLetterStats, DROP_REASONS, type DropReason, type SpoolStats, type StreamStats } from './spool.ts';

/** The books of one stream. Changed only through `Books`, which keeps the sums and what is needed to undo. */
export interface Book {
  /** Its part of the ids, see `spool-ids.ts`. */
  readonly number: number;
  readonly name: string;
  /** The number of the entry that comes next; never goes back. */
  next: number;
  count: number;
  bytes: number;
  appended: number;
  appendedBytes: number;
  acknowledged: number;
  dead: number;
  dropped: Readonly<Partial<Record<DropReason, number>>>;
  /** Of the oldest entry; null when empty. */
  oldestAt: number | null;
  oldestKeptAt: number | null;
}

export type Leaving = 'acknowledged' | 'dead' | DropReason;

export interface Books {
  readonly total: { readonly count: number; readonly bytes: number };
  all(): Iterable<Book>;
  named(name: string): Book | undefined;
  numbered(stream: number): Book | undefined;
  /** Adds a stream, or puts one in the place of another of the same number. */
  put(book: Book): void;
  /** Entries came in: `book.next` moves on. `wallMs` and `keptMs` are those of the first. */
  add(book: Book, count: number, bytes: number, wallMs: number, keptMs: number): void;
  /** Entries left. The caller says afterwards which is the oldest now. */
  take(book: Book, count: number, bytes: number, as: Leaving): void;
  oldest(book: Book, found: { readonly wallMs: number; readonly keptMs: number } | null): void;
  /** Streams that changed since the last `keep` or `undo`. */
  changed(): Iterable<Book>;
  isChanged(): boolean;
  /** What changed is on disk. */
  keep(): void;
  /** What changed did not come to the disk. */
  undo(): void;
}

export const newBook = (number: number, name: string, next = 1): Book => ({
  number,
  name,
  next,
  count: 0,
  bytes: 0,
  appended: 0,
  appendedBytes: 0,
  acknowledged: 0,
  dead: 0,
  dropped: {},
  oldestAt: null,
  oldestKeptAt: null,
});

/** All streams, by name and by number. */
export function createBooks(found: readonly Book[]): Books {
  const byName = new Map<string, Book>();
  const byNumber = new Map<number, Book>();
  const total = { count: 0, bytes: 0 };
  const before = new Map<number, Book | null>();
  function place(book: Book): void {
    const old = byNumber.get(book.number);
    if (old) byName.delete(old.name);
    byName.set(book.name, book);
    byNumber.set(book.number, book);
  }
  function count(book: Book, sign: 1 | -1): void {
    total.count += sign * book.count;
    total.bytes += sign * book.bytes;
  }
  function touch(book: Book): void {
    if (!before.has(book.number)) before.set(book.number, { ...book });
  }
  for (const book of found) {
    place(book);
    count(book, 1);
  }
  return {
    total,
    all: () => byNumber.values(),
    named: (name) => byName.get(name),
    numbered: (stream) => byNumber.get(stream),
    put(book) {
      const old = byNumber.get(book.number);
      if (!before.has(book.number)) before.set(book.number, old ? { ...old } : null);
      if (old) count(old, -1);
      count(book, 1);
      place(book);
    },
    add(book, entries, bytes, wallMs, keptMs) {
      touch(book);
      if (book.count === 0) {
        book.oldestAt = wallMs;
        book.oldestKeptAt = keptMs;
      }
      book.next += entries;
      book.count += entries;
      book.bytes += bytes;
      book.appended += entries;
      book.appendedBytes += bytes;
      total.count += entries;
      total.bytes += bytes;
    },
    take(book, entries, bytes, as) {
      touch(book);
      book.count -= entries;
      book.bytes -= bytes;
      total.count -= entries;
      total.bytes -= bytes;
      if (as === 'acknowledged') book.acknowledged += entries;
      else if (as === 'dead') book.dead += entries;
      else book.dropped = { ...book.dropped, [as]: (book.dropped[as] ?? 0) + entries };
    },
    oldest(book, entry) {
      touch(book);
      book.oldestAt = entry?.wallMs ?? null;
      book.oldestKeptAt = entry?.keptMs ?? null;
    },
    *changed() {
      for (const number of before.keys()) {
        const book = byNumber.get(number);
        if (book) yield book;
      }
    },
    isChanged: () => before.size > 0,
    keep: () => before.clear(),
    undo() {
      for (const [number, old] of before) {
        const now = byNumber.get(number);
        if (now) count(now, -1);
        if (old) {
          count(old, 1);
          place(old);
        } else if (now) {
          byName.delete(now.name);
          byNumber.delete(number);
        }
      }
      before.clear();
    },
  };
}

export const toStreamStats = (book: Book): StreamStats => ({
  name: book.name,
  count: book.count,
  bytes: book.bytes,
  oldestAt: book.oldestAt,
  oldestKeptAt: book.oldestKeptAt,
  appended: book.appended,
  appendedBytes: book.appendedBytes,
  acknowledged: book.acknowledged,
  dropped: book.dropped,
  deadLettered: book.dead,
});

const least = (a: number | null, b: number | null): number | null => (a === null || b === null ? (a ?? b) : Math.min(a, b));

/** The sums over all streams. */
export function sumStats(streams: readonly StreamStats[], short: SpoolStats['short'], deadLetters: DeadLetterStats): SpoolStats {
  const sum = { count: 0, bytes: 0, appended: 0, appendedBytes: 0, acknowledged: 0, deadLettered: 0 };
  const dropped: Partial<Record<DropReason, number>> = {};
  let oldestAt: number | null = null;
  let oldestKeptAt: number | null = null;
  for (const one of streams) {
    sum.count += one.count;
    sum.bytes += one.bytes;
    sum.appended += one.appended;
    sum.appendedBytes += one.appendedBytes;
    sum.acknowledged += one.acknowledged;
    sum.deadLettered += one.deadLettered;
    oldestAt = least(oldestAt, one.oldestAt);
    oldestKeptAt = least(oldestKeptAt, one.oldestKeptAt);
    for (const [reason, count] of dropsOf(one)) dropped[reason] = (dropped[reason] ?? 0) + count;
  }
  return { ...sum, oldestAt, oldestKeptAt, dropped, streams, short, deadLetters };
}

/** What was dropped, reason by reason. */
export function dropsOf(stats: Pick<StreamStats, 'dropped'>): [DropReason, number][] {
  return DROP_REASONS.flatMap((reason): [DropReason, number][] => {
    const count = stats.dropped[reason];
    return count === undefined ? [] : [[reason, count]];
  });
}

export const NO_DEAD_LETTERS: DeadLetterStats = { held: 0, bytes: 0, buried: 0, retried: 0, discarded: 0, evicted: 0 };
