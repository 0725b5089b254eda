import type { Database } from 'better-sqlite3';
import type { GapView } from '../../contract/outbox-views.ts';
import { joins, type LostRange, MAX_GAPS } from '../spool-gaps.ts';
import { asNumber, asRow, asText } from './cells.ts';

/** The table of numbers that will not be delivered. */
export interface Gaps {
  add(ranges: readonly LostRange[], reason: string, atMs: number): void;
  /** The transaction failed: what is in memory is not on disk. */
  forget(): void;
  read(source: string, first: number, last: number, limit: number): GapView[];
}

interface Last {
  readonly id: number;
  first: number;
  last: number;
  count: number;
}

/** The last gap per source and reason that is kept in memory. */
const MAX_CACHED = 10_000;

/** Brings the table below its bound: the older half of the most numerous kind becomes one row, or the oldest rows go. */
function createCompaction(db: Database): () => void {
  const largest = db
    .prepare('SELECT source, reason, count(*) AS n FROM gaps GROUP BY source, reason ORDER BY n DESC LIMIT 1')
    .raw();
  const older = db
    .prepare(
      `SELECT min(first), max(last), sum(count), max(at_ms), max(id), count(*) FROM
       (SELECT id, first, last, count, at_ms FROM gaps WHERE source = ? AND reason = ? ORDER BY last LIMIT ?)`,
    )
    .raw();
  const remove = db.prepare(
    'DELETE FROM gaps WHERE id IN (SELECT id FROM gaps WHERE source = ? AND reason = ? ORDER BY last LIMIT ?)',
  );
  const insert = db.prepare('INSERT INTO gaps (source, first, last, count, reason, at_ms) VALUES (?, ?, ?, ?, ?, ?)');
  const removeOldest = db.prepare('DELETE FROM gaps WHERE id IN (SELECT id FROM gaps ORDER BY id LIMIT ?)');
  return () => {
    const row = largest.get();
    if (row === undefined) return;
    const cell = asRow(row);
    const [source, reason, count] = [asText(cell[0]), asText(cell[1]), asNumber(cell[2])];
    if (count < 20) {
      removeOldest.run(MAX_GAPS / 10);
      return;
    }
    const half = count >> 1;
    const merged = asRow(older.get(source, reason, half));
    remove.run(source, reason, half);
    insert.run(source, asNumber(merged[0]), asNumber(merged[1]), asNumber(merged[2]), reason, asNumber(merged[3]));
  };
}

function createReader(db: Database): Gaps['read'] {
  const touching = db
    .prepare(
      `SELECT source, first, last, count, reason, at_ms FROM gaps
       WHERE source = ? AND last >= ? AND first <= ? ORDER BY first LIMIT ?`,
    )
    .raw();
  return (source, first, last, limit) =>
    touching.all(source, first, last, limit).map((row) => {
      const cell = asRow(row);
      return {
        source: asText(cell[0]),
        first: asNumber(cell[1]),
        last: asNumber(cell[2]),
        count: asNumber(cell[3]),
        reason: asText(cell[4]),
        at: asNumber(cell[5]),
      };
    });
}

export function createGaps(db: Database): Gaps {
  const rows = db.prepare('SELECT count(*) FROM gaps').pluck();
  const insert = db.prepare('INSERT INTO gaps (source, first, last, count, reason, at_ms) VALUES (?, ?, ?, ?, ?, ?)');
  const widen = db.prepare('UPDATE gaps SET first = ?, last = ?, count = ?, at_ms = ? WHERE id = ?');
  const newest = db
    .prepare('SELECT id, first, last, count FROM gaps WHERE source = ? AND reason = ? ORDER BY last DESC LIMIT 1')
    .raw();
  const compact = createCompaction(db);
  const cached = new Map<string, Last | null>();
  let held: number | null = null;
  function lastOf(source: string, reason: string, key: string): Last | null {
    const known = cached.get(key);
    if (known !== undefined) return known;
    const row = newest.get(source, reason);
    const cell = row === undefined ? null : asRow(row);
    return cell && { id: asNumber(cell[0]), first: asNumber(cell[1]), last: asNumber(cell[2]), count: asNumber(cell[3]) };
  }
  function addOne(range: LostRange, reason: string, atMs: number): void {
    const key = `${reason} ${range.source}`;
    const gap = lastOf(range.source, reason, key);
    if (gap && joins(gap, range, reason)) {
      gap.first = Math.min(gap.first, range.first);
      gap.last = Math.max(gap.last, range.last);
      gap.count += range.count;
      widen.run(gap.first, gap.last, gap.count, atMs, gap.id);
      cached.set(key, gap);
      return;
    }
    const { source, first, last, count } = range;
    const id = Number(insert.run(source, first, last, count, reason, atMs).lastInsertRowid);
    cached.set(key, gap && gap.last > last ? gap : { id, first, last, count });
    held = held === null ? asNumber(rows.get()) : held + 1;
    if (held > MAX_GAPS) {
      compact();
      cached.clear();
      held = null;
    }
  }
  return {
    add(ranges, reason, atMs) {
      for (const range of ranges) addOne(range, reason, atMs);
      if (cached.size > MAX_CACHED) cached.clear();
    },
    forget() {
      cached.clear();
      held = null;
    },
    read: createReader(db),
  };
}
