import { copyFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SpoolAsk, SteadyTime } from '../../../core/store/spool.ts';
import { createBooks, newBook } from '../../../core/store/spool-books.ts';
import { createKeeper } from '../../../core/store/spool-keeper.ts';
import { openDatabase } from '../../../core/store/sqlite/database.ts';
import { spool0001 } from '../../../core/store/sqlite/migrations/0001-spool.ts';
import { openSpoolDb, type SpoolDb } from '../../../core/store/sqlite/spool-db.ts';
import { packAppends } from '../../../core/store/sqlite/spool-place.ts';
import type { SpoolDbOptions } from '../../../core/store/sqlite/spool-tools.ts';
import { spoolMessage, spoolPlan, streamPlan } from '../../conformance/spool.suite.ts';
import { type Folder, openStore, tempFolder } from './store-under-test.ts';

const LIFE: SteadyTime = { steadyMs: 1000, wallMs: 1_767_225_600_000, trust: 'synced' };
const ALL: SpoolAsk = { stream: 'rest', from: 'oldest', limit: 100, maxBytes: 1e9 };

describe('a spool that is not quite as it was left', () => {
  let folder: Folder;
  const opened: SpoolDb[] = [];
  beforeEach(() => {
    folder = tempFolder();
  });
  afterEach(() => {
    for (const db of opened.splice(0)) db.close();
    folder.remove();
  });
  const file = (): string => join(folder.path, 'spool.db');
  function open(options: Partial<SpoolDbOptions> = {}): SpoolDb {
    for (const db of opened.splice(0)) db.close();
    const db = openSpoolDb(file(), { walPages: 1000, ...options });
    opened.push(db);
    return db;
  }
  function append(
    db: SpoolDb,
    stream: string,
    count: number,
    ack: readonly number[] = [],
    life = LIFE,
    expiresInMs: number | null = null,
  ) {
    const messages = Array.from({ length: count }, (_, n) => spoolMessage(n + 1));
    return db.commit({ append: packAppends([{ messages, stream, expiresInMs }]), ack, life }).firstIds[0] ?? 0;
  }
  function expectBalanced(db: SpoolDb): void {
    for (const { name, appended, acknowledged, deadLettered, count, dropped } of db.stats().streams) {
      const lost = Object.values(dropped).reduce((sum, one) => sum + one, 0);
      expect([name, acknowledged + deadLettered + count + lost]).toEqual([name, appended]);
    }
  }

  it('keeps the books of a number that goes to another stream apart, also over a restart', () => {
    const options = { streamNumbers: 2 };
    const db = open(options);
    db.configure(spoolPlan([streamPlan('old', { maxMessages: 3 })]));
    const first = append(db, 'old', 5);
    append(db, 'rest', 1, [first + 2, first + 3, first + 4]);
    db.configure(spoolPlan([streamPlan('new')]));
    append(db, 'new', 2);
    expectBalanced(db);
    const before = db.stats();
    const again = open(options);
    expectBalanced(again);
    expect(again.stats().streams).toEqual(before.streams);
  });

  it('says rightly which message of the rest is oldest when the rest takes over books in the commit that shortens it', () => {
    const db = open({ streamNumbers: 2 });
    const first = append(db, 'rest', 1);
    const other = append(db, 'old', 1);
    append(db, 'rest', 1, [other], { ...LIFE, steadyMs: 5000 });
    append(db, 'new', 1, [first], { ...LIFE, steadyMs: 6000 });
    expect(db.stats().streams.find(({ name }) => name === 'rest')?.oldestKeptAt).toBe(5000);
  });

  it('delivers a message whose boot is not listed any more', () => {
    const db = open();
    append(db, 'rest', 3);
    const raw = new Sqlite(file());
    raw.prepare('UPDATE entries SET boot = 77 WHERE id = 2').run();
    raw.close();
    expect(db.peek(ALL, LIFE).map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  it('ends where the books say more than there is', () => {
    const book = { ...newBook(0, 'rest'), count: 10, bytes: 100 };
    let asked = 0;
    const keeper = createKeeper(createBooks([book]), {
      heads: () => {
        asked += 1;
        if (asked > 10_000) throw new Error('asks for ever');
        return [];
      },
      due: () => [],
      remove: () => {},
      lose: () => {},
    });
    keeper.configure(spoolPlan([streamPlan('rest', { maxMessages: 5 })]));
    expect(keeper.enforce([book], 100)).toBe(true);
  });

  it('finds what expires once a backlog of the first version is small', () => {
    const old = openDatabase(file(), { synchronous: 'FULL', walPages: 1000, migrations: [spool0001] });
    old.exec(`INSERT INTO boots VALUES (1, 'b');
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10100)
      INSERT INTO entries SELECT i, 't', x'00', 0, 'device:d', i, 0, 0, 1, 0, NULL FROM n;
      UPDATE totals SET appended = 10100, waiting = 10100, bytes = 10100;`);
    old.close();
    const db = open();
    append(db, 'rest', 2, [], LIFE, 1000);
    db.commit({ append: null, ack: Array.from({ length: 10_100 }, (_, n) => n + 1), life: LIFE });
    db.sweep({ ...LIFE, steadyMs: 60_000 });
    expect(db.stats().streams[0]).toMatchObject({ count: 0, dropped: { expired: 2 } });
  });

  it.each([
    ['emptied', (path: string) => truncateSync(path, 0)],
    ['removed', (path: string) => rmSync(path)],
  ])('brings back what the log holds when the file itself was %s', async (_, lose) => {
    const one = await openStore(folder.path, {});
    const store = join(folder.path, 'store');
    await one.store.spool.append([spoolMessage(1), spoolMessage(2)], 'rest');
    for (const tail of ['', '-wal']) copyFileSync(join(store, `spool.db${tail}`), join(store, `saved${tail}`));
    await one.store.stop();
    for (const tail of ['', '-wal']) copyFileSync(join(store, `saved${tail}`), join(store, `spool.db${tail}`));
    lose(join(store, 'spool.db'));
    const two = await openStore(folder.path, {});
    try {
      expect(two.store.condition().movedAside).toHaveLength(1);
      await expect.poll(() => two.store.spool.stats().count, { timeout: 5000 }).toBe(2);
    } finally {
      await two.store.stop();
    }
  });
});
