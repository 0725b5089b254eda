import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import { systemClock } from '../../core/base/clock.ts';
import { spoolMessage } from '../conformance/spool.suite.ts';
import { mapOf, overwrite } from '../core/store/spool-under-salvage.ts';
import { openStore } from '../core/store/store-under-test.ts';
import { killedStore } from './killed-store.ts';
import { acknowledgedBy } from './store-process.ts';

const WAITING = 30_000;
/** Large enough that the salvage takes some seconds. */
const oldPayload = (n: number): string => `${-1 - n}`.padEnd(900);

const sut = killedStore();

/** How far a salvage has come, by the database alone. */
function progressOf(file: string): { state: string; cursor: number; salvaged: number } {
  const db = new Sqlite(file, { readonly: true });
  const row = db.prepare('SELECT state, cursor, salvaged FROM salvage').get() as {
    state: string;
    cursor: number;
    salvaged: number;
  };
  db.close();
  return row;
}

it('a salvage that is killed again and again goes on where it was, and loses and doubles nothing', async () => {
  const file = join(sut.path(), 'store', 'spool.db');
  const { store: first } = await openStore(sut.path());
  const ids: number[] = [];
  for (let n = 0; n < WAITING; n += 500) {
    const from = await first.spool.append(
      Array.from({ length: 500 }, (_, index) => spoolMessage(n + index, oldPayload(n + index))),
      'rest',
    );
    ids.push(...Array.from({ length: 500 }, (_, index) => from + index));
  }
  await first.stop();
  const { leaf } = mapOf(file);
  for (const page of [leaf[50], leaf[3000]]) overwrite(file, ((page ?? 1) - 1) * 4096, new Uint8Array(4096));
  overwrite(file, 0, new Uint8Array(100));

  const promised = new Map<number, number>();
  const seen: number[] = [];
  for (let round = 0; round < 8; round += 1) {
    const writer = sut.start({ begin: round * 100_000 });
    await writer.saw('ready');
    const before = seen.at(-1) ?? 0;
    await expect.poll(() => progressOf(file).salvaged, { timeout: 20_000, interval: 1 }).toBeGreaterThan(before);
    await systemClock.sleep(round * 3);
    writer.child.kill('SIGKILL');
    await writer.ended;
    for (const [number, id] of acknowledgedBy(writer.lines)) promised.set(number, id);
    const { state, salvaged } = progressOf(file);
    if (state === 'running') seen.push(salvaged);
    else break;
  }
  expect(new Set(seen).size, 'kills in the middle of the salvage').toBeGreaterThan(2);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  expect(promised.size).toBeGreaterThan(10);

  const { store } = await openStore(sut.path());
  try {
    await expect.poll(() => store.condition().salvage?.state, { timeout: 60_000, interval: 50 }).toBe('done');
    const found: number[] = [];
    const payloads = new Map<number, string>();
    for (let after = -1; ; after = found.at(-1) ?? 0) {
      const page = await store.spool.peek({ stream: 'rest', from: 'oldest', after, limit: 2000, maxBytes: 10_000_000 });
      if (page.length === 0) break;
      for (const { id, message } of page) {
        found.push(id);
        payloads.set(id, Buffer.from(message.payload).toString());
      }
    }
    const old = found.filter((id) => id <= (ids.at(-1) ?? 0));
    const report = store.condition().salvage;
    expect(report).toMatchObject({ exact: true, salvaged: old.length, lost: ids.length - old.length });
    expect(report?.lost).toBeGreaterThan(5);
    expect(found).toEqual([...new Set(found)].sort((a, b) => a - b));
    expect(old.every((id) => payloads.get(id) === oldPayload(id - (ids[0] ?? 0)))).toBe(true);
    expect([...promised].filter(([number, id]) => payloads.get(id) !== String(number))).toEqual([]);
    const { appended, acknowledged, dropped, count } = store.spool.stats();
    expect(appended).toBe(acknowledged + (dropped.damaged ?? 0) + count);
  } finally {
    await store.stop();
  }
});
