import type { Migration } from '../database.ts';

/**
 * What is needed to forget sources that have not sent for long. `began`: the custody number after which the source began when its row
 * was made. `used_ms`: steady time of its last message; 0: not known.
 */
export const spool0003: Migration = {
  version: 3,
  name: 'sources',
  sql: `
    ALTER TABLE sources ADD COLUMN began INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE sources ADD COLUMN used_ms REAL NOT NULL DEFAULT 0;`,
};
