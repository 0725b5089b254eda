import type { Migration } from '../database.ts';

/** Delivery certificates; `n` counts up, so that the oldest can go. */
export const state0002: Migration = {
  version: 2,
  name: 'certificates',
  sql: `
    CREATE TABLE certificates (
      n INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      state TEXT NOT NULL,
      json TEXT NOT NULL
    );`,
};
