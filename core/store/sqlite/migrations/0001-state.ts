import type { Migration } from '../database.ts';

export const state0001: Migration = {
  version: 1,
  name: 'state',
  sql: `
    CREATE TABLE versions (
      version INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL,
      text TEXT NOT NULL,
      files TEXT NOT NULL,
      hash TEXT NOT NULL,
      applied_at INTEGER NOT NULL,
      by TEXT NOT NULL,
      note TEXT NOT NULL,
      state TEXT NOT NULL,
      devices INTEGER NOT NULL,
      functions INTEGER NOT NULL,
      subscriptions INTEGER NOT NULL
    );
    CREATE TABLE figures (key TEXT PRIMARY KEY, value REAL NOT NULL) WITHOUT ROWID;`,
};
