import type { Migration } from '../database.ts';

/** What the local broker must not forget. `away_ms` is steady time, null while connected; `value` is opaque to the store. */
export const sessions0001: Migration = {
  version: 1,
  name: 'sessions',
  sql: `
    CREATE TABLE retained (
      id INTEGER PRIMARY KEY,
      topic TEXT NOT NULL UNIQUE,
      payload BLOB NOT NULL,
      qos INTEGER NOT NULL
    );
    CREATE TABLE subscriptions (
      id INTEGER PRIMARY KEY,
      client TEXT NOT NULL,
      filter TEXT NOT NULL,
      qos INTEGER NOT NULL,
      UNIQUE (client, filter)
    );
    CREATE TABLE sessions (
      id INTEGER PRIMARY KEY,
      client TEXT NOT NULL UNIQUE,
      away_ms REAL
    );
    CREATE TABLE records (
      id INTEGER PRIMARY KEY,
      client TEXT NOT NULL,
      key TEXT NOT NULL,
      value BLOB NOT NULL,
      UNIQUE (client, key)
    );`,
};
