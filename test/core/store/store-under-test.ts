import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemClock } from '../../../core/base/clock.ts';
import { createLogHub, type LogHub } from '../../../core/base/log.ts';
import { createMetrics, type Metrics } from '../../../core/base/metrics.ts';
import type { SteadyTime } from '../../../core/store/spool.ts';
import { createSqliteStore, type SqliteStoreOptions } from '../../../core/store/sqlite/client.ts';
import type { Store } from '../../../core/store/store.ts';

export interface Folder {
  readonly path: string;
  remove(): void;
}

export function tempFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'gatehouse-store-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export interface StoreUnderTest {
  readonly store: Store;
  readonly logs: LogHub;
  readonly metrics: Metrics;
}

/** A real store with a real thread; small reserve, so that tests are quick. */
export async function openStore(
  dataDir: string,
  options: SqliteStoreOptions & { clock?: Clock; life?: () => SteadyTime } = {},
): Promise<StoreUnderTest> {
  const clock = options.clock ?? systemClock;
  const logs = createLogHub({ clock }, { keep: 100, level: 'debug' });
  const metrics = createMetrics();
  const store = createSqliteStore(
    { clock, log: logs.logger('store'), metrics, dataDir, ...(options.life ? { life: options.life } : {}) },
    { reserveBytes: 4096, ...options },
  );
  await store.start(new AbortController().signal);
  return { store, logs, metrics };
}
