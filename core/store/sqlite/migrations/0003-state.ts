import type { Migration } from '../database.ts';

/**
 * What is kept for functions: their state, the events that they failed on, and the events that a person tries them with. The id of a
 * value in `function_state` is its revision: it is made anew with every change and, by AUTOINCREMENT, never used twice. Each table has
 * rows of a shape of its own, by which the salvage knows them.
 */
export const state0003: Migration = {
  version: 3,
  name: 'functions',
  sql: `
    CREATE TABLE function_state (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      owner TEXT NOT NULL,
      key TEXT NOT NULL,
      json TEXT NOT NULL,
      bytes INTEGER NOT NULL,
      UNIQUE (owner, key)
    );
    CREATE TABLE failed_events (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      function TEXT NOT NULL,
      version INTEGER NOT NULL,
      request_id TEXT,
      context TEXT,
      attempts INTEGER NOT NULL,
      code TEXT NOT NULL,
      error TEXT NOT NULL,
      stack TEXT NOT NULL,
      failed_ms REAL NOT NULL,
      bytes INTEGER NOT NULL,
      topic TEXT NOT NULL,
      payload BLOB NOT NULL,
      flags INTEGER NOT NULL,
      source TEXT NOT NULL,
      sequence INTEGER NOT NULL,
      wall_ms REAL NOT NULL,
      mono_ms REAL NOT NULL,
      boot TEXT NOT NULL,
      hops INTEGER NOT NULL,
      trace_id TEXT,
      expiry_ms REAL
    );
    CREATE INDEX failed_events_function ON failed_events (function, id);
    CREATE TABLE test_events (
      id INTEGER PRIMARY KEY,
      function TEXT NOT NULL,
      name TEXT NOT NULL,
      topic TEXT NOT NULL,
      payload BLOB NOT NULL,
      saved_ms REAL NOT NULL,
      UNIQUE (function, name)
    );`,
};
