import type { Book } from './spool-books.ts';
import type { Head, SpoolRows } from './spool-heads.ts';
import { idOf } from './spool-ids.ts';

/** Entries that one step looks at. */
const STEP = 1000;
/** Topics that are counted over a pass; beyond it the counting begins anew, and a little more is kept. */
const MAX_TOPICS = 10_000;
/** After a pass that found nothing to thin out, so many new entries must come before the next is tried; at least. */
const DRY_ENTRIES = 16;

interface Pass {
  /** The step begins with this id. */
  cursor: number;
  /** Entries still to be looked at: the older half is thinned, the newer keeps its detail. */
  left: number;
  removed: number;
  readonly seen: Map<string, number>;
}

export interface Thinner {
  /** The next entries to give up, of at most `limit` that are looked at; empty when thinning gives nothing any more. */
  next(book: Book, keepEvery: number, limit: number): readonly Head[];
}

/**
 * Keeps every n-th entry of a topic, oldest first, in steps. A pass goes over the older half of a stream; passes over what an earlier
 * one left thin it further, so that the oldest is thinnest. Where it stands is kept in memory only: after a restart a pass begins anew.
 */
export function createThinner(rows: Pick<SpoolRows, 'heads'>): Thinner {
  const passes = new Map<number, Pass>();
  const dryUntil = new Map<number, number>();
  function begin(book: Book): Pass {
    const pass = { cursor: idOf(book.number, 0), left: Math.ceil(book.count / 2), removed: 0, seen: new Map<string, number>() };
    passes.set(book.number, pass);
    return pass;
  }
  function sift(pass: Pass, heads: readonly Head[], keepEvery: number): Head[] {
    return heads.filter(({ topic }) => {
      if (pass.seen.size >= MAX_TOPICS) pass.seen.clear();
      const nth = pass.seen.get(topic) ?? 0;
      pass.seen.set(topic, nth + 1);
      return nth % keepEvery !== 0;
    });
  }
  return {
    next(book, keepEvery, limit) {
      if (book.next < (dryUntil.get(book.number) ?? 0)) return [];
      let pass = passes.get(book.number) ?? begin(book);
      for (let left = limit; left > 0; ) {
        const step = Math.min(left, STEP, pass.left);
        const found = step > 0 ? rows.heads(book.number, pass.cursor, step) : [];
        const last = found.at(-1);
        if (!last) {
          const wasted = pass.removed === 0;
          pass = begin(book);
          if (wasted) {
            dryUntil.set(book.number, book.next + Math.max(DRY_ENTRIES, book.count >> 1));
            return [];
          }
          continue;
        }
        pass.cursor = last.id + 1;
        left -= found.length;
        pass.left -= found.length;
        const surplus = sift(pass, found, keepEvery);
        pass.removed += surplus.length;
        if (surplus.length > 0) return surplus;
      }
      return [];
    },
  };
}
