import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMemoryFailedEvents } from '../../../core/store/memory-failed-events.ts';
import { createMemoryFunctionState } from '../../../core/store/memory-function-state.ts';
import { createMemoryTestEvents } from '../../../core/store/memory-test-events.ts';
import { createEngine } from '../../../core/store/sqlite/engine.ts';
import { packMessages } from '../../../core/store/sqlite/packing.ts';
import type { FromWorker } from '../../../core/store/sqlite/protocol.ts';
import { replaceState } from '../../../core/store/sqlite/salvage-state.ts';
import { openStateDb, STATE_MIGRATIONS } from '../../../core/store/sqlite/state-db.ts';
import type { Store } from '../../../core/store/store.ts';
import { failedEvent, functionStoresSuite } from '../../conformance/function-stores.suite.ts';
import { overwrite } from './spool-under-salvage.ts';
import { type Folder, openStore, tempFolder } from './store-under-test.ts';

functionStoresSuite('in memory', () => ({
  open: async () => ({
    functionState: createMemoryFunctionState(),
    failedEvents: createMemoryFailedEvents(),
    testEvents: createMemoryTestEvents(),
  }),
  close: async () => {},
}));

functionStoresSuite('on SQLite', () => {
  const folder = tempFolder();
  let store: Store | null = null;
  return {
    async open() {
      store = (await openStore(folder.path)).store;
      return store;
    },
    async close() {
      await store?.stop();
      folder.remove();
    },
  };
});

describe('what is kept for functions', () => {
  let folder: Folder;
  let file: string;
  beforeEach(() => {
    folder = tempFolder();
    file = join(folder.path, 'store', 'state.db');
  });
  afterEach(() => folder.remove());

  async function fill(): Promise<void> {
    const { store } = await openStore(folder.path);
    const values = Array.from({ length: 300 }, (_, n) => JSON.stringify({ n, x: 'y'.repeat(n) }));
    await Promise.all(values.map((json, n) => store.functionState.set('alarm', `key ${n}`, json, null)));
    await store.functionState.set('alarm', 'key 5', '"new"', null);
    await store.functionState.set('alarm', 'key 6', null, null);
    await store.failedEvents.add(Array.from({ length: 100 }, (_, n) => failedEvent(n + 1)));
    await store.failedEvents.take('alarm', [1, 2]);
    await store.testEvents.save({ function: 'alarm', name: 'e', topic: 't', payload: Buffer.alloc(20_000, 7), savedAt: 1 });
    await store.stop();
  }

  it('survives a restart, with its revisions and counts', async () => {
    await fill();
    const { store } = await openStore(folder.path);
    expect(await store.functionState.get('alarm', 'key 5')).toEqual({ json: '"new"', revision: 301 });
    expect(await store.functionState.set('alarm', 'another', '1', 0)).toBe(302);
    expect(store.failedEvents.counts()).toEqual(new Map([['alarm', 98]]));
    expect((await store.testEvents.list('alarm'))[0]?.payload).toEqual(new Uint8Array(20_000).fill(7));
    await store.stop();
  });

  it('comes back whole from a database whose header is damaged, and is counted in what is told', async () => {
    await fill();
    overwrite(file, 0, Buffer.alloc(100, 0xa5));
    const { store } = await openStore(folder.path);
    expect(store.condition().movedAside).toMatchObject([{ file }]);
    expect(await store.functionState.keys('alarm', '', 1000)).toHaveLength(299);
    expect(await store.functionState.get('alarm', 'key 5')).toEqual({ json: '"new"', revision: 301 });
    expect(store.failedEvents.counts().get('alarm')).toBe(98);
    const events = await store.failedEvents.list(null, null, 200);
    expect(events.map(({ attempts }) => attempts)).toEqual(Array.from({ length: 98 }, (_, n) => 100 - n));
    expect((await store.testEvents.list('alarm'))[0]?.payload.byteLength).toBe(20_000);
    await store.stop();
  });

  it('is still there when the database is found to be damaged while it runs', async () => {
    await fill();
    const told: FromWorker[] = [];
    const engine = createEngine({ now: () => 0, monotonic: () => 0, post: (message) => void told.push(message) });
    engine.handle({ t: 'open', call: 1, input: { dataDir: folder.path, reserveBytes: 0, walPages: 1000 } });
    engine.handle({ t: 'mend', call: 2, input: { database: 'state', cause: 'a bad page' } });
    expect(told.filter(({ t }) => t === 'moved-aside')).toMatchObject([
      { moved: { database: 'state', saved: expect.stringContaining('398 value(s) and event(s) of functions') } },
    ]);
    expect(engine.handle({ t: 'failed-events.figures', call: 3, input: null })).toEqual({ held: { alarm: 98 }, evicted: 0 });
    const change = [{ owner: 'alarm', key: 'key 5', json: '1', expected: 301 }];
    expect(engine.handle({ t: 'function-state.change', call: 4, input: change })).toEqual([{ revision: 1_000_302, fault: null }]);
    engine.close();
  });

  it('takes nothing new on a full disk, but removes', async () => {
    await fill();
    const engine = createEngine({ now: () => 0, monotonic: () => 0, post: () => {} });
    // more than any disk has: the reserve cannot be made, which is how a full disk is known
    engine.handle({ t: 'open', call: 1, input: { dataDir: folder.path, reserveBytes: 2 ** 60, walPages: 1000 } });
    const changes = [
      { owner: 'alarm', key: 'key 1', json: '"new"', expected: null },
      { owner: 'alarm', key: 'key 2', json: null, expected: null },
      { owner: 'alarm', key: 'key 3', json: null, expected: 1 },
    ];
    expect(engine.handle({ t: 'function-state.change', call: 2, input: changes })).toMatchObject([
      { revision: null, fault: { code: 'store/full' } },
      { revision: 0, fault: null },
      { revision: null, fault: null },
    ]);
    const failed = { facts: [], messages: packMessages([]) };
    expect(() => engine.handle({ t: 'failed-events.add', call: 3, input: failed })).toThrow(/is full/);
    expect(
      engine.handle({ t: 'failed-events.take', call: 4, input: { name: 'alarm', ids: null, code: null } }).taken,
    ).toHaveLength(98);
    engine.close();
  });

  it('loses only what lay in a bad page, and uses no revision again', async () => {
    await fill();
    const page = Math.floor(readFileSync(file).indexOf('{"n":200,') / 4096);
    overwrite(file, page * 4096, Buffer.alloc(4096, 0xa5));
    const options = { migrations: STATE_MIGRATIONS, walPages: 100, now: 0 };
    const { salvaged } = replaceState(file, options);
    expect(salvaged.functionRows).toBeGreaterThan(250);
    expect(salvaged.functionRows).toBeLessThan(299 + 98 + 1);
    const db = openStateDb(file, { walPages: 100 });
    expect(db.functionState.change([{ owner: 'x', key: 'y', json: '1', expected: 0 }])[0]).toBeGreaterThan(1_000_000);
    db.close();
  });
});
