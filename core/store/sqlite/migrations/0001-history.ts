import type { Migration } from '../database.ts';

/**
 * Samples lie in the order of a trend: series, then time; `n` tells apart samples of one millisecond.
 * A boolean has both `num` (0 or 1) and `text`; a bad value has neither. `quality` 0 good, 1 stale, 2 bad.
 */
export const history0001: Migration = {
  version: 1,
  name: 'history',
  sql: `
    CREATE TABLE series (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    CREATE TABLE samples (
      series INTEGER NOT NULL,
      t INTEGER NOT NULL,
      n INTEGER NOT NULL,
      num REAL,
      text TEXT,
      quality INTEGER NOT NULL,
      PRIMARY KEY (series, t, n)
    ) WITHOUT ROWID;
    CREATE TABLE totals (id INTEGER PRIMARY KEY CHECK (id = 1), samples INTEGER NOT NULL);
    INSERT INTO totals VALUES (1, 0);`,
};
