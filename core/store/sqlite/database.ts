import Sqlite, { type Database } from 'better-sqlite3';
import { GatewayError } from '../../base/errors.ts';
import { isDamage } from './faults.ts';

/** One numbered step of a database's shape. Never changed once released; later steps build on it. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
  /** What depends on the rows that are there, in the same transaction. */
  readonly after?: (db: Database) => void;
}

export interface OpenOptions {
  readonly synchronous: 'FULL' | 'NORMAL';
  readonly migrations: readonly Migration[];
  readonly walPages: number;
  /** Hears every statement; for tests. */
  readonly onStatement?: (sql: unknown) => void;
}

const PAGE_BYTES = 4096;

/**
 * Runs the steps that are missing, each in its own transaction.
 * Rejects a database of a newer version with `store/newer`: its rows may mean something this version does not know.
 */
export function migrate(db: Database, file: string, migrations: readonly Migration[]): void {
  const known = migrations.at(-1)?.version ?? 0;
  const found = Number(db.pragma('user_version', { simple: true }));
  if (found > known) {
    throw new GatewayError('store/newer', `${file} has version ${found}; this gateway knows versions up to ${known}.`, {
      details: { file, found, known },
    });
  }
  for (const migration of migrations) {
    if (migration.version <= found) continue;
    db.transaction(() => {
      db.exec(migration.sql);
      migration.after?.(db);
      db.pragma(`user_version = ${migration.version}`);
    }).immediate();
  }
}

/** Opens or makes a database in WAL mode. Throws `store/damaged` naming the file, `store/newer`, or SQLite's own error. */
export function openDatabase(file: string, options: OpenOptions): Database {
  const verbose = options.onStatement;
  const db = new Sqlite(file, { timeout: 5000, ...(verbose ? { verbose } : {}) });
  try {
    db.pragma(`page_size = ${PAGE_BYTES}`);
    db.pragma('auto_vacuum = INCREMENTAL'); // before the first table: it cannot be turned on later
    db.pragma('journal_mode = WAL');
    db.pragma(`synchronous = ${options.synchronous}`);
    db.pragma('foreign_keys = ON');
    db.pragma('temp_store = MEMORY');
    db.pragma('cache_size = -4000');
    db.pragma(`wal_autocheckpoint = ${options.walPages}`);
    db.pragma(`journal_size_limit = ${options.walPages * PAGE_BYTES}`);
    migrate(db, file, options.migrations);
    return db;
  } catch (error) {
    db.close();
    throw isDamage(error) ? damaged(file, error) : error; // a step that fails is the step's fault: the rows are good
  }
}

export const damaged = (file: string, cause: unknown): GatewayError =>
  new GatewayError('store/damaged', `The database ${file} is damaged.`, { cause, details: { file } });

/** A table that is not there though every step was taken. A missing column may be a step's fault, and is no damage. */
const isMissing = (error: unknown): boolean => error instanceof Error && /^no such table/.test(error.message);

/** Prepares statements on an opened database and closes it if that fails. Here a table that is not there is damage too. */
export function setUp<T>(db: Database, file: string, prepare: (db: Database) => T): T {
  try {
    return prepare(db);
  } catch (error) {
    db.close();
    throw isMissing(error) || isDamage(error) ? damaged(file, error) : error;
  }
}

/** Gives up to `pages` free pages back to the disk. */
export function giveBack(db: Database, pages: number): void {
  db.pragma(`incremental_vacuum(${pages})`);
}
