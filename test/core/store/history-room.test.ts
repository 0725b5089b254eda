import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Store } from '../../../core/store/store.ts';
import { spoolMessage, spoolPlan } from '../../conformance/spool.suite.ts';
import { type Folder, openStore, type StoreUnderTest, tempFolder } from './store-under-test.ts';

let folder: Folder;
let store: Store | null = null;
beforeEach(() => {
  folder = tempFolder();
});
afterEach(async () => {
  await store?.stop();
  folder.remove();
});

const NOW = spoolMessage(1).at.wallMs;
function sample(value: number) {
  const base = spoolMessage(1, String(value));
  return { ...base, at: { ...base.at, wallMs: NOW + value } };
}
const samples = async ({ history }: Store): Promise<number> => {
  const buckets = await history.trend('t/1', NOW - 1000, NOW + 1000, 1);
  return buckets.reduce((sum, one) => sum + one.count, 0);
};
const figure = ({ metrics }: StoreUnderTest, name: string): number =>
  Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(metrics.expose())?.[1]);

it('writes no history while the disk has less than its room: what is left belongs to the spool; it goes on by itself', async () => {
  const made = await openStore(folder.path);
  store = made.store;
  const { spool, history } = store;
  const events = (): string[] => made.logs.recent().map((one) => one.event);
  await history.record([sample(5)]);
  expect(await samples(store)).toBe(1);
  // No disk has all of itself free.
  spool.configure(spoolPlan([], { roomPercent: 100, roomBytes: Number.MAX_SAFE_INTEGER }));
  await expect.poll(() => spool.append([spoolMessage(1)], 'rest').then(() => spool.stats().short)).not.toBeNull();
  for (const value of [6, 7]) {
    await history.record([sample(value)]);
    expect(await samples(store)).toBe(1);
  }
  expect(figure(made, 'gatehouse_history_dropped_total')).toBe(2);
  expect(events().filter((event) => event === 'store.history-lost')).toHaveLength(1);
  expect(spool.stats().count).toBeGreaterThan(0);
  spool.configure(spoolPlan([], { roomPercent: 0, roomBytes: 0 }));
  await expect.poll(() => spool.append([spoolMessage(1)], 'rest').then(() => spool.stats().short), { timeout: 5000 }).toBeNull();
  await history.record([sample(8)]);
  expect(await samples(store)).toBe(2);
  expect(events()).toContain('store.history-writes-again');
});
