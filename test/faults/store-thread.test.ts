import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store, StoreHealth } from '../../core/store/store.ts';
import { readStream, spoolMessage, spoolPlan, streamPlan } from '../conformance/spool.suite.ts';
import { type Folder, openStore, tempFolder } from '../core/store/store-under-test.ts';

describe('a store whose thread dies', () => {
  let folder: Folder;
  let store: Store | null = null;
  beforeEach(() => {
    folder = tempFolder();
  });
  afterEach(async () => {
    await store?.stop();
    folder.remove();
  });

  it('rejects what is pending, starts again by itself and has lost nothing that was acknowledged', async () => {
    const threads: Worker[] = [];
    const spawn = (): Worker => {
      const thread = new Worker(new URL('../../core/store/sqlite/store.worker.ts', import.meta.url));
      threads.push(thread);
      return thread;
    };
    store = (await openStore(folder.path, { spawn })).store;
    const { spool } = store;
    spool.configure(spoolPlan([streamPlan('alarms', { maxMessages: 2, whenFull: 'reject-newest' })]));
    const states: StoreHealth['state'][] = [];
    store.onHealth((health) => states.push(health.state));
    const kept: number[] = [];
    for (let round = 1; round <= 5; round += 1) {
      const well =
        round === 1
          ? Promise.resolve()
          : new Promise<void>((resolve) => {
              const leave = store?.onHealth((health) => {
                if (health.state !== 'ok') return;
                leave?.();
                resolve();
              });
              if (store?.health().state === 'ok') resolve();
            });
      await well;
      kept.push(await spool.append([spoolMessage(round)], 'rest'));
      const pending = Promise.allSettled([
        readStream(spool),
        store.history.trend('x', 0, 1, 1),
        spool.append([spoolMessage(100 + round)], 'rest'),
      ]);
      await threads.at(-1)?.terminate();
      for (const one of await pending) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'store/failed' });
      expect(store.health()).toMatchObject({ state: 'failed', lastError: { code: 'store/failed' } });
    }
    await expect.poll(() => store?.health().state, { timeout: 20_000 }).toBe('ok');
    const found = (await readStream(spool)).map((entry) => entry.id);
    expect(found).toEqual(expect.arrayContaining(kept));
    expect(spool.stats().count).toBe(found.length);
    await spool.append([spoolMessage(1), spoolMessage(2)], 'alarms');
    await expect(spool.append([spoolMessage(3)], 'alarms')).rejects.toMatchObject({ code: 'outbox/full' }); // it knows its rules again
    expect(threads).toHaveLength(6);
    expect(states.slice(-2)).toEqual(['failed', 'ok']);
  });
});
