import type { Database } from 'better-sqlite3';
import type { FaultView } from '../../contract/views.ts';
import type { DeadLetter } from '../dead-letters.ts';
import type { DeadLetterStats } from '../spool.ts';
import { asCode, asNumber, asRow, asText } from './cells.ts';
import { messageAt } from './message-cells.ts';

/** The table of what was refused for good. Every call is part of the caller's transaction. */
export interface DeadDb {
  stats(): DeadLetterStats;
  /** Copies entries of this range of ids; the caller removes them. */
  bury(first: number, last: number, stream: string, destination: string, fault: FaultView): void;
  /** Counts what was buried, and evicts the oldest beyond the bounds. */
  buried(count: number, bytes: number): void;
  list(before: number | null, limit: number): DeadLetter[];
  get(id: number): DeadLetter | null;
  /** These, or all, oldest first. */
  pick(ids: readonly number[] | null): DeadLetter[];
  remove(ids: readonly number[] | null, as: 'retried' | 'discarded'): number;
  /** What changed is on disk. */
  keep(): void;
  /** The transaction failed: what is in memory is not on disk. */
  forget(): void;
}

export interface DeadBounds {
  readonly maxMessages: number;
  /** Payload bytes. */
  readonly maxBytes: number;
}

export const DEAD_BOUNDS: DeadBounds = { maxMessages: 10_000, maxBytes: 67_108_864 };

const COPIED = 'topic, payload, flags, source, sequence, wall_ms, mono_ms, boot, hops, trace_id, custody';
const LETTER = `SELECT d.id, entry, stream, destination, topic, payload, flags, source, sequence, wall_ms, mono_ms,
  coalesce(b.boot, ''), hops, trace_id, custody, code, message, remedy, at_ms FROM dead d LEFT JOIN boots b ON b.id = d.boot`;

function toLetter(row: unknown): DeadLetter {
  const cell = asRow(row);
  return {
    id: asNumber(cell[0]),
    entry: asNumber(cell[1]),
    stream: asText(cell[2]),
    destination: asText(cell[3]),
    custody: asNumber(cell[14]),
    message: messageAt(cell, 4),
    fault: {
      code: asCode(cell[15]),
      message: asText(cell[16]),
      remedy: asText(cell[17]),
      at: asNumber(cell[18]),
    },
  };
}

function readStats(db: Database): DeadLetterStats {
  const row = db.prepare('SELECT held, bytes, buried, retried, discarded, evicted FROM dead_totals').raw().get();
  const [held = 0, bytes = 0, buried = 0, retried = 0, discarded = 0, evicted = 0] = asRow(row).map(asNumber);
  return { held, bytes, buried, retried, discarded, evicted };
}

/** Removes letters one by one, and says how many there were and what they held. */
function createRemover(db: Database): (ids: readonly number[]) => readonly [count: number, bytes: number] {
  const remove = db.prepare('DELETE FROM dead WHERE id = ? RETURNING length(payload)').pluck();
  return (ids) => {
    let count = 0;
    let bytes = 0;
    for (const id of ids) {
      const found = remove.get(id);
      if (found === undefined) continue;
      count += 1;
      bytes += asNumber(found);
    }
    return [count, bytes];
  };
}

export function createDeadDb(db: Database, bounds: DeadBounds = DEAD_BOUNDS): DeadDb {
  const copy = db.prepare(
    `INSERT INTO dead (entry, stream, destination, ${COPIED}, code, message, remedy, at_ms)
     SELECT id, ?, ?, ${COPIED}, ?, ?, ?, ? FROM entries WHERE id BETWEEN ? AND ? ORDER BY id`,
  );
  const saveStats = db.prepare('UPDATE dead_totals SET held = ?, bytes = ?, buried = ?, retried = ?, discarded = ?, evicted = ?');
  const newest = db.prepare(`${LETTER} WHERE d.id < ? ORDER BY d.id DESC LIMIT ?`).raw();
  const one = db.prepare(`${LETTER} WHERE d.id = ?`).raw();
  const all = db.prepare(`${LETTER} ORDER BY d.id`).raw();
  const oldest = db.prepare('SELECT id FROM dead ORDER BY id LIMIT ?').pluck();
  const remove = createRemover(db);
  let stats = readStats(db);
  let kept = stats;
  function save(next: DeadLetterStats): void {
    stats = next;
    saveStats.run(next.held, next.bytes, next.buried, next.retried, next.discarded, next.evicted);
  }
  function evict(): void {
    while (stats.held > bounds.maxMessages || stats.bytes > bounds.maxBytes) {
      const over = Math.max(1, stats.held - bounds.maxMessages);
      const [count, bytes] = remove(oldest.all(over).map(asNumber));
      if (count === 0) return;
      save({ ...stats, held: stats.held - count, bytes: stats.bytes - bytes, evicted: stats.evicted + count });
    }
  }
  const get = (id: number): DeadLetter | null => {
    const row = one.get(id);
    return row === undefined ? null : toLetter(row);
  };
  return {
    stats: () => stats,
    bury: (first, last, stream, destination, { code, message, remedy, at }) =>
      void copy.run(stream, destination, code, message, remedy, at, first, last),
    buried(count, bytes) {
      if (count === 0) return;
      save({ ...stats, held: stats.held + count, bytes: stats.bytes + bytes, buried: stats.buried + count });
      evict();
    },
    list: (before, limit) => newest.all(before ?? Number.MAX_SAFE_INTEGER, limit).map(toLetter),
    get,
    pick: (ids) =>
      ids === null ? all.all().map(toLetter) : [...new Set(ids)].sort((a, b) => a - b).flatMap((id) => get(id) ?? []),
    remove(ids, as) {
      const [count, bytes] = remove(ids ?? oldest.all(-1).map(asNumber));
      if (count > 0) save({ ...stats, held: stats.held - count, bytes: stats.bytes - bytes, [as]: stats[as] + count });
      return count;
    },
    keep() {
      kept = stats;
    },
    forget() {
      stats = kept;
    },
  };
}
