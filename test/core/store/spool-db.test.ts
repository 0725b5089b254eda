import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSpoolDb, runsOf } from '../../../core/store/sqlite/spool-db.ts';
import { spoolMessage } from '../../conformance/spool.suite.ts';
import { type Folder, tempFolder } from './store-under-test.ts';

describe('the spool database', () => {
  let folder: Folder;
  beforeEach(() => {
    folder = tempFolder();
  });
  afterEach(() => folder.remove());
  const file = (): string => join(folder.path, 'spool.db');

  it('opens 200,000 waiting messages with the same few statements as none', () => {
    const empty: string[] = [];
    const full: string[] = [];
    const hear = (list: string[]) => (sql: unknown) => void list.push(String(sql));
    openSpoolDb(join(folder.path, 'other.db'), { walPages: 1000 }).close();
    openSpoolDb(join(folder.path, 'other.db'), { walPages: 1000, onStatement: hear(empty) }).close();
    const db = openSpoolDb(file(), { walPages: 1000 });
    const batch = Array.from({ length: 4000 }, (_, n) => spoolMessage(n, 'x'));
    for (let round = 0; round < 50; round += 1) db.commit(batch, []);
    db.close();
    const again = openSpoolDb(file(), { walPages: 1000, onStatement: hear(full) });
    expect(full).toEqual(empty);
    expect(full.filter((sql) => /entries/.test(sql) && !/LIMIT 1/.test(sql))).toEqual([]);
    expect(again.stats()).toMatchObject({ count: 200_000, bytes: 200_000, appended: 200_000 });
    again.close();
  });

  it('leaves nothing behind of a commit that fails half way', () => {
    const db = openSpoolDb(file(), { walPages: 1000 });
    db.commit([spoolMessage(1)], []);
    const broken = { ...spoolMessage(3), sequence: Symbol('no number') };
    // a message no driver can bind stands for any fault in the middle of a transaction
    expect(() => db.commit([spoolMessage(2), broken as unknown as ReturnType<typeof spoolMessage>], [1])).toThrow();
    expect(db.stats()).toMatchObject({ appended: 1, acknowledged: 0, count: 1 });
    expect(db.peek(0, 10, 1000).map((entry) => entry.message.topic)).toEqual(['t/1']);
    db.commit([spoolMessage(2)], [1]);
    expect(db.peek(0, 10, 1000)[0]?.message.at.bootId).toBe('boot-0');
    db.close();
  });

  it('gives the room of acknowledged messages back to the disk', () => {
    const db = openSpoolDb(file(), { walPages: 100 });
    const first = db.commit(
      Array.from({ length: 500 }, (_, n) => spoolMessage(n, new Uint8Array(4000))),
      [],
    );
    db.commit(
      [],
      Array.from({ length: 500 }, (_, n) => first + n),
    );
    db.shrink();
    db.close();
    const raw = new Sqlite(file(), { readonly: true });
    expect(Number(raw.pragma('page_count', { simple: true }))).toBeLessThan(30);
    raw.close();
  });

  it('makes runs that hold exactly the ids given', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 })), (ids) => {
        const covered = runsOf(ids).flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, n) => first + n));
        expect(covered).toEqual([...new Set(ids)].sort((a, b) => a - b));
      }),
    );
  });
});
