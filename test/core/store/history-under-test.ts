import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { type HistoryDb, openHistoryDb } from '../../../core/store/sqlite/history-db.ts';
import { tempFolder } from './store-under-test.ts';

/** A history database of its own for each test of the file or suite; gives the one of now. */
export function historyUnderTest(): () => HistoryDb {
  let folder = { path: '', remove: (): void => {} };
  let db: HistoryDb | null = null;
  beforeEach(() => {
    folder = tempFolder();
    db = openHistoryDb(join(folder.path, 'history.db'), { walPages: 1000 });
  });
  afterEach(() => {
    db?.close();
    folder.remove();
  });
  return () => {
    if (db === null) throw new Error('there is a history only inside a test');
    return db;
  };
}
