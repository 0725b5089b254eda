import { TextDecoder } from 'node:util';
import type { Database } from 'better-sqlite3';
import type { Message } from '../../contract/message.ts';
import type { TrendPoint } from '../../contract/views.ts';
import { asNumber, asNumberOrNull, asRow, asTextOrNull } from './cells.ts';
import { giveBack, openDatabase, setUp } from './database.ts';
import { type Sample, samplesOf } from './history-values.ts';
import { history0001 } from './migrations/0001-history.ts';
import type { Input, Output, Recorded } from './protocol.ts';

export const HISTORY_MIGRATIONS = [history0001];

const ROWS_PER_STATEMENT = 64;
const MAX_SERIES = 20_000;
const MAX_BUCKETS = 10_000;
const PRUNE_ROWS = 5000;
/** Tells apart samples of one millisecond; small, so that it takes three bytes at most. */
const N_LIMIT = 1_048_576;

/** The history's tables. Every call is one short transaction. */
export interface HistoryDb {
  record(messages: readonly Message[]): Recorded;
  trend(ask: Input<'trend'>): TrendPoint[];
  prune(limits: Input<'prune'>): Output<'prune'>;
  move(span: Input<'move'>): Output<'move'>;
  checkpoint(): void;
  close(): void;
}

/** Numbers for series names. A name beyond the bound is not kept: topics with a counter in them would fill the memory. */
function createSeriesIndex(db: Database): { find(name: string): number | null; make(name: string): number | null } {
  const known = new Map<string, number>();
  const find = db.prepare('SELECT id FROM series WHERE name = ?').pluck();
  const add = db.prepare('INSERT INTO series (name) VALUES (?)');
  let count = asNumber(db.prepare('SELECT count(*) FROM series').pluck().get());
  const lookUp = (name: string): number | null => {
    const cached = known.get(name);
    if (cached !== undefined) return cached;
    const id = asNumberOrNull(find.get(name) ?? null);
    if (id !== null) known.set(name, id);
    return id;
  };
  return {
    find: lookUp,
    /** Outside the samples' transaction: the number then stays right whatever happens to the samples. */
    make(name) {
      const id = lookUp(name);
      if (id !== null || count >= MAX_SERIES) return id;
      const made = Number(add.run(name).lastInsertRowid);
      count += 1;
      known.set(name, made);
      return made;
    },
  };
}

const TREND = `
  WITH g AS (
    SELECT min(CAST((t - :from) / :width AS INTEGER), :buckets - 1) AS bucket,
      min(num) AS lo, max(num) AS hi, avg(num) AS mean, count(*) AS c, max(t) AS last_t
    FROM samples WHERE series = :series AND t BETWEEN :from AND :to GROUP BY bucket)
  SELECT g.bucket, lo, hi, mean, c, s.num, s.text FROM g
  JOIN samples s ON s.series = :series AND s.t = g.last_t
    AND s.n = (SELECT max(n) FROM samples WHERE series = :series AND t = g.last_t)
  ORDER BY g.bucket`;

function lastOf(num: number | null, text: string | null): TrendPoint['last'] {
  return num !== null && text !== null ? num === 1 : (num ?? text);
}

function createTrend(db: Database, find: (name: string) => number | null): HistoryDb['trend'] {
  const query = db.prepare(TREND).raw();
  return (ask) => {
    const series = find(ask.series);
    const buckets = Math.min(MAX_BUCKETS, Math.max(1, Math.floor(ask.buckets)));
    if (series === null || !(ask.to > ask.from)) return [];
    const width = (ask.to - ask.from) / buckets;
    const rows = query.all({ series, from: ask.from, to: ask.to, width, buckets });
    return rows.map((found) => {
      const row = asRow(found);
      return {
        at: ask.from + asNumber(row[0]) * width,
        min: asNumberOrNull(row[1]),
        max: asNumberOrNull(row[2]),
        avg: asNumberOrNull(row[3]),
        count: asNumber(row[4]),
        last: lastOf(asNumberOrNull(row[5]), asTextOrNull(row[6])),
      };
    });
  };
}

/** Removes at most `PRUNE_ROWS` of what is too old, and of the oldest share of time while there are too many. */
function createPrune(db: Database, total: { get(): number; add(by: number): void }): HistoryDb['prune'] {
  const all = db.prepare('SELECT id FROM series').pluck();
  const firstOf = db.prepare('SELECT min(t) FROM samples WHERE series = ?').pluck();
  const remove = db.prepare(
    `DELETE FROM samples WHERE series = :series AND t <= (
       SELECT max(t) FROM (SELECT t FROM samples WHERE series = :series AND t < :before ORDER BY t, n LIMIT :limit))`,
  );
  const newest = db.prepare('SELECT max(t) FROM samples WHERE series = ?').pluck();
  const allIds = (): number[] => all.all().map(asNumber);
  function edge(ids: readonly number[], read: typeof firstOf, pick: (a: number, b: number) => number): number | null {
    let found: number | null = null;
    for (const id of ids) {
      const t = asNumberOrNull(read.get(id) ?? null);
      if (t !== null) found = found === null ? t : pick(found, t);
    }
    return found;
  }
  /** Where to cut so that about as many go as are too many, if they are spread evenly. */
  function cutFor(ids: readonly number[], tooOld: number | null, maxRows: number): number {
    const before = tooOld ?? Number.MIN_SAFE_INTEGER;
    const excess = total.get() - maxRows;
    if (excess <= 0) return before;
    const first = edge(ids, firstOf, Math.min);
    const last = edge(ids, newest, Math.max);
    if (first === null || last === null) return before;
    return Math.max(before, Math.floor(first + ((last - first) * excess) / total.get()) + 1);
  }
  return (limits) => {
    const ids = allIds();
    const before = cutFor(ids, limits.before, limits.maxRows);
    const deleted = db.transaction(() => {
      let left = PRUNE_ROWS;
      for (const series of ids) {
        if (left <= 0) break;
        left -= remove.run({ series, before, limit: left }).changes;
      }
      total.add(left - PRUNE_ROWS);
      return PRUNE_ROWS - left;
    })();
    giveBack(db, 512);
    return { deleted, more: deleted >= PRUNE_ROWS || (deleted > 0 && total.get() > limits.maxRows) };
  };
}

const MOVE_ROWS = 2000;

/** Moves at most `MOVE_ROWS` samples. A span that touches its target would be moved twice, and is left alone. */
function createMove(db: Database): HistoryDb['move'] {
  const all = db.prepare('SELECT id FROM series').pluck();
  const shift = db.prepare(
    `UPDATE OR REPLACE samples SET t = t + :byMs WHERE series = :series AND t BETWEEN :from AND (
       SELECT max(t) FROM (SELECT t FROM samples WHERE series = :series AND t BETWEEN :from AND :to ORDER BY t, n LIMIT :limit))`,
  );
  const step = db.transaction(({ from, to, byMs }: Input<'move'>) => {
    let left = MOVE_ROWS;
    for (const series of all.all().map(asNumber)) {
      if (left <= 0) break;
      left -= shift.run({ series, from, to, byMs: Math.round(byMs), limit: left }).changes;
    }
    return MOVE_ROWS - left;
  });
  return (span) => {
    if (!(span.to >= span.from) || Math.abs(span.byMs) <= span.to - span.from) return { moved: 0, more: false };
    const moved = step(span);
    return { moved, more: moved >= MOVE_ROWS };
  };
}

/** Opens the history. Throws `store/damaged`; the caller moves the file aside, because history is not acknowledged data. */
export function openHistoryDb(file: string, options: { readonly walPages: number }): HistoryDb {
  const db = openDatabase(file, { ...options, synchronous: 'NORMAL', migrations: HISTORY_MIGRATIONS });
  return setUp(db, file, createHistoryDb);
}

type Numbered = Sample & { readonly id: number };

function createWriter(db: Database, total: { add(by: number): void }): (samples: readonly Numbered[]) => number {
  const row = '(?, ?, ?, ?, ?, ?)';
  const insert = (rows: number) => db.prepare(`INSERT OR IGNORE INTO samples VALUES ${Array(rows).fill(row).join(', ')}`);
  const many = insert(ROWS_PER_STATEMENT);
  const one = insert(1);
  let n = 0;

  function values(samples: readonly Numbered[]): unknown[] {
    const out: unknown[] = [];
    for (const sample of samples) {
      n = (n + 1) % N_LIMIT;
      out.push(sample.id, sample.at, n, sample.num, sample.text, sample.quality);
    }
    return out;
  }
  const write = db.transaction((samples: readonly Numbered[]) => {
    const whole = samples.length - (samples.length % ROWS_PER_STATEMENT);
    let rows = 0;
    for (let at = 0; at < whole; at += ROWS_PER_STATEMENT) {
      rows += many.run(values(samples.slice(at, at + ROWS_PER_STATEMENT))).changes;
    }
    for (const sample of samples.slice(whole)) rows += one.run(values([sample])).changes;
    total.add(rows);
    return rows;
  });
  return (samples) => write.immediate(samples);
}

function createHistoryDb(db: Database): HistoryDb {
  const index = createSeriesIndex(db);
  const count = db.prepare('UPDATE totals SET samples = samples + ?');
  const readCount = db.prepare('SELECT samples FROM totals').pluck();
  const total = { get: () => asNumber(readCount.get()), add: (by: number) => void count.run(by) };
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const write = createWriter(db, total);
  return {
    record(messages) {
      const samples: Numbered[] = [];
      let ignored = 0;
      for (const message of messages) {
        const before = samples.length;
        for (const sample of samplesOf(message, decoder)) {
          const id = index.make(sample.series);
          if (id !== null) samples.push({ ...sample, id });
        }
        if (samples.length === before) ignored += 1;
      }
      return { rows: samples.length > 0 ? write(samples) : 0, ignored };
    },
    trend: createTrend(db, index.find),
    prune: createPrune(db, total),
    move: createMove(db),
    checkpoint: () => void db.pragma('wal_checkpoint(PASSIVE)'),
    close: () => db.close(),
  };
}
