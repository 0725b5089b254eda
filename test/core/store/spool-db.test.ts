import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '../../../core/contract/message.ts';
import type { SpoolAsk, SteadyTime } from '../../../core/store/spool.ts';
import { sumStats } from '../../../core/store/spool-books.ts';
import { idOf, streamOf } from '../../../core/store/spool-ids.ts';
import { openDatabase } from '../../../core/store/sqlite/database.ts';
import { spool0001 } from '../../../core/store/sqlite/migrations/0001-spool.ts';
import { openSpoolDb, type SpoolDb } from '../../../core/store/sqlite/spool-db.ts';
import { packAppends } from '../../../core/store/sqlite/spool-place.ts';
import { runsOf } from '../../../core/store/sqlite/spool-rows.ts';
import type { SpoolDbOptions } from '../../../core/store/sqlite/spool-tools.ts';
import { expectBalanced, spoolMessage, spoolPlan, streamPlan } from '../../conformance/spool.suite.ts';
import { type Folder, tempFolder } from './store-under-test.ts';

const LIFE: SteadyTime = { steadyMs: 1000, wallMs: 1_767_225_600_000, trust: 'synced' };
const ALL: SpoolAsk = { stream: 'rest', from: 'oldest', limit: 10_000, maxBytes: 1e9 };
const FAULT = { code: 'cloud/rejected', message: 'no', remedy: 'none', at: 5 } as const;

const append = (db: SpoolDb, messages: readonly Message[], stream = 'rest', ack: readonly number[] = []): number =>
  db.commit({ append: packAppends([{ messages, stream, expiresInMs: null }]), ack, life: LIFE }).firstIds[0] ?? 0;
const sums = (db: SpoolDb) => {
  const { streams, short, deadLetters } = db.stats();
  return sumStats(streams, short, deadLetters);
};
const topics = (db: SpoolDb, ask: Partial<SpoolAsk> = {}): string[] =>
  db.peek({ ...ALL, ...ask }, LIFE).map((entry) => entry.message.topic);
const batch = (count: number, payload: string | Uint8Array = 'x'): Message[] =>
  Array.from({ length: count }, (_, n) => spoolMessage(n + 1, payload));

describe('the spool database', () => {
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
  function open(options: Partial<SpoolDbOptions> = {}, path = file()): SpoolDb {
    const db = openSpoolDb(path, { walPages: 1000, ...options });
    opened.push(db);
    return db;
  }
  function reopen(options: Partial<SpoolDbOptions> = {}): SpoolDb {
    opened.pop()?.close();
    return open(options);
  }
  /** Changes the file behind the spool's back. */
  function behind<T>(work: (db: Sqlite.Database) => T): T {
    const raw = new Sqlite(file());
    try {
      return work(raw);
    } finally {
      raw.close();
    }
  }

  it('opens 200,000 waiting messages with the same few statements as none', () => {
    const empty: string[] = [];
    const full: string[] = [];
    const hear = (list: string[]) => (sql: unknown) => void list.push(String(sql));
    const other = join(folder.path, 'other.db');
    open({}, other).close();
    opened.pop();
    open({ onStatement: hear(empty) }, other);
    const db = open();
    for (let round = 0; round < 50; round += 1) append(db, batch(4000));
    const again = reopen({ onStatement: hear(full) });
    const oldest = full.filter((sql) => /entries WHERE id BETWEEN/.test(sql));
    expect(oldest).toHaveLength(1);
    expect(oldest[0]).toMatch(/LIMIT 1(\.0)?$/);
    expect(full.filter((sql) => !oldest.includes(sql))).toEqual(empty);
    expect(full.filter((sql) => /entries/.test(sql) && !/schema/.test(sql))).toEqual(oldest);
    expect(sums(again)).toMatchObject({ count: 200_000, bytes: 200_000, appended: 200_000 });
  });

  it('leaves nothing behind of a commit that fails half way', () => {
    const db = open();
    append(db, [spoolMessage(1)]);
    const before = sums(db);
    const broken = packAppends([{ messages: [spoolMessage(2), spoolMessage(3)], stream: 'new', expiresInMs: null }]);
    // a text no driver can bind stands for any fault in the middle of a transaction
    const texts = broken.messages.texts.map((text) => (text === 't/3' ? (Symbol('no text') as unknown as string) : text));
    const pack = { ...broken, messages: { ...broken.messages, texts } };
    expect(() => db.commit({ append: pack, ack: [1], life: LIFE })).toThrow();
    expect(sums(db)).toEqual(before);
    expect(topics(db)).toEqual(['t/1']);
    append(db, [spoolMessage(2)], 'new', [1]);
    expect(db.peek({ ...ALL, stream: 'new' }, LIFE)[0]).toMatchObject({ id: idOf(1, 1), custody: 1 });
    expectBalanced(sums(reopen()));
  });

  it('gives the room of acknowledged messages back to the disk', () => {
    const db = open({ walPages: 100 });
    const first = append(db, batch(500, new Uint8Array(4000)));
    db.commit({ append: null, ack: Array.from({ length: 500 }, (_, n) => first + n), life: LIFE });
    db.shrink();
    expect(behind((raw) => Number(raw.pragma('page_count', { simple: true })))).toBeLessThan(40);
  });

  it('makes runs that hold exactly the ids given', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 })), (ids) => {
        const covered = runsOf(ids).flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, n) => first + n));
        expect(covered).toEqual([...new Set(ids)].sort((a, b) => a - b));
      }),
    );
  });

  it('keeps the time of the last commit', () => {
    const db = open();
    expect(db.life).toBeNull();
    append(db, [spoolMessage(1)]);
    expect(reopen().life).toEqual(LIFE);
  });

  it('gives the number of an empty stream that is in no plan to a new one, and never an id twice', () => {
    const db = open({ streamNumbers: 3 });
    db.configure(spoolPlan([streamPlan('planned')]));
    append(db, [spoolMessage(1)], 'planned');
    const old = append(db, [spoolMessage(2)], 'old');
    expect(append(db, [spoolMessage(3)], 'late')).toBe(idOf(0, 1)); // no number is free: it goes to the rest
    db.commit({ append: null, ack: [old, idOf(1, 1)], life: LIFE });
    db.takeChange();
    expect(append(db, [spoolMessage(4)], 'late')).toBe(old + 1);
    expect(db.takeChange()).toMatchObject({ gone: ['old'] });
    for (const one of [db, reopen({ streamNumbers: 3 })]) {
      const stats = sums(one);
      expect(stats.streams.map(({ name, appended }) => [name, appended])).toEqual([
        ['rest', 2],
        ['planned', 1],
        ['late', 1],
      ]);
      expectBalanced(stats);
    }
  });

  it('takes a row with a flipped bit out, counts it and explains its number', () => {
    const db = open();
    append(db, batch(5, 'sound'));
    behind((raw) => raw.prepare("UPDATE entries SET payload = CAST('sounD' AS BLOB) WHERE id IN (2, 3)").run());
    expect(topics(db, { from: 'newest', limit: 3 })).toEqual(['t/5', 't/4']);
    expect(topics(db)).toEqual(['t/1', 't/4', 't/5']);
    expect(sums(db)).toMatchObject({ count: 3, dropped: { damaged: 2 } });
    expect(db.gaps('device:meter:2', 1, 1, 9)).toMatchObject([{ first: 1, last: 1, reason: 'damaged' }]);
    expectBalanced(sums(reopen()));
  });

  it('evicts the oldest dead letters beyond their bounds', () => {
    const db = open({ deadBounds: { maxMessages: 3, maxBytes: 1000 } });
    const first = append(db, batch(5, 'x'));
    db.bury(
      [0, 1, 2, 3, 4].map((n) => first + n),
      FAULT,
      'cloud',
      LIFE,
    );
    expect(db.dead.list(null, 9).map((one) => one.entry)).toEqual([first + 4, first + 3, first + 2]);
    const large = append(db, [spoolMessage(9, new Uint8Array(999))]);
    db.bury([large], FAULT, 'cloud', LIFE);
    expect(sums(reopen()).deadLetters).toEqual({ held: 2, bytes: 1000, buried: 6, retried: 0, discarded: 0, evicted: 4 });
  });

  it('retries all or nothing', () => {
    const db = open();
    const first = append(db, batch(3));
    db.bury([first, first + 1], FAULT, 'cloud', LIFE);
    db.configure(spoolPlan([streamPlan('rest', { maxMessages: 2, whenFull: 'reject-newest' })]));
    expect(() => db.retry(null, null, LIFE)).toThrow(expect.objectContaining({ code: 'outbox/full' }));
    expect(sums(db)).toMatchObject({ count: 1, deadLetters: { held: 2, retried: 0 } });
    db.commit({ append: null, ack: [first + 2], life: LIFE });
    expect(db.retry(null, null, LIFE)).toBe(2);
    expect(topics(db)).toEqual(['t/1', 't/2']);
  });

  it('keeps at most 10,000 gaps, and every lost number stays in one', () => {
    const db = open();
    const one = { kind: 'device', id: 'pump' } as const;
    let lost = 0;
    for (let round = 0; round < 6; round += 1) {
      const first = append(
        db,
        batch(4000).map((message) => ({ ...message, source: one })),
      );
      // every second one is refused: no two numbers lie side by side
      const ids = Array.from({ length: 2000 }, (_, n) => first + 2 * n);
      lost += ids.length;
      db.bury(ids, FAULT, 'cloud', LIFE);
    }
    const gaps = db.gaps('device:pump', 1, 1e9, 1e6);
    expect(gaps.length).toBeLessThanOrEqual(10_000);
    expect(gaps.reduce((sum, gap) => sum + gap.count, 0)).toBe(lost);
    expect(gaps.every((gap, index) => index === 0 || gap.first > (gaps[index - 1]?.last ?? 0))).toBe(true);
  });

  it('removes in small steps what is over a lowered limit, and what expired', () => {
    const db = open();
    for (let round = 0; round < 10; round += 1) append(db, batch(1000), 'a');
    for (let round = 0; round < 5; round += 1) append(db, batch(1000), 'b');
    db.configure(spoolPlan([streamPlan('a', { maxMessages: 500 }), streamPlan('b', { maxAgeMs: 5000 })]));
    const late = { ...LIFE, steadyMs: 7000 };
    expect(db.peek({ ...ALL, stream: 'b' }, late)).toEqual([]);
    const counts: number[] = [];
    for (let more = true; more; ) {
      more = db.sweep(late);
      counts.push(sums(db).count);
    }
    expect(counts.length).toBeGreaterThan(4);
    expect(counts.at(-1)).toBe(500);
    expect(sums(db).dropped).toEqual({ limit: 9500, expired: 5000 });
    expectBalanced(sums(reopen()));
  });

  it('takes over a spool of version 1 with its backlog, its ids and its books', () => {
    const old = openDatabase(file(), { synchronous: 'FULL', walPages: 100, migrations: [spool0001] });
    old.exec(`
      INSERT INTO boots VALUES (1, 'boot-x');
      INSERT INTO entries VALUES (41, 'a', 'one', 1, 'device:d', 7, 1000, 5, 1, 0, NULL), (42, 'b', 'two', 0, 'device:d', 8, 1001, 6, 1, 0, 't');
      DELETE FROM entries WHERE id = 40;
      UPDATE totals SET appended = 45, acknowledged = 40, dropped = 3, waiting = 2, bytes = 6;
      UPDATE sqlite_sequence SET seq = 45;`);
    // the driver binds texts: what version 1 wrote were bytes
    old.exec('UPDATE entries SET payload = CAST(payload AS BLOB)');
    old.close();
    const db = open();
    expect(sums(db)).toMatchObject({ count: 2, bytes: 6, appended: 45, acknowledged: 40, dropped: { limit: 3 }, oldestAt: 1000 });
    expectBalanced(sums(db));
    db.configure(spoolPlan([], { maxAgeMs: 10 }));
    db.sweep({ ...LIFE, steadyMs: 1e12 }); // nobody knows how old they are: they are sent
    const found = db.peek(ALL, { ...LIFE, steadyMs: 1e12 });
    expect(found.map((entry) => [entry.id, entry.custody, entry.message.topic, entry.message.sequence])).toEqual([
      [41, 0, 'a', 7],
      [42, 0, 'b', 8],
    ]);
    db.configure(spoolPlan());
    expect(append(db, [spoolMessage(1)])).toBe(46);
    db.commit({ append: null, ack: [41, 42], life: LIFE });
    db.bury([46], FAULT, 'cloud', LIFE);
    expect(db.gaps('device:d', 0, 100, 9)).toEqual([]);
    expectBalanced(sums(reopen()));
    expect(streamOf(41)).toBe(0);
  });

  it('never uses an id of version 1 twice where nothing waited', () => {
    const old = openDatabase(file(), { synchronous: 'FULL', walPages: 100, migrations: [spool0001] });
    old.exec(`INSERT INTO entries VALUES (7, 'a', 'x', 1, 'd:d', 7, 1, 5, 1, 0, NULL); DELETE FROM entries;
      UPDATE totals SET appended = 7, acknowledged = 7`);
    old.close();
    expect(append(open(), [spoolMessage(1)])).toBe(8);
  });
});
