import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDatabase } from '../../../core/store/sqlite/database.ts';
import { createFiguresDb, type FiguresDb } from '../../../core/store/sqlite/figures-db.ts';
import { state0001 } from '../../../core/store/sqlite/migrations/0001-state.ts';
import { type Folder, tempFolder } from './store-under-test.ts';

let folder: Folder;
let db: ReturnType<typeof openDatabase>;
let figures: FiguresDb;
beforeEach(() => {
  folder = tempFolder();
  db = openDatabase(join(folder.path, 'state.db'), { synchronous: 'FULL', migrations: [state0001], walPages: 1000 });
  figures = createFiguresDb(db);
});
afterEach(() => {
  db.close();
  folder.remove();
});

it('adds to what is there, replaces, and removes what is null', () => {
  figures.save({ a: 1, b: 2, c: 3 });
  figures.save({ b: 5, c: null, 'not there': null });
  expect(figures.load()).toEqual({ a: 1, b: 5 });
});

it('keeps no figure that is none', () => {
  figures.save({ a: 1 });
  figures.save({ a: Number.NaN, b: Number.POSITIVE_INFINITY });
  expect(figures.load()).toEqual({ a: 1 });
});
