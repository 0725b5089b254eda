import type { Migration } from '../database.ts';

const ENTRIES = `
  DROP TABLE entries;
  CREATE TABLE entries (
    id INTEGER PRIMARY KEY,
    topic TEXT NOT NULL,
    payload BLOB NOT NULL,
    flags INTEGER NOT NULL,
    source TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    wall_ms REAL NOT NULL,
    mono_ms REAL NOT NULL,
    boot INTEGER NOT NULL,
    hops INTEGER NOT NULL,
    trace_id TEXT,
    custody INTEGER NOT NULL DEFAULT 0,
    kept_ms REAL NOT NULL DEFAULT 0,
    expires_ms REAL,
    crc INTEGER
  );`;

/**
 * Streams, custody, expiry, dead letters. An entry's id is `stream * 2^40 + n`, so that the entries of a stream lie together and
 * one range of ids is one stream in order; ids of version 1 are those of stream 0, `rest`. `kept_ms` and `expires_ms` are steady
 * time. `drops` and `streams` hold the books, changed with the rows in one transaction. `crc` (see `entry-crc.ts`) tells a row that
 * is whole from one with a flipped bit, which SQLite cannot; null: not known. The index by expiry is made once few entries wait
 * (`indexExpiry`): here it would read all of a large backlog.
 */
export const spool0002: Migration = {
  version: 2,
  name: 'streams',
  sql: `
    CREATE TABLE streams (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      next INTEGER NOT NULL,
      appended INTEGER NOT NULL,
      appended_bytes INTEGER NOT NULL,
      acknowledged INTEGER NOT NULL,
      dead INTEGER NOT NULL,
      waiting INTEGER NOT NULL,
      bytes INTEGER NOT NULL
    );
    INSERT INTO streams
      SELECT 0, 'rest', 1 + max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'entries'), 0), coalesce((SELECT max(id) FROM entries), 0)),
        appended, bytes, acknowledged, 0, waiting, bytes FROM totals;
    CREATE TABLE drops (
      stream INTEGER NOT NULL,
      reason TEXT NOT NULL,
      count INTEGER NOT NULL,
      PRIMARY KEY (stream, reason)
    ) WITHOUT ROWID;
    INSERT INTO drops SELECT 0, 'limit', dropped FROM totals WHERE dropped > 0;
    DROP TABLE totals;
    CREATE TABLE sources (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      custody INTEGER NOT NULL,
      sequence INTEGER NOT NULL
    );
    ALTER TABLE entries ADD COLUMN custody INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE entries ADD COLUMN kept_ms REAL NOT NULL DEFAULT 0;
    ALTER TABLE entries ADD COLUMN expires_ms REAL;
    ALTER TABLE entries ADD COLUMN crc INTEGER;
    CREATE TABLE gaps (
      id INTEGER PRIMARY KEY,
      source TEXT NOT NULL,
      first INTEGER NOT NULL,
      last INTEGER NOT NULL,
      count INTEGER NOT NULL,
      reason TEXT NOT NULL,
      at_ms REAL NOT NULL
    );
    CREATE INDEX gaps_source ON gaps (source, last);
    CREATE TABLE dead (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      entry INTEGER NOT NULL,
      stream TEXT NOT NULL,
      destination TEXT NOT NULL,
      topic TEXT NOT NULL,
      payload BLOB NOT NULL,
      flags INTEGER NOT NULL,
      source TEXT NOT NULL,
      sequence INTEGER NOT NULL,
      wall_ms REAL NOT NULL,
      mono_ms REAL NOT NULL,
      boot INTEGER NOT NULL,
      hops INTEGER NOT NULL,
      trace_id TEXT,
      custody INTEGER NOT NULL,
      code TEXT NOT NULL,
      message TEXT NOT NULL,
      remedy TEXT NOT NULL,
      at_ms REAL NOT NULL
    );
    CREATE TABLE dead_totals (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      held INTEGER NOT NULL,
      bytes INTEGER NOT NULL,
      buried INTEGER NOT NULL,
      retried INTEGER NOT NULL,
      discarded INTEGER NOT NULL,
      evicted INTEGER NOT NULL
    );
    INSERT INTO dead_totals VALUES (1, 0, 0, 0, 0, 0, 0);
    CREATE TABLE life (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      steady_ms REAL NOT NULL,
      wall_ms REAL NOT NULL,
      trust TEXT NOT NULL
    );
    CREATE TABLE salvage (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      file TEXT NOT NULL,
      cursor INTEGER NOT NULL,
      state TEXT NOT NULL,
      started_ms REAL NOT NULL,
      expected INTEGER,
      salvaged INTEGER NOT NULL,
      lost INTEGER NOT NULL,
      exact INTEGER NOT NULL
    );`,
  // the streams give the ids now: AUTOINCREMENT would write one more page with every commit. A backlog is not copied for that.
  after(db) {
    if (db.prepare('SELECT 1 FROM entries LIMIT 1').get() === undefined) db.exec(ENTRIES);
  },
};
