import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../core/base/clock.ts';
import { createLogHub } from '../../core/base/log.ts';
import { createMetrics } from '../../core/base/metrics.ts';
import { createSqliteStore } from '../../core/store/sqlite/client.ts';
import type { Store } from '../../core/store/store.ts';
import { spoolMessage } from '../conformance/spool.suite.ts';

/** What the spool alone can take, below any broker: one message an append, a window of appends under way. */
const SECONDS = 3;

function makeStore(dataDir: string): Store {
  const log = createLogHub({ clock: systemClock }, { keep: 10, level: 'error' }).logger('store');
  return createSqliteStore({ clock: systemClock, log, metrics: createMetrics(), dataDir });
}

async function ingest(store: Store, window: number): Promise<{ perS: number; p50Ms: number; p99Ms: number }> {
  const message = spoolMessage(1, 'x'.repeat(100));
  const end = systemClock.monotonic() + SECONDS * 1000;
  const waits: number[] = [];
  async function lane(): Promise<void> {
    for (let began = systemClock.monotonic(); began < end; ) {
      await store.spool.append([message]);
      const now = systemClock.monotonic();
      waits.push(now - began);
      began = now;
    }
  }
  await Promise.all(Array.from({ length: window }, lane));
  waits.sort((a, b) => a - b);
  const at = (share: number): number => waits[Math.floor(waits.length * share)] ?? 0;
  return { perS: Math.round(waits.length / SECONDS), p50Ms: at(0.5), p99Ms: at(0.99) };
}

async function drain(store: Store): Promise<number> {
  const began = systemClock.monotonic();
  let count = 0;
  for (let after = 0; ; ) {
    const page = await store.spool.peek(after, 500, 1_048_576);
    const last = page.at(-1);
    if (!last) break;
    after = last.id;
    count += page.length;
    await store.spool.ack(page.map((entry) => entry.id));
  }
  return Math.round(count / ((systemClock.monotonic() - began) / 1000));
}

const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'));
try {
  for (const window of [1, 64, 1000, 4000]) {
    const store = makeStore(dataDir);
    const began = systemClock.monotonic();
    await store.start(new AbortController().signal);
    const startMs = systemClock.monotonic() - began;
    const { perS, p50Ms, p99Ms } = await ingest(store, window);
    const waiting = store.spool.stats().count;
    console.log(
      `window ${window}: ${perS}/s, p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms, start ${startMs.toFixed(0)} ms, ${waiting} wait`,
    );
    await store.stop();
  }
  const store = makeStore(dataDir);
  const began = systemClock.monotonic();
  await store.start(new AbortController().signal);
  console.log(`start with ${store.spool.stats().count} waiting: ${(systemClock.monotonic() - began).toFixed(0)} ms`);
  console.log(`drain: ${await drain(store)}/s`);
  await store.stop();
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}
