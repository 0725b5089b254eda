import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../../core/store/store.ts';
import { spoolMessage } from '../../conformance/spool.suite.ts';
import { createManualClock, type ManualClock } from '../../fakes/manual-clock.ts';
import { type Folder, openStore, tempFolder } from './store-under-test.ts';

describe('the upkeep of the store', () => {
  let folder: Folder;
  let clock: ManualClock;
  let store: Store;
  beforeEach(async () => {
    folder = tempFolder();
    clock = createManualClock();
    store = (await openStore(folder.path, { clock })).store;
  });
  afterEach(async () => {
    const stopped = store.stop();
    await clock.advance(60_000);
    await stopped;
    folder.remove();
  });
  const size = (name: string): number => statSync(join(folder.path, 'store', name)).size;
  const fill = async (count: number): Promise<number> =>
    store.spool.append(
      Array.from({ length: count }, (_, n) => spoolMessage(n, new Uint8Array(4000))),
      'rest',
    );

  it('keeps the write-ahead log small, however much goes through', async () => {
    for (let round = 0; round < 30; round += 1) {
      const first = await fill(300);
      await store.spool.ack(Array.from({ length: 300 }, (_, n) => first + n));
    }
    expect(size('spool.db-wal')).toBeLessThan(12 * 1_048_576);
  });

  it('gives the room of what was sent back to the disk in quiet moments, step by step', async () => {
    const first = await fill(4000);
    await store.spool.ack(Array.from({ length: 4000 }, (_, n) => first + n));
    await store.figures.load(); // the thread has answered everything before
    const before = size('spool.db');
    expect(before).toBeGreaterThan(12 * 1_048_576);
    for (let second = 0; second < 20; second += 1) {
      await clock.advance(1000);
      await store.figures.load();
    }
    expect(size('spool.db')).toBeLessThan(1_048_576);
  });

  it('removes old history every minute', async () => {
    await store.history.setRetention(1, 1_000_000);
    const base = spoolMessage(1, '5');
    await store.history.record([{ ...base, at: { ...base.at, wallMs: clock.now() } }]);
    const ask = () => store.history.trend('t/1', clock.now() - 10 * 86_400_000, clock.now(), 1);
    expect(await ask()).toHaveLength(1);
    clock.jumpWall(2 * 86_400_000);
    expect(await ask()).toHaveLength(1);
    await clock.advance(60_000);
    expect(await ask()).toEqual([]);
  });
});
