import type { Database, Statement } from 'better-sqlite3';
import type { SpoolAsk, SpoolEntry } from '../spool.ts';
import type { Head, SpoolRows } from '../spool-heads.ts';
import { idOf, rangeOf } from '../spool-ids.ts';
import { asNumber, asNumberOrNull, asRow, asText } from './cells.ts';
import { entryCrc } from './entry-crc.ts';
import { messageAt } from './message-cells.ts';
import { sourceText } from './packing.ts';

export interface Page {
  readonly entries: SpoolEntry[];
  /** Entries with a flipped bit, which nobody must get. */
  readonly damaged: Head[];
}

/** The part of `SpoolRows` that is the table `entries`, and what else is read from it. */
export interface EntryRows extends Omit<SpoolRows, 'lose'> {
  /** Entries that are there of this range of ids. */
  between(first: number, last: number): readonly Head[];
  /** How many are there of this range, and their bytes. */
  measure(first: number, last: number): readonly [count: number, bytes: number];
  removeRange(first: number, last: number): void;
  /** Entries that have not expired. `keptAfter`: what was kept at or before this is too old; -Infinity: nothing is. */
  page(ask: SpoolAsk, stream: number, steadyMs: number, keptAfter: number): Page;
}

/** Below this an index over all waiting entries takes a few ms to make; a larger backlog of an old version waits for it until it is sent. */
const INDEX_AT_MOST = 10_000;

/** Makes the index by expiry where that does not take long. Returns whether it is there. */
export function indexExpiry(db: Database, waiting: number): boolean {
  const there = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = 'entries_expiry'").pluck().get();
  if (there !== undefined) return true;
  if (waiting > INDEX_AT_MOST) return false;
  db.exec('CREATE INDEX entries_expiry ON entries (expires_ms) WHERE expires_ms IS NOT NULL');
  return true;
}

/** Sorted runs of ids without a gap: a window that was acknowledged is mostly one run, and one statement removes it. */
export function runsOf(ids: ArrayLike<number>): [number, number][] {
  const sorted = Float64Array.from(ids).sort();
  const runs: [number, number][] = [];
  let last: [number, number] | undefined;
  for (const id of sorted) {
    if (last && id <= last[1] + 1) last[1] = Math.max(last[1], id);
    else {
      last = [id, id];
      runs.push(last);
    }
  }
  return runs;
}

function toHead(row: unknown): Head {
  const cell = asRow(row);
  return {
    id: asNumber(cell[0]),
    bytes: asNumber(cell[1]),
    source: asText(cell[2]),
    custody: asNumber(cell[3]),
    topic: asText(cell[4]),
    wallMs: asNumber(cell[5]),
    keptMs: asNumber(cell[6]),
  };
}

/** False where the row is not what was written. A row of version 1 has no checksum. */
function isWhole({ id, custody, message }: SpoolEntry, source: string, flags: number, crc: number | null): boolean {
  const { topic, payload, sequence } = message;
  return crc === null || crc === entryCrc({ id, custody, topic, payload, flags, source, sequence, wallMs: message.at.wallMs });
}

function toEntry(row: unknown, stream: string): { entry: SpoolEntry; whole: boolean } {
  const cell = asRow(row);
  const entry = {
    id: asNumber(cell[0]),
    stream,
    custody: asNumber(cell[11]),
    message: messageAt(cell, 1),
    keptAt: asNumber(cell[12]),
    expiresAt: asNumberOrNull(cell[13]),
  };
  return { entry, whole: isWhole(entry, asText(cell[4]), asNumber(cell[3]), asNumberOrNull(cell[14])) };
}

const headOf = ({ id, custody, keptAt, message }: SpoolEntry): Head => ({
  id,
  custody,
  bytes: message.payload.byteLength,
  source: sourceText(message),
  topic: message.topic,
  wallMs: message.at.wallMs,
  keptMs: keptAt,
});

const HEAD = 'id, length(payload), source, custody, topic, wall_ms, kept_ms';
/** A boot that is not listed (the list was damaged) must not hide its entries. */
const PAGE = `SELECT e.id, topic, payload, flags, source, sequence, wall_ms, mono_ms, coalesce(b.boot, ''), hops, trace_id, custody,
  kept_ms, expires_ms, crc FROM entries e LEFT JOIN boots b ON b.id = e.boot`;
const ALIVE = '(expires_ms IS NULL OR expires_ms > ?)';

/** `indexed`: whether what expires can be found; see `indexExpiry`. */
export function createEntryRows(db: Database, indexed: () => boolean): EntryRows {
  const range = db.prepare(`SELECT ${HEAD} FROM entries WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?`).raw();
  const due = db
    .prepare(`SELECT ${HEAD} FROM entries WHERE expires_ms <= ? AND expires_ms IS NOT NULL ORDER BY expires_ms LIMIT ?`)
    .raw();
  const sums = db.prepare('SELECT count(*), coalesce(sum(length(payload)), 0) FROM entries WHERE id BETWEEN ? AND ?').raw();
  const remove = db.prepare('DELETE FROM entries WHERE id BETWEEN ? AND ?');
  const rising = db.prepare(`${PAGE} WHERE e.id BETWEEN ? AND ? AND ${ALIVE} ORDER BY e.id LIMIT ?`).raw();
  const falling = db.prepare(`${PAGE} WHERE e.id BETWEEN ? AND ? AND ${ALIVE} ORDER BY e.id DESC LIMIT ?`).raw();
  const firstFrom = db.prepare('SELECT id, kept_ms FROM entries WHERE id BETWEEN ? AND ? ORDER BY id LIMIT 1').raw();

  /** Ids and the times of keeping rise together: a search by halves finds the first entry that is not too old. */
  function firstKeptAfter(stream: number, keptAfter: number): number {
    let [low, high] = rangeOf(stream);
    const [, end] = rangeOf(stream);
    while (low < high) {
      const middle = low + Math.floor((high - low) / 2);
      const row = firstFrom.get(middle, end);
      const found = row === undefined ? null : asRow(row);
      if (!found || asNumber(found[1]) > keptAfter) high = middle;
      else low = asNumber(found[0]) + 1;
    }
    return low;
  }
  function collect(statement: Statement, from: number, to: number, ask: SpoolAsk, steadyMs: number): Page {
    const entries: SpoolEntry[] = [];
    const damaged: Head[] = [];
    let bytes = 0;
    for (const row of statement.iterate(from, to, steadyMs, ask.limit)) {
      const { entry, whole } = toEntry(row, ask.stream);
      if (!whole) {
        damaged.push(headOf(entry));
        continue;
      }
      bytes += entry.message.payload.byteLength;
      if (entries.length > 0 && bytes > ask.maxBytes) break;
      entries.push(entry);
    }
    return { entries, damaged };
  }
  return {
    heads: (stream, from, limit) => range.all(from, rangeOf(stream)[1], limit).map(toHead),
    due: (steadyMs, limit) => (indexed() ? due.all(steadyMs, limit).map(toHead) : []),
    between: (first, last) => range.all(first, last, -1).map(toHead),
    measure(first, last) {
      const row = asRow(sums.get(first, last));
      return [asNumber(row[0]), asNumber(row[1])];
    },
    remove(heads) {
      for (const [first, last] of runsOf(heads.map((head) => head.id))) remove.run(first, last);
    },
    removeRange: (first, last) => void remove.run(first, last),
    page(ask, stream, steadyMs, keptAfter) {
      const [first, last] = rangeOf(stream);
      const alive = keptAfter === Number.NEGATIVE_INFINITY ? idOf(stream, 0) : firstKeptAfter(stream, keptAfter);
      const from = Math.max(first, alive, (ask.from === 'oldest' ? (ask.after ?? -1) : -1) + 1);
      const to = Math.min(
        last,
        (ask.from === 'newest' ? (ask.before ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY) - 1,
      );
      return collect(ask.from === 'oldest' ? rising : falling, from, to, ask, steadyMs);
    },
  };
}
