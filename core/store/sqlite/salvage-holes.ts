import type { Database } from 'better-sqlite3';
import { streamOf } from '../spool-ids.ts';
import { asNumber, asRow, asText } from './cells.ts';

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
}

const ROWS = 5000;

interface Seen {
  readonly stream: number;
  last: number;
  hole: Hole | null;
  shared: boolean;
}

/**
 * Goes through what waits, stream by stream in order, and notes where a source's numbers leave some out. `lastOf`: the last number of
 * every source when the damage was found, so that a loss at the end is seen too. Memory: a record per source.
 */
export function createHoleFinder(db: Database, lastOf: ReadonlyMap<string, number>): HoleFinder {
  const page = db.prepare('SELECT id, source, custody FROM entries WHERE id > ? ORDER BY id LIMIT ?').raw();
  const seen = new Map<string, Seen>();
  let after = 0;
  function missing(source: string, one: Seen, first: number, last: number): void {
    if (last < first) return;
    one.hole ??= { source, stream: one.stream, first, last, count: 0 };
    one.hole.last = last;
    one.hole.count += last - first + 1;
  }
  return {
    step() {
      const rows = page.all(after, ROWS);
      for (const found of rows) {
        const row = asRow(found);
        after = asNumber(row[0]);
        const [source, custody] = [asText(row[1]), asNumber(row[2])];
        if (custody === 0) continue; // from before custody was counted
        const stream = streamOf(after);
        const one = seen.get(source) ?? { stream, last: custody - 1, hole: null, shared: false };
        if (one.stream !== stream) one.shared = true;
        missing(source, one, one.last + 1, custody - 1);
        one.last = Math.max(one.last, custody);
        seen.set(source, one);
      }
      return rows.length === ROWS;
    },
    holes() {
      const found: Hole[] = [];
      for (const [source, one] of seen) {
        missing(source, one, one.last + 1, lastOf.get(source) ?? 0);
        if (one.hole && !one.shared) found.push(one.hole);
      }
      return found;
    },
  };
}
