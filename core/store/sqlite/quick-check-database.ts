import { statSync } from 'node:fs';
import Sqlite, { type Database } from 'better-sqlite3';
import { describe } from '../../base/errors.ts';
import { asRow, asText } from './cells.ts';
import { isDamage } from './faults.ts';

export type CheckResult =
  | { readonly state: 'sound' }
  | { readonly state: 'damaged'; readonly cause: string }
  /** The check itself did not work; nothing is known. */
  | { readonly state: 'failed'; readonly cause: string };

/** Up to this size SQLite's own check takes about a second, and holds up neither the copying of the log nor the end of the thread. */
const WHOLE_BYTES = 134_217_728;
const ROWS = 500;

/** The columns that a table is ordered by. */
function keyOf(db: Database, table: string): readonly string[] {
  const withoutRowId = db.prepare('SELECT wr FROM pragma_table_list WHERE name = ?').pluck().get(table) === 1;
  if (!withoutRowId) return ['rowid'];
  return db.prepare('SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk').pluck().all(table).map(asText);
}

/** Reads every row, some at a time, so that the log is free in between. What SQLite cannot read it throws. */
function walk(db: Database, table: string): void {
  const key = keyOf(db, table);
  const names = key.join(', ');
  const marks = key.map(() => '?').join(', ');
  const first = db.prepare(`SELECT ${names}, * FROM "${table}" ORDER BY ${names} LIMIT ${ROWS}`).raw();
  const next = db
    .prepare(`SELECT ${names}, * FROM "${table}" WHERE (${names}) > (${marks}) ORDER BY ${names} LIMIT ${ROWS}`)
    .raw();
  for (let rows = first.all(); rows.length > 0; ) {
    rows = next.all(asRow(rows.at(-1)).slice(0, key.length));
  }
}

/**
 * Whether a database that is in use is sound, on a connection of its own that only reads. A small one by SQLite's `quick_check`; a
 * large one in short steps, table by table: one reading of many minutes would keep the log from being copied, and it would grow.
 */
export function checkDatabase(file: string): CheckResult {
  let db: Database | null = null;
  try {
    db = new Sqlite(file, { readonly: true, fileMustExist: true, timeout: 5000 });
    const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").pluck();
    if (statSync(file).size > WHOLE_BYTES) for (const table of tables.all().map(asText)) walk(db, table);
    else {
      const found = asText(db.pragma('quick_check(1)', { simple: true }));
      if (found !== 'ok') return { state: 'damaged', cause: found };
    }
    return { state: 'sound' };
  } catch (error) {
    return { state: isDamage(error) ? 'damaged' : 'failed', cause: describe(error) };
  } finally {
    db?.close();
  }
}
