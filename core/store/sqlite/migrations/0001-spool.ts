import type { Migration } from '../database.ts';

/** AUTOINCREMENT, so that an id is never used twice, even after the table was empty. `totals` saves counting rows at start. */
export const spool0001: Migration = {
  version: 1,
  name: 'spool',
  sql: `
    CREATE TABLE boots (id INTEGER PRIMARY KEY, boot TEXT NOT NULL UNIQUE);
    CREATE TABLE entries (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      topic TEXT NOT NULL,
      payload BLOB NOT NULL,
      flags INTEGER NOT NULL,
      source TEXT NOT NULL,
      sequence INTEGER NOT NULL,
      wall_ms REAL NOT NULL,
      mono_ms REAL NOT NULL,
      boot INTEGER NOT NULL,
      hops INTEGER NOT NULL,
      trace_id TEXT
    );
    CREATE TABLE totals (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      appended INTEGER NOT NULL,
      acknowledged INTEGER NOT NULL,
      dropped INTEGER NOT NULL,
      waiting INTEGER NOT NULL,
      bytes INTEGER NOT NULL
    );
    INSERT INTO totals VALUES (1, 0, 0, 0, 0, 0);`,
};
