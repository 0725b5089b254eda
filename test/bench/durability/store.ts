import { systemClock } from '../../../core/base/clock.ts';
import { createLogHub } from '../../../core/base/log.ts';
import { createMetrics } from '../../../core/base/metrics.ts';
import { createSqliteStore } from '../../../core/store/sqlite/client.ts';
import type { Store } from '../../../core/store/store.ts';

/** The gateway's store without the gateway, started. */
export async function openStore(dataDir: string): Promise<Store> {
  const log = createLogHub({ clock: systemClock }, { keep: 10, level: 'error' }).logger('bench');
  const store = createSqliteStore({ clock: systemClock, log, metrics: createMetrics(), dataDir });
  await store.start(AbortSignal.timeout(10_000));
  return store;
}
