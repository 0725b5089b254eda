import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Migration, openDatabase, setUp } from '../../../core/store/sqlite/database.ts';
import { HISTORY_MIGRATIONS } from '../../../core/store/sqlite/history-db.ts';
import { SPOOL_MIGRATIONS } from '../../../core/store/sqlite/spool-db.ts';
import { STATE_MIGRATIONS } from '../../../core/store/sqlite/state-db.ts';
import { type Folder, tempFolder } from './store-under-test.ts';

const ALL: [string, readonly Migration[], string[]][] = [
  [
    'spool',
    SPOOL_MIGRATIONS,
    ['boots', 'dead', 'dead_totals', 'drops', 'entries', 'gaps', 'life', 'salvage', 'sources', 'streams'],
  ],
  ['history', HISTORY_MIGRATIONS, ['samples', 'series', 'totals']],
  ['state', STATE_MIGRATIONS, ['certificates', 'failed_events', 'figures', 'function_state', 'test_events', 'versions']],
];

describe('migrations', () => {
  let folder: Folder;
  beforeEach(() => {
    folder = tempFolder();
  });
  afterEach(() => folder.remove());
  const open = (name: string, migrations: readonly Migration[]) =>
    openDatabase(join(folder.path, name), { synchronous: 'FULL', walPages: 100, migrations });

  it.each(ALL)('%s: numbered from 1 without a gap, and each step runs on the one before', (name, migrations, tables) => {
    expect(migrations.map((one) => one.version)).toEqual(migrations.map((_, index) => index + 1));
    for (let known = 1; known <= migrations.length; known += 1) open(name, migrations.slice(0, known)).close();
    const db = open(name, migrations);
    const found = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name");
    expect(found.pluck().all()).toEqual(tables);
    expect(db.pragma('user_version', { simple: true })).toBe(migrations.length);
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(db.pragma('auto_vacuum', { simple: true })).toBe(2);
    expect(db.pragma('synchronous', { simple: true })).toBe(2);
    db.close();
  });

  it('keeps the rows of a version before', () => {
    const first = { version: 1, name: 'one', sql: 'CREATE TABLE a (x); INSERT INTO a VALUES (7)' };
    open('x.db', [first]).close();
    const db = open('x.db', [first, { version: 2, name: 'two', sql: 'ALTER TABLE a ADD COLUMN y DEFAULT 8' }]);
    expect(db.prepare('SELECT x, y FROM a').raw().get()).toEqual([7, 8]);
    db.close();
  });

  it('leaves the version as it was when a step fails', () => {
    const first = { version: 1, name: 'one', sql: 'CREATE TABLE a (x)' };
    open('x.db', [first]).close();
    const bad = { version: 2, name: 'bad', sql: 'CREATE TABLE b (x); INSERT INTO b VALUES (1, 2)' };
    expect(() => open('x.db', [first, bad])).toThrow(/2 values/);
    const raw = new Sqlite(join(folder.path, 'x.db'));
    expect(raw.pragma('user_version', { simple: true })).toBe(1);
    expect(raw.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'b'").pluck().get()).toBe(0);
    raw.close();
  });

  it.each(['INSERT INTO nowhere VALUES (1)', 'UPDATE a SET y = 1', 'SELECT y FROM a'])(
    'does not call a good database damaged because of a faulty step: %s',
    (sql) => {
      const first = { version: 1, name: 'one', sql: 'CREATE TABLE a (x)' };
      open('x.db', [first]).close();
      expect(() => open('x.db', [first, { version: 2, name: 'bad', sql }])).toThrow(/^no such/);
    },
  );

  it('calls a database damaged that lacks a table after all steps, and not for a faulty statement', () => {
    const file = join(folder.path, 'x.db');
    const use = (sql: string) => {
      const db = open('x.db', [{ version: 1, name: 'one', sql: 'CREATE TABLE a (x)' }]);
      return setUp(db, file, () => db.prepare(sql));
    };
    expect(() => use('SELECT 1 FROM b')).toThrow(expect.objectContaining({ code: 'store/damaged' }));
    expect(() => use('SELECT y FROM a')).toThrow(/^no such column/);
    expect(() => use('SELEC')).toThrow(/syntax/);
  });

  it('refuses a database of a newer version and says which', () => {
    const raw = new Sqlite(join(folder.path, 'spool.db'));
    raw.pragma('user_version = 99');
    raw.close();
    expect(() => open('spool.db', SPOOL_MIGRATIONS)).toThrow(expect.objectContaining({ code: 'store/newer' }));
    expect(() => open('spool.db', SPOOL_MIGRATIONS)).toThrow(/version 99/);
  });
});
