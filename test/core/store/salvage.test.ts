import { copyFileSync, existsSync, readdirSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isLogDamaged, openPages } from '../../../core/store/sqlite/salvage-pages.ts';
import { rowsOfPage } from '../../../core/store/sqlite/salvage-records.ts';
import { createSources } from '../../../core/store/sqlite/spool-sources.ts';
import {
  append,
  booksOf,
  buildSpool,
  flip,
  idsOf,
  isWhole,
  mapOf,
  open,
  overwrite,
  pagesOf,
  replace,
  rootOf,
  salvageOf,
} from './spool-under-salvage.ts';
import { type Folder, tempFolder } from './store-under-test.ts';

const JUNK = Buffer.alloc(4096, 0xa5);

describe('the salvage of a damaged spool', () => {
  let folder: Folder;
  let file: string;
  beforeEach(() => {
    folder = tempFolder();
    file = join(folder.path, 'spool.db');
  });
  afterEach(() => folder.remove());

  function readIds(page: number): number[] {
    const pages = openPages(file);
    const ids = rowsOfPage(pages, page).map(({ rowid }) => rowid);
    pages.close();
    return ids;
  }

  /** Replaces and salvages, with messages accepted before and in between. Returns what came back of the old ones. */
  function salvage(before: readonly number[]) {
    const moved = replace(file);
    const db = open(file);
    const [rest] = booksOf(db);
    const next = rest?.next ?? 0;
    append(db, 0, next, next + 2);
    const work = salvageOf(db, dirname(file));
    for (let more = true; more; ) {
      expect(booksOf(db).every(({ balanced }) => balanced)).toBe(true);
      more = work.step(0);
    }
    const fresh = new Set([next, next + 1, next + 2]);
    const ids = idsOf(db).filter((id) => !fresh.has(id));
    const rows = db.prepare('SELECT id, payload FROM entries').raw().all() as [number, Buffer][]; // as selected
    const result = { report: work.report(), ids, books: booksOf(db), moved, next };
    expect(rows.every(([id, payload]) => isWhole(id, payload))).toBe(true);
    expect(rows.length).toBe(ids.length + 3);
    const known = new Set(before);
    expect(ids.filter((id) => !known.has(id))).toEqual([]);
    expect(result.books.every(({ balanced }) => balanced)).toBe(true);
    expect(result.books.reduce((sum, { waiting }) => sum + waiting, 0)).toBe(rows.length);
    expect(result.books.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(rows.reduce((sum, [, { length }]) => sum + length, 0));
    work.close();
    db.close();
    return result;
  }

  it.each([
    ['overwritten', JUNK],
    ['zeroed', Buffer.alloc(100)],
  ])('brings everything back from a database whose header is %s, and nothing that was acknowledged', (_, bytes) => {
    const before = buildSpool(file, 2000);
    overwrite(file, 0, bytes.subarray(0, 100));
    const { report, ids, moved } = salvage(before);
    expect(ids).toEqual(before);
    expect(report).toMatchObject({ state: 'done', salvaged: before.length, lost: 0, exact: true });
    expect(moved.movedTo).toMatch(/spool\.db\.damaged-2026-01-01T00-00-00-000Z$/);
    expect(existsSync(moved.movedTo)).toBe(true);
  });

  it('brings everything back when the whole first page is gone, and does not use an id again', () => {
    const before = buildSpool(file, 2000);
    overwrite(file, 0, JUNK);
    const { report, ids, next } = salvage(before);
    expect(ids).toEqual(before);
    expect(report).toMatchObject({ salvaged: before.length, lost: 0 });
    expect(next).toBeGreaterThan(2000);
  });

  it('loses the rows of bad leaves and no others, and counts them', () => {
    const before = buildSpool(file, 3000);
    const { leaf } = mapOf(file);
    for (const page of [leaf[3], leaf[10], leaf.at(-1)]) overwrite(file, ((page ?? 1) - 1) * 4096, JUNK);
    const { report, ids, books } = salvage(before);
    expect(report.lost).toBeGreaterThan(20);
    expect(report).toMatchObject({ exact: true, salvaged: ids.length, lost: before.length - ids.length });
    expect(books.reduce((sum, { damaged }) => sum + damaged, 0)).toBe(report.lost);
  });

  it('needs no inner page', () => {
    const before = buildSpool(file, 3000);
    const { interior } = mapOf(file);
    expect(interior.length).toBeGreaterThan(0);
    for (const page of interior) overwrite(file, (page - 1) * 4096, JUNK);
    expect(salvage(before)).toMatchObject({ ids: before, report: { lost: 0, exact: true } });
  });

  it('gives no row back that has a flipped bit, and says that it is lost', () => {
    const before = buildSpool(file, 2000);
    const { leaf, overflow } = mapOf(file);
    flip(file, ((leaf[5] ?? 1) - 1) * 4096 + 4000, 0x10);
    flip(file, ((overflow[1] ?? 1) - 1) * 4096 + 2000, 0x01);
    expect(salvage(before).report).toMatchObject({ lost: 2, exact: true });
  });

  it('explains the loss by the numbers of the source', () => {
    const before = buildSpool(file, 3000);
    const { leaf } = mapOf(file);
    overwrite(file, ((leaf[10] ?? 1) - 1) * 4096, JUNK);
    const { ids } = salvage(before);
    const lost = before.filter((id) => !ids.includes(id));
    const db = open(file);
    const gaps = db.prepare("SELECT source, first, last, count FROM gaps WHERE reason = 'damaged'").raw().all();
    db.close();
    expect(gaps).toHaveLength(1);
    expect(gaps[0]).toMatchObject([expect.stringMatching(/^device:s[01]$/), expect.any(Number), expect.any(Number), lost.length]);
  });

  const lastCustody = (name: string): number => {
    const db = open(file);
    const last = Number(db.prepare('SELECT custody FROM sources WHERE name = ?').pluck().get(name));
    db.close();
    return last;
  };

  it('uses no custody number again when the table of sources is gone, and does not call that exact', () => {
    buildSpool(file, 2000);
    const before = lastCustody('device:s0');
    overwrite(file, (rootOf(file, 'sources') - 1) * 4096, JUNK);
    replace(file);
    const db = open(file);
    const sources = createSources(db);
    const [numbers, silent] = [sources.of('device:s0'), sources.of('device:silent')];
    expect(numbers.custody).toBeGreaterThan(before);
    expect(silent.custody).toBeGreaterThan(before);
    const first = numbers.custody;
    numbers.custody += 1;
    sources.save(1);
    sources.keep();
    const work = salvageOf(db, dirname(file));
    while (work.step(0));
    expect(work.report()).toMatchObject({ lost: 0, exact: false });
    work.close();
    const after = createSources(db);
    expect(after.of('device:s0').custody).toBe(first + 1);
    expect(after.of('device:s1').custody).toBeGreaterThan(500);
    expect(after.of('device:new').custody).toBe(silent.custody);
    expect(after.all().every(({ source }) => source.startsWith('device:'))).toBe(true);
    db.close();
  });

  it.each([['whole'], ['gone']])('goes on behind the numbers that memory knows when the table of sources is %s', (state) => {
    buildSpool(file, 900);
    const before = lastCustody('device:s0');
    if (state === 'gone') overwrite(file, (rootOf(file, 'sources') - 1) * 4096, JUNK);
    replace(
      file,
      new Map([
        ['device:s0', { custody: before + 5, sequence: before + 5 }],
        ['device:s1', { custody: 3, sequence: 3 }],
      ]),
    );
    const db = open(file);
    const work = salvageOf(db, dirname(file));
    while (work.step(0));
    expect(work.report().exact).toBe(state === 'whole');
    work.close();
    const sources = createSources(db);
    expect(sources.of('device:s0').custody).toBe(before + 5);
    expect(sources.of('device:s1').custody).toBeGreaterThanOrEqual(225);
    db.close();
  });

  it('keeps above which numbers a source began, and where one that was forgotten goes on', () => {
    buildSpool(file, 8);
    const db = open(file);
    const sources = createSources(db, 1);
    for (const [index, name] of ['device:early', 'device:late'].entries()) {
      sources.of(name).custody += 5000;
      sources.save(index + 1);
      sources.keep();
    }
    while (sources.prune(null));
    sources.of('device:later').custody += 2;
    sources.save(3);
    sources.keep();
    const before = sources.all();
    expect(before).toContainEqual({ source: 'device:later', custody: 5002, sequence: 0, began: 5000 });
    db.close();
    replace(file);
    const again = open(file);
    const after = createSources(again);
    expect(after.all()).toEqual(before);
    expect(after.of('device:early').custody).toBe(5000);
    again.close();
  });

  it('knows the last numbers still when the transaction that found the damage is undone', () => {
    const db = open(file);
    const sources = createSources(db);
    sources.of('device:a').custody = 7;
    sources.save(1);
    sources.keep();
    sources.of('device:a').custody = 9;
    sources.save(2);
    sources.forget(false);
    expect(sources.known().get('device:a')?.custody).toBe(7);
    sources.of('device:a').custody = 9;
    sources.save(3);
    sources.forget(true);
    expect(sources.known().get('device:a')?.custody).toBe(9); // the commit itself failed: perhaps it is on the disk
    db.close();
  });

  it.each([
    ['in the middle', 300, 900],
    ['at the end', 300, 0],
  ])('reports no less than was lost when the books are unreadable: %s', (_, many, behind) => {
    const db = open(file);
    append(db, 0, 1, 300);
    append(db, 0, 301, 303, 'device:rare'); // its first ones are lost: its own numbers cannot show that
    append(db, 0, 304, 303 + many);
    if (behind > 0) append(db, 0, 304 + many, 303 + many + behind, 'device:rare');
    const before = idsOf(db);
    const holder = db.prepare("SELECT pageno FROM dbstat WHERE name = 'entries' AND pagetype = 'leaf'").pluck().all().map(Number);
    db.close();
    const at = holder.findIndex((page) => readIds(page).includes(302));
    for (const page of [holder[at - 1], holder[at], holder[at + 1], ...(behind > 0 ? [] : holder.slice(-2))])
      overwrite(file, ((page ?? 1) - 1) * 4096, JUNK);
    overwrite(file, (rootOf(file, 'streams') - 1) * 4096, JUNK);
    const { report, ids } = salvage(before);
    expect(ids.length).toBeLessThan(before.length - 5);
    expect(report.exact).toBe(false);
    expect(report.lost).toBeGreaterThanOrEqual(before.length - ids.length);
    expect(report.lost).toBeLessThan(2 * (before.length - ids.length));
  });

  it('goes on where it stopped after the process ended', () => {
    const before = buildSpool(file, 4000);
    overwrite(file, 0, JUNK.subarray(0, 100));
    replace(file);
    let db = open(file);
    let steps = 0;
    for (let more = true; more; steps += 1) {
      const work = salvageOf(db, dirname(file));
      more = work.step(0);
      work.close();
      db.close(); // a new start after each slice
      db = open(file);
    }
    expect(steps).toBeGreaterThan(50);
    expect(idsOf(db)).toEqual(before);
    expect(booksOf(db).map(({ damaged, balanced }) => [damaged, balanced])).toEqual([
      [0, true],
      [0, true],
    ]);
    db.close();
  });

  it('salvages a spool that is damaged in the middle of a salvage, and then the one before', () => {
    const before = buildSpool(file, 4000);
    overwrite(file, 0, JUNK.subarray(0, 100));
    replace(file);
    const db = open(file);
    const work = salvageOf(db, dirname(file));
    while (idsOf(db).length < 500) work.step(0);
    work.close();
    const saved = idsOf(db).length;
    db.close();
    expect(saved).toBeLessThan(before.length);
    overwrite(file, 0, JUNK.subarray(0, 100));
    expect(salvage(before)).toMatchObject({ ids: before, report: { lost: 0, salvaged: before.length } });
    expect(readdirSync(folder.path).filter((name) => /damaged-[^-]*-\d\d-\d\dT[\d-]+Z(-\d+)?$/.test(name))).toHaveLength(2);
  });

  it('reads a log whose transaction in the middle is bad, and goes on behind it', () => {
    const before = buildSpool(file, 300);
    const db = open(file);
    for (let n = 301; n <= 340; n += 1) append(db, 0, n, n);
    copyFileSync(`${file}-wal`, `${file}-kept`);
    copyFileSync(file, `${file}-main`);
    db.close();
    renameSync(`${file}-main`, file);
    renameSync(`${file}-kept`, `${file}-wal`);
    expect(isLogDamaged(file)).toBe(false);
    const frames = Math.floor((statSync(`${file}-wal`).size - 32) / 4120);
    flip(`${file}-wal`, 32 + Math.floor(frames / 2) * 4120 + 1000);
    expect(isLogDamaged(file)).toBe(true);
    const { ids } = salvage([...before, ...Array.from({ length: 40 }, (_, index) => 301 + index)]);
    expect(ids).toEqual(expect.arrayContaining(before));
    expect(ids).toContain(340);
  });

  it('takes a bad end of the log for a power cut, which it is', () => {
    buildSpool(file, 300);
    const db = open(file);
    for (let n = 301; n <= 310; n += 1) append(db, 0, n, n);
    const wal = `${file}-wal`;
    flip(wal, statSync(wal).size - 100);
    expect(isLogDamaged(file)).toBe(false);
    db.close();
  });

  it.each(Array.from({ length: 40 }, (_, seed) => seed + 1))('survives bytes turned over anywhere (seed %i)', (seed) => {
    const before = buildSpool(file, 600 + seed * 10);
    let state = seed * 2_654_435_761;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const size = pagesOf(file) * 4096;
    for (let n = 0; n <= seed % 8; n += 1) {
      if (random(3) === 0) overwrite(file, Math.floor(random(size) / 512) * 512, JUNK.subarray(0, 512));
      else flip(file, random(size), 1 << random(8));
    }
    const { report, ids, books } = salvage(before);
    expect(ids.length).toBeGreaterThan(before.length / 2);
    if (report.exact) expect(report).toMatchObject({ salvaged: ids.length, lost: before.length - ids.length });
    expect(books[0]?.next).toBeGreaterThan(600 + seed * 10);
  });
});
