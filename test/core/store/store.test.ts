import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Documents } from '../../../core/store/documents.ts';
import { SPOOL_MIGRATIONS } from '../../../core/store/sqlite/spool-db.ts';
import type { Store } from '../../../core/store/store.ts';
import { spoolMessage } from '../../conformance/spool.suite.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';
import { type Folder, openStore, tempFolder } from './store-under-test.ts';

describe('the store', () => {
  let folder: Folder;
  const open: Store[] = [];
  beforeEach(() => {
    folder = tempFolder();
  });
  afterEach(async () => {
    for (const store of open.splice(0)) await store.stop();
    folder.remove();
  });
  async function start(options: Parameters<typeof openStore>[1] = {}) {
    const made = await openStore(folder.path, options);
    open.push(made.store);
    return made;
  }
  const file = (name: string): string => join(folder.path, 'store', name);
  const version = (name: string): Parameters<Documents['add']>[0] => ({
    name,
    text: `name: ${name}`,
    files: { 'a.js': 'exports.handler = 1' },
    hash: `h-${name}`,
    appliedAt: 5,
    by: 'tester',
    note: '',
    counts: { devices: 1, functions: 2, subscriptions: 3 },
  });

  it('keeps deployment versions, one of them running', async () => {
    const { store } = await start();
    const { documents } = store;
    expect(await documents.running()).toBeNull();
    expect([
      await documents.add(version('one')),
      await documents.add(version('two')),
      await documents.add(version('three')),
    ]).toEqual([1, 2, 3]);
    await documents.setRunning(1);
    await documents.setRunning(2);
    await documents.setFailed(3);
    await store.stop();
    const again = (await start()).store.documents;
    expect((await again.list()).map((one) => [one.version, one.state])).toEqual([
      [3, 'failed'],
      [2, 'running'],
      [1, 'previous'],
    ]);
    expect(await again.running()).toEqual({ ...version('two'), version: 2, state: 'running' });
    expect(await again.get(9)).toBeNull();
    await expect(again.setRunning(9)).rejects.toMatchObject({ code: 'document/not-found' });
    expect((await again.running())?.version).toBe(2);
  });

  it('keeps figures across a restart, adding to those before', async () => {
    const { store } = await start();
    store.figures.save({ 'sequence/a': 5, b: 1 });
    store.figures.save({ 'sequence/a': 6 });
    await store.stop();
    const second = (await start()).store;
    expect(await second.figures.load()).toEqual({ 'sequence/a': 6, b: 1 });
  });

  it('has figures on disk when their commit resolves, with those that were only saved', async () => {
    const clock = createManualClock();
    const { store } = await start({ clock });
    store.figures.save({ a: 1, b: 1 });
    await store.figures.commit({ b: 2, c: 3 });
    expect(await store.figures.load()).toEqual({ a: 1, b: 2, c: 3 });
    const stopped = store.stop();
    await clock.advance(20_000);
    await stopped;
  });

  it('writes figures a second after they were saved', async () => {
    const clock = createManualClock();
    const { store } = await start({ clock });
    store.figures.save({ a: 1 });
    expect(await store.figures.load()).toEqual({});
    await clock.advance(1000);
    expect(await store.figures.load()).toEqual({ a: 1 });
    const stopped = store.stop();
    await clock.advance(20_000);
    await stopped;
  });

  it('records history, and a trend holds what was just recorded', async () => {
    const { store, metrics } = await start();
    await store.history.record([spoolMessage(1, '5'), spoolMessage(1, '7'), spoolMessage(1, 'nothing')]);
    const { wallMs } = spoolMessage(1).at;
    expect(await store.history.trend('t/1', wallMs - 10, wallMs + 10, 1)).toEqual([
      { at: wallMs - 10, min: 5, max: 7, avg: 6, last: 7, count: 2 },
    ]);
    expect(metrics.expose()).toContain('gatehouse_history_rows_total 2\n');
    expect(metrics.expose()).toContain('gatehouse_history_ignored_total 1\n');
    await store.history.setRetention(1, 1);
    expect((await store.history.trend('t/1', wallMs - 10, wallMs + 10, 1))[0]?.count ?? 0).toBeLessThanOrEqual(1);
  });

  it('thins out history that comes faster than it can be written, and counts it', async () => {
    const { store, metrics } = await start();
    await store.history.record(Array.from({ length: 25_000 }, (_, n) => spoolMessage(n, '1')));
    expect(metrics.expose()).toContain('gatehouse_history_dropped_total 5000\n');
  });

  it('names the folder and the user when it cannot be written', async () => {
    const path = join(folder.path, 'a-file');
    writeFileSync(path, '');
    await expect(openStore(path)).rejects.toMatchObject({
      code: 'gateway/data-unwritable',
      message: expect.stringContaining(path),
      remedy: expect.stringContaining(path),
    });
  });

  it.each(['spool.db', 'state.db', 'history.db', 'sessions.db'])(
    'moves a damaged %s aside as it is, and begins a new one',
    async (name) => {
      mkdirSync(join(folder.path, 'store'));
      const junk = 'this is no database'.repeat(100);
      writeFileSync(file(name), junk);
      const { store, logs } = await start();
      const [moved] = store.condition().movedAside;
      expect(moved).toMatchObject({ file: file(name), movedTo: expect.stringContaining(`${file(name)}.damaged-`) });
      expect(readFileSync(moved?.movedTo ?? '', 'utf8')).toBe(junk);
      expect(store.health()).toMatchObject({ state: 'ok', lastError: { code: 'store/salvaged' } });
      expect(logs.recent().map((record) => record.event)).toContain('store.moved-aside');
      expect(await store.spool.append([spoolMessage(1)], 'rest')).toBeGreaterThan(0);
    },
  );

  it('replaces a spool without its tables', async () => {
    mkdirSync(join(folder.path, 'store'));
    const raw = new Sqlite(file('spool.db'));
    raw.pragma(`user_version = ${SPOOL_MIGRATIONS.length}`);
    raw.close();
    const { store } = await start();
    expect(store.condition().movedAside).toMatchObject([{ file: file('spool.db') }]);
    expect(await store.spool.append([spoolMessage(1)], 'rest')).toBeGreaterThan(0);
  });

  it('moves a damaged history aside, begins a new one and says so', async () => {
    mkdirSync(join(folder.path, 'store'));
    writeFileSync(file('history.db'), 'junk'.repeat(1000));
    const { store, logs } = await start();
    expect(store.health()).toMatchObject({ state: 'ok', lastError: { code: 'store/salvaged' } });
    expect(logs.recent().map((record) => record.event)).toContain('store.moved-aside');
    expect(readdirSync(join(folder.path, 'store')).filter((name) => name.startsWith('history.db.damaged-'))).toHaveLength(1);
    await store.history.record([spoolMessage(1, '5')]);
    expect(await store.history.trend('t/1', 0, 2_000_000_000_000, 1)).toHaveLength(1);
  });

  it('refuses a second store on the same folder, and lets it in when the first is gone', async () => {
    const { store } = await start();
    await expect(openStore(folder.path)).rejects.toMatchObject({
      code: 'gateway/already-running',
      message: expect.stringMatching(new RegExp(`process ${process.pid}.*${folder.path}`)),
    });
    await store.stop();
    expect((await start()).store.health().state).toBe('ok');
  });

  it('releases what it took when its start is aborted', async () => {
    const aborted = AbortSignal.abort(new Error('enough'));
    const { store } = await start();
    await store.stop();
    await expect(store.start(aborted)).rejects.toThrow('enough');
    expect((await start()).store.health().state).toBe('ok');
  });
});
