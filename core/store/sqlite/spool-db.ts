import type { Database } from 'better-sqlite3';
import type { Message } from '../../contract/message.ts';
import type { SpoolEntry, SpoolStats } from '../spool.ts';
import { asBytes, asNumber, asNumberOrNull, asRow, asText, asTextOrNull } from './cells.ts';
import { giveBack, type OpenOptions, openDatabase, setUp } from './database.ts';
import { spool0001 } from './migrations/0001-spool.ts';
import { flagsOf, inflate, sourceText } from './packing.ts';

export const SPOOL_MIGRATIONS = [spool0001];

const COLUMNS = 'topic, payload, flags, source, sequence, wall_ms, mono_ms, boot, hops, trace_id';
const ROWS_PER_STATEMENT = 64;
/** 4 MB at a time, so that appends do not wait long for it. */
const TIDY_PAGES = 1024;

/** The spool's tables. Every call is one transaction; what it throws is SQLite's own error and leaves nothing half done. */
export interface SpoolDb {
  /** Returns the id of the first message; the others follow without a gap. 0 when there are none. */
  commit(append: readonly Message[], ack: ArrayLike<number>): number;
  peek(after: number, limit: number, maxBytes: number): SpoolEntry[];
  stats(): SpoolStats;
  /** Gives the room of acknowledged messages back to the disk, the write-ahead log's too. */
  shrink(): void;
  /** Copies the write-ahead log into the database, and gives some free pages back. Returns whether more are free. */
  tidy(): boolean;
  close(): void;
}

interface Totals {
  appended: number;
  acknowledged: number;
  dropped: number;
  waiting: number;
  bytes: number;
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

function readTotals(db: Database): Totals {
  const row = asRow(db.prepare('SELECT appended, acknowledged, dropped, waiting, bytes FROM totals').raw().get());
  return {
    appended: asNumber(row[0]),
    acknowledged: asNumber(row[1]),
    dropped: asNumber(row[2]),
    waiting: asNumber(row[3]),
    bytes: asNumber(row[4]),
  };
}

function createInserter(db: Database): (messages: readonly Message[]) => number {
  const row = '(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)';
  const many = db.prepare(`INSERT INTO entries (${COLUMNS}) VALUES ${Array(ROWS_PER_STATEMENT).fill(row).join(', ')}`);
  const one = db.prepare(`INSERT INTO entries (${COLUMNS}) VALUES ${row}`);
  const addBoot = db.prepare('INSERT INTO boots (boot) VALUES (?) ON CONFLICT DO NOTHING');
  const findBoot = db.prepare('SELECT id FROM boots WHERE boot = ?').pluck();
  let bootId = '';
  let boot = 0;
  function bootOf(id: string): number {
    if (id === bootId && boot > 0) return boot;
    addBoot.run(id);
    boot = asNumber(findBoot.get(id));
    bootId = id;
    return boot;
  }
  function push(values: unknown[], message: Message): void {
    const { at } = message;
    values.push(message.topic, message.payload, flagsOf(message), sourceText(message), message.sequence);
    values.push(at.wallMs, at.monoMs, bootOf(at.bootId), message.hops, message.traceId ?? null);
  }
  return (messages) => {
    bootId = ''; // a transaction that was rolled back may have taken the row with it
    let last: number | bigint = 0;
    const whole = messages.length - (messages.length % ROWS_PER_STATEMENT);
    for (let start = 0; start < whole; start += ROWS_PER_STATEMENT) {
      const values: unknown[] = [];
      for (const message of messages.slice(start, start + ROWS_PER_STATEMENT)) push(values, message);
      last = many.run(values).lastInsertRowid;
    }
    for (const message of messages.slice(whole)) {
      const values: unknown[] = [];
      push(values, message);
      last = one.run(values).lastInsertRowid;
    }
    return Number(last) - messages.length + 1;
  };
}

function toEntry(row: unknown): SpoolEntry {
  const cell = asRow(row);
  const message = inflate({
    topic: asText(cell[1]),
    payload: asBytes(cell[2]),
    flags: asNumber(cell[3]),
    source: asText(cell[4]),
    sequence: asNumber(cell[5]),
    wallMs: asNumber(cell[6]),
    monoMs: asNumber(cell[7]),
    bootId: asText(cell[8]),
    hops: asNumber(cell[9]),
    traceId: asTextOrNull(cell[10]),
  });
  return { id: asNumber(cell[0]), message };
}

export type SpoolDbOptions = Pick<OpenOptions, 'walPages' | 'onStatement'>;

/** Opens the spool. Reads one row of totals and the first entry, however many wait. */
export function openSpoolDb(file: string, options: SpoolDbOptions): SpoolDb {
  const db = openDatabase(file, { ...options, synchronous: 'FULL', migrations: SPOOL_MIGRATIONS });
  return setUp(db, file, createSpoolDb);
}

type Commit = (append: readonly Message[], ack: ArrayLike<number>, totals: Totals) => [firstId: number, totals: Totals];

/** One transaction: the rows and the totals change together, so that the books balance on disk at any moment. */
function createCommit(db: Database): Commit {
  const insert = createInserter(db);
  const measure = db.prepare('SELECT count(*), coalesce(sum(length(payload)), 0) FROM entries WHERE id BETWEEN ? AND ?').raw();
  const remove = db.prepare('DELETE FROM entries WHERE id BETWEEN ? AND ?');
  const save = db.prepare('UPDATE totals SET appended = ?, acknowledged = ?, dropped = ?, waiting = ?, bytes = ?');
  const commit = db.transaction<Commit>((append, ack, totals) => {
    const next = { ...totals };
    for (const [first, last] of runsOf(ack)) {
      const row = asRow(measure.get(first, last));
      if (asNumber(row[0]) > 0) remove.run(first, last);
      next.acknowledged += asNumber(row[0]);
      next.waiting -= asNumber(row[0]);
      next.bytes -= asNumber(row[1]);
    }
    const firstId = append.length > 0 ? insert(append) : 0;
    for (const message of append) next.bytes += message.payload.byteLength;
    next.appended += append.length;
    next.waiting += append.length;
    save.run(next.appended, next.acknowledged, next.dropped, next.waiting, next.bytes);
    return [firstId, next];
  });
  return (append, ack, totals) => commit.immediate(append, ack, totals);
}

function createSpoolDb(db: Database): SpoolDb {
  const commit = createCommit(db);
  const oldest = db.prepare('SELECT wall_ms FROM entries ORDER BY id LIMIT 1').pluck();
  const page = db
    .prepare(
      `SELECT e.id, topic, payload, flags, source, sequence, wall_ms, mono_ms, b.boot, hops, trace_id
       FROM entries e JOIN boots b ON b.id = e.boot WHERE e.id > ? ORDER BY e.id LIMIT ?`,
    )
    .raw();
  const readOldest = (): number | null => asNumberOrNull(oldest.get() ?? null);
  let totals = readTotals(db);
  let oldestAt = readOldest();
  return {
    commit(append, ack) {
      const [firstId, next] = commit(append, ack, totals);
      totals = next;
      if (ack.length > 0 || oldestAt === null) oldestAt = readOldest();
      return firstId;
    },
    peek(after, limit, maxBytes) {
      const entries: SpoolEntry[] = [];
      let bytes = 0;
      for (const row of page.iterate(after, limit)) {
        const entry = toEntry(row);
        bytes += entry.message.payload.byteLength;
        if (entries.length > 0 && bytes > maxBytes) break;
        entries.push(entry);
      }
      return entries;
    },
    stats: () => ({
      count: totals.waiting,
      bytes: totals.bytes,
      oldestAt,
      appended: totals.appended,
      acknowledged: totals.acknowledged,
      dropped: totals.dropped,
    }),
    shrink() {
      giveBack(db, 100_000);
      db.pragma('wal_checkpoint(TRUNCATE)');
    },
    tidy() {
      giveBack(db, TIDY_PAGES);
      db.pragma('wal_checkpoint(PASSIVE)');
      return Number(db.pragma('freelist_count', { simple: true })) > 0;
    },
    close: () => db.close(),
  };
}
