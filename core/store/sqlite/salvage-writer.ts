import type { Database } from 'better-sqlite3';
import { indexOf, streamOf } from '../spool-ids.ts';
import { asNumberOrNull } from './cells.ts';
import type { OldBooks } from './salvage-books.ts';
import type { Cell } from './salvage-records.ts';
import type { SpoolRow } from './salvage-rows.ts';
import { SEED_MARGIN, unknownStream } from './salvage-seed.ts';
import { UNLISTED } from './spool-sources.ts';

/** Fills a row up to the width of today's table. */
export function createInsert(db: Database, table: string): (id: number | null, cells: readonly Cell[]) => boolean {
  const columns = db.pragma(`table_info(${table})`);
  if (!Array.isArray(columns)) throw new Error(`${table} has no columns`);
  const known = columns as readonly { name: string; dflt_value: string | null }[]; // what this pragma is documented to give
  const defaults = known.map(({ dflt_value }) => (dflt_value === null ? null : Number(dflt_value)));
  const names = known.map(({ name }) => name);
  const insert = db.prepare(`INSERT OR IGNORE INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`);
  return (id, cells) => insert.run(id, ...names.slice(1).map((_, at) => cells[at + 1] ?? defaults[at + 1] ?? null)).changes > 0;
}

export interface SalvageWriter {
  /** Returns whether the row is one of the waiting messages and was not there. */
  put(row: SpoolRow): boolean;
  /** Writes the sums of this slice. */
  flush(): void;
}

/** Writes rows and keeps the books; see `seedSpool` for how they stand before. */
export function createSalvageWriter(db: Database, books: OldBooks): SalvageWriter {
  const entry = createInsert(db, 'entries');
  const dead = createInsert(db, 'dead');
  const gap = createInsert(db, 'gaps');
  const boot = db.prepare('INSERT OR IGNORE INTO boots (id, boot) VALUES (?, ?)');
  const findStream = db.prepare('SELECT 1 FROM streams WHERE id = ?').pluck();
  const addStream = db.prepare('INSERT OR IGNORE INTO streams VALUES (?, ?, ?, 0, 0, 0, 0, 0, 0)');
  const pending = db.prepare("SELECT count FROM drops WHERE stream = ? AND reason = 'damaged'").pluck();
  const found = db.prepare("UPDATE drops SET count = count - ? WHERE stream = ? AND reason = 'damaged'");
  const stream = db.prepare(
    `UPDATE streams SET waiting = waiting + :count, bytes = bytes + :bytes, appended = appended + :extra,
       appended_bytes = appended_bytes + :extraBytes, next = max(next, :next) WHERE id = :id`,
  );
  const source = db.prepare(
    `INSERT INTO sources (name, custody, sequence)
       VALUES (:name, max(:custody + ${SEED_MARGIN}, (SELECT coalesce(max(custody), 0) FROM sources WHERE name = '${UNLISTED}')), :sequence)
     ON CONFLICT (name) DO UPDATE SET custody = CASE WHEN custody < :custody THEN excluded.custody ELSE custody END,
       sequence = max(sequence, excluded.sequence)`,
  );
  const totals = db.prepare('UPDATE dead_totals SET held = held + ?, bytes = bytes + ?, buried = buried + ?');
  const lostBefore = new Map(
    books.drops.filter(({ reason }) => reason === 'damaged').map(({ stream: id, count }) => [id, count]),
  );
  const exact = new Map(books.streams.map(({ id, expected }) => [id, expected !== null]));
  const knownBoots = new Set(books.boots.map(({ id }) => id));
  let sums = new Map<number, { count: number; bytes: number; next: number }>();
  let sources = new Map<string, [custody: number, sequence: number]>();
  let deadSums = { count: 0, bytes: 0 };

  function needBoot(cell: Cell | undefined): void {
    if (typeof cell !== 'number' || knownBoots.has(cell)) return;
    boot.run(cell, `unknown-${cell}`);
    knownBoots.add(cell);
  }
  function putEntry(id: number, cells: readonly Cell[], bytes: number): boolean {
    needBoot(cells[8]);
    if (!entry(id, cells)) return false;
    const number = streamOf(id);
    const sum = sums.get(number) ?? { count: 0, bytes: 0, next: 0 };
    sums.set(number, { count: sum.count + 1, bytes: sum.bytes + bytes, next: Math.max(sum.next, indexOf(id) + 1) });
    const [name, custody] = [cells[4], cells[11]];
    if (books.whole.sources || typeof name !== 'string' || typeof custody !== 'number') return true;
    const [before, sequence] = sources.get(name) ?? [0, 0];
    sources.set(name, [Math.max(before, custody), Math.max(sequence, Number(cells[5]))]);
    return true;
  }
  return {
    put(row) {
      if (row.table === 'entries') return putEntry(row.id, row.cells, row.bytes);
      if (row.table === 'gaps') gap(null, row.cells);
      else {
        needBoot(row.cells[11]);
        if (dead(row.id, row.cells)) deadSums = { count: deadSums.count + 1, bytes: deadSums.bytes + row.bytes };
      }
      return false;
    },
    flush() {
      for (const [id, { count, bytes, next }] of sums) {
        if (findStream.get(id) === undefined) addStream.run(id, unknownStream(id), 1);
        const open = exact.get(id) ? Math.max(0, (asNumberOrNull(pending.get(id) ?? null) ?? 0) - (lostBefore.get(id) ?? 0)) : 0;
        const ofExpected = Math.min(open, count);
        if (ofExpected > 0) found.run(ofExpected, id);
        const extra = count - ofExpected;
        stream.run({ id, count, bytes, extra, extraBytes: exact.get(id) ? 0 : bytes, next: exact.has(id) ? 0 : next });
      }
      for (const [name, [custody, sequence]] of sources) source.run({ name, custody, sequence });
      if (deadSums.count > 0) totals.run(deadSums.count, deadSums.bytes, deadSums.count);
      sums = new Map();
      sources = new Map();
      deadSums = { count: 0, bytes: 0 };
    },
  };
}
