import type { Database } from 'better-sqlite3';
import { indexOf, streamOf } from '../spool-ids.ts';
import { asNumber, asRow, asText } from './cells.ts';
import type { OldBooks } from './salvage-books.ts';
import { SEED_MARGIN } from './salvage-seed.ts';

/** Custody numbers that are missing between those of what was saved. */
export interface Hole {
  readonly source: string;
  readonly stream: number;
  first: number;
  last: number;
  count: number;
}

export interface HoleFinder {
  /** Looks at some thousand rows. Returns whether more are left. */
  step(): boolean;
  /** One per source. Of a source that sends on several streams nothing is said: its numbers lie in all of them. */
  holes(): readonly Hole[];
  /**
   * What each stream lost, by ids and custody numbers together, and rather too many than too few: ids show what is missing in
   * between, whichever source it was of, and custody numbers what is missing at the end.
   */
  losses(): ReadonlyMap<number, number>;
}

const ROWS = 5000;

interface Seen {
  readonly stream: number;
  last: number;
  /** The `leaps` of its stream at the last entry. */
  leaps: number;
  hole: Hole | null;
  /** Missing numbers behind the last entry that was saved. */
  tail: number;
  shared: boolean;
}

interface SeenStream {
  /** Index of the last entry. */
  last: number;
  missing: number;
  /** Where ids went on far beyond, as the salvage of a damaged spool lets them. */
  leaps: number;
}

/**
 * Goes through what waits, stream by stream in order, and notes where numbers are left out. The books are those of when the damage
 * was found, so that a loss at the end is seen too. Memory: a record per source and per stream.
 */
export function createHoleFinder(db: Database, books: Pick<OldBooks, 'streams' | 'sources' | 'whole'> | null): HoleFinder {
  const page = db.prepare('SELECT id, source, custody FROM entries WHERE id > ? ORDER BY id LIMIT ?').raw();
  const lastOf = new Map(books?.sources.map(({ name, custody }) => [name, custody]));
  const nextOf = new Map(books?.streams.map(({ id, next }) => [id, next]));
  const leaping = books?.whole.sources !== true;
  const seen = new Map<string, Seen>();
  const streams = new Map<number, SeenStream>();
  let after = 0;

  /** How many indexes are missing between two; those the damaged spool never reached are not. */
  function missingIds(stream: number, last: number, next: number): number {
    const missing = Math.min(next, nextOf.get(stream) ?? next) - last - 1;
    return missing < SEED_MARGIN ? Math.max(0, missing) : 0;
  }
  function passStream(id: number): SeenStream {
    const [number, index] = [streamOf(id), indexOf(id)];
    const stream = streams.get(number) ?? { last: index - 1, missing: 0, leaps: 0 };
    stream.missing += missingIds(number, stream.last, index);
    if (index - stream.last > SEED_MARGIN) stream.leaps += 1;
    stream.last = index;
    streams.set(number, stream);
    return stream;
  }
  function missing(source: string, one: Seen, first: number, last: number, isTail: boolean): void {
    const count = last - first + 1;
    if (count < 1 || (leaping && count >= SEED_MARGIN)) return;
    one.hole ??= { source, stream: one.stream, first, last, count: 0 };
    one.hole.last = last;
    one.hole.count += count;
    if (isTail) one.tail += count;
  }
  function pass(id: number, source: string, custody: number): void {
    const { leaps } = passStream(id);
    if (custody === 0) return; // from before custody was counted
    const stream = streamOf(id);
    const one = seen.get(source) ?? { stream, last: custody - 1, leaps, hole: null, tail: 0, shared: false };
    if (one.stream !== stream) one.shared = true;
    missing(source, one, one.last + 1, custody - 1, one.leaps !== leaps);
    one.last = Math.max(one.last, custody);
    one.leaps = leaps;
    seen.set(source, one);
  }
  function finish(): void {
    for (const [source, one] of seen) {
      const last = lastOf.get(source) ?? 0;
      missing(source, one, one.last + 1, last, true);
      one.last = Math.max(one.last, last);
    }
    for (const [number, stream] of streams) {
      const end = nextOf.get(number) ?? 0;
      stream.missing += missingIds(number, stream.last, end);
      stream.last = Math.max(stream.last, end - 1);
    }
  }
  return {
    step() {
      const rows = page.all(after, ROWS);
      for (const found of rows) {
        const row = asRow(found);
        after = asNumber(row[0]);
        pass(after, asText(row[1]), asNumber(row[2]));
      }
      if (rows.length < ROWS) finish();
      return rows.length === ROWS;
    },
    holes: () => [...seen.values()].flatMap((one) => (one.hole && !one.shared ? [one.hole] : [])),
    losses() {
      const ofStream = new Map<number, { custody: number; tail: number }>();
      for (const { hole, stream, tail, shared } of seen.values()) {
        const sum = ofStream.get(stream) ?? { custody: 0, tail: 0 };
        if (hole && !shared) ofStream.set(stream, { custody: sum.custody + hole.count, tail: sum.tail + tail });
      }
      const losses = new Map<number, number>();
      for (const [number, stream] of streams) {
        const { custody, tail } = ofStream.get(number) ?? { custody: 0, tail: 0 };
        // where the end of the ids is known, they tell of the tail too
        losses.set(number, Math.max(custody, stream.missing + (nextOf.has(number) ? 0 : tail)));
      }
      return losses;
    },
  };
}
