import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '../../core/contract/message.ts';
import type { Spool, SpoolEntry } from '../../core/store/spool.ts';
import type { Store } from '../../core/store/store.ts';
import { flip, mapOf, overwrite } from '../core/store/spool-under-salvage.ts';
import { type Folder, openStore, tempFolder } from '../core/store/store-under-test.ts';

const JUNK = Buffer.alloc(4096, 0xa5);

/** A message whose payload carries its own hash. */
function checked(n: number): Message {
  const body = Buffer.alloc(n % 50 === 0 ? 9000 : 150, `${n} `);
  return {
    topic: `t/${n % 7}`,
    payload: Buffer.concat([createHash('sha256').update(body).digest(), body]),
    qos: 1,
    retain: false,
    source: { kind: 'device', id: `meter-${n % 3}` },
    sequence: n,
    at: { wallMs: 1_767_225_600_000 + n, monoMs: n, bootId: 'boot', trust: 'synced' },
    hops: 0,
  };
}

function isWhole({ payload }: Message): boolean {
  const body = Buffer.from(payload).subarray(32);
  return createHash('sha256').update(body).digest().equals(Buffer.from(payload).subarray(0, 32));
}

async function readAll(spool: Spool): Promise<SpoolEntry[]> {
  const entries: SpoolEntry[] = [];
  for (let after = -1; ; ) {
    const page = await spool.peek({ stream: 'rest', from: 'oldest', after, limit: 1000, maxBytes: 4_000_000 });
    const last = page.at(-1);
    if (!last) return entries;
    entries.push(...page);
    after = last.id;
  }
}

describe('a damaged store', () => {
  let folder: Folder;
  let store: Store;
  const stores: Store[] = [];
  beforeEach(() => {
    folder = tempFolder();
  });
  afterEach(async () => {
    for (const one of stores.splice(0)) await one.stop();
    folder.remove();
  });
  const file = (name: string): string => join(folder.path, 'store', name);
  async function start() {
    const made = await openStore(folder.path);
    store = made.store;
    stores.push(store);
    return made;
  }
  /** A store with some acknowledged and some waiting messages, stopped. Returns the ids that wait. */
  async function filled(count: number): Promise<number[]> {
    await start();
    const ids: number[] = [];
    for (let n = 0; n < count; n += 200) {
      const batch = Array.from({ length: Math.min(200, count - n) }, (_, index) => checked(n + index));
      const first = await store.spool.append(batch, 'rest');
      ids.push(...batch.map((_, index) => first + index));
    }
    await store.spool.ack(ids.splice(0, Math.floor(count / 4)));
    await store.stop();
    return ids;
  }
  const salvaged = (): Promise<unknown> =>
    expect.poll(() => store.condition().salvage?.state, { timeout: 30_000, interval: 20 }).toBe('done');
  function expectBalance(): void {
    const { appended, acknowledged, dropped, deadLettered, count } = store.spool.stats();
    const lost = Object.values(dropped).reduce((sum, one) => sum + one, 0);
    expect(appended).toBe(acknowledged + lost + deadLettered + count);
  }

  it('starts at once with a spool whose header is gone, takes messages, and brings everything back in order', async () => {
    const ids = await filled(3000);
    overwrite(file('spool.db'), 0, JUNK.subarray(0, 100));
    const { logs } = await start();
    const fresh = await store.spool.append([checked(90_000)], 'rest');
    expect(fresh).toBeGreaterThan(ids.at(-1) ?? 0);
    expect(await store.spool.peek({ stream: 'rest', from: 'oldest', limit: 10, maxBytes: 1000 })).toEqual([]);
    expectBalance();
    await salvaged();
    const found = await readAll(store.spool);
    expect(found.map(({ id }) => id)).toEqual([...ids, fresh]);
    expect(found.every(({ message }) => isWhole(message))).toBe(true);
    expectBalance();
    expect(store.condition()).toMatchObject({
      salvage: { state: 'done', salvaged: ids.length, lost: 0, exact: true },
      movedAside: [{ file: file('spool.db'), database: 'spool' }],
    });
    expect(store.health().state).toBe('ok');
    expect(store.health().lastError?.code).toBe('store/salvaged');
    expect(logs.recent().map(({ event }) => event)).toEqual(expect.arrayContaining(['store.moved-aside', 'store.salvaged']));
    await store.stop();
    await start();
    expect(store.condition().salvage).toMatchObject({ state: 'done', salvaged: ids.length });
    expect(store.condition().movedAside).toEqual([]);
    expect(await readAll(store.spool)).toHaveLength(ids.length + 1);
  });

  it('finds damage while it runs, replaces the spool under way and counts what is lost', async () => {
    const ids = await filled(4000);
    const { leaf } = mapOf(file('spool.db'));
    for (const page of leaf.slice(20, 25)) overwrite(file('spool.db'), (page - 1) * 4096, JUNK);
    await start();
    const pending = readAll(store.spool).catch(() => []);
    const fresh = await store.spool.append([checked(90_000)], 'rest');
    await pending;
    await salvaged();
    const found = await readAll(store.spool);
    const back = found.map(({ id }) => id).filter((id) => id !== fresh);
    const { salvage } = store.condition();
    expect(salvage).toMatchObject({ exact: true, salvaged: back.length, lost: ids.length - back.length });
    expect(salvage?.lost).toBeGreaterThan(20);
    expect(back).toEqual(ids.filter((id) => back.includes(id)));
    expect(found.every(({ message }) => isWhole(message))).toBe(true);
    expect(store.spool.stats().dropped.damaged).toBe(salvage?.lost);
    expectBalance();
  });

  it('finds by its check what nobody reads', async () => {
    await filled(4000);
    const { leaf } = mapOf(file('spool.db'));
    overwrite(file('spool.db'), ((leaf[60] ?? 1) - 1) * 4096, JUNK);
    await start();
    expect(store.condition().check).toEqual({ state: 'waiting', at: null });
    await expect.poll(() => store.condition().check.state, { timeout: 20_000 }).toBe('damaged');
    await salvaged();
    expect(store.condition().salvage).toMatchObject({ exact: true });
    expectBalance();
  });

  it('says that sound databases are sound', async () => {
    await filled(100);
    await start();
    await expect.poll(() => store.condition().check.state, { timeout: 20_000 }).toBe('sound');
    expect(store.condition()).toMatchObject({ movedAside: [], salvage: null });
    await expect.poll(() => store.condition().bytes).toBeGreaterThan(100_000);
  });

  it('does not take a spool that was emptied for a new one', async () => {
    await filled(500);
    writeFileSync(file('spool.db'), '');
    await start();
    const id = await store.spool.append([checked(1)], 'rest');
    await salvaged();
    expect(id).toBeGreaterThan(500);
    expect(store.condition()).toMatchObject({ movedAside: [{ database: 'spool' }], salvage: { salvaged: 0, exact: false } });
  });

  it('keeps deployment versions, figures and certificates of a damaged state', async () => {
    await start();
    const version = {
      name: 'site',
      text: 'name: site\n'.repeat(2000),
      files: { 'a.js': 'exports.handler = 1'.repeat(500) },
      hash: 'h',
      appliedAt: 5,
      by: 'tester',
      note: '',
      counts: { devices: 1, functions: 2, subscriptions: 3 },
    };
    await store.documents.setRunning(await store.documents.add(version));
    await store.documents.add({ ...version, name: 'next' });
    store.figures.save({ 'sequence/a': 7 });
    await store.stop();
    overwrite(file('state.db'), 0, JUNK.subarray(0, 200));
    await start();
    expect(await store.documents.running()).toEqual({ ...version, version: 1, state: 'running' });
    expect((await store.documents.list()).map(({ name, state }) => [name, state])).toEqual([
      ['next', 'previous'],
      ['site', 'running'],
    ]);
    expect(await store.figures.load()).toEqual({ 'sequence/a': 7 });
    expect(store.condition().movedAside).toMatchObject([{ database: 'state' }]);
  });

  it('puts a lost version back under its number', async () => {
    await start();
    const version = {
      version: 12,
      name: 'site',
      text: 'name: site',
      files: {},
      hash: 'h',
      appliedAt: 5,
      by: 'tester',
      note: '',
      state: 'running' as const,
      counts: { devices: 1, functions: 2, subscriptions: 3 },
    };
    await store.documents.restore(version);
    await store.documents.restore(version);
    expect(await store.documents.running()).toEqual(version);
    expect(await store.documents.add({ ...version, name: 'next' })).toBe(13);
  });

  it.each(['history.db', 'sessions.db'])('begins %s anew and keeps the damaged file', async (name) => {
    await filled(10);
    const junk = 'this is no database'.repeat(100);
    writeFileSync(file(name), junk);
    await start();
    const [moved] = store.condition().movedAside;
    expect(moved?.file).toBe(file(name));
    expect(readFileSync(moved?.movedTo ?? '', 'utf8')).toBe(junk);
    expect(store.health().state).toBe('ok');
    await store.history.record([checked(1)]);
    expect((await store.sessions.load()).retained).toEqual([]);
  });

  it('goes on with a replacement that was cut off between its renames', async () => {
    const ids = await filled(1000);
    overwrite(file('spool.db'), 0, JUNK.subarray(0, 100));
    await start();
    await salvaged();
    await store.stop();
    const [moved] = store.condition().movedAside;
    // as the folder stands in the middle: the damaged one is gone from its place, the new one not there yet
    const raw = new Sqlite(file('spool.db'));
    raw.pragma('journal_mode = DELETE');
    raw.close();
    const name = `spool.db.ready-for-${moved?.movedTo.split('/').at(-1)}`;
    writeFileSync(file(name), readFileSync(file('spool.db')));
    const fs = await import('node:fs');
    fs.rmSync(file('spool.db'));
    await start();
    expect((await readAll(store.spool)).map(({ id }) => id)).toEqual(ids);
    expect(readdirSync(join(folder.path, 'store')).some((one) => one.includes('ready-for'))).toBe(false);
  });

  it('notices a log that lost commits in its middle, and brings back what is behind', async () => {
    await start();
    const ids: number[] = [];
    for (let n = 0; n < 30; n += 1) ids.push(await store.spool.append([checked(n + 1)], 'rest'));
    const log = file('spool.db-wal');
    const copy = readFileSync(log);
    const main = readFileSync(file('spool.db'));
    await store.stop();
    writeFileSync(file('spool.db'), main); // as after a power cut: the log was not copied
    writeFileSync(log, copy);
    flip(log, Math.floor(copy.length / 4096 / 3) * 4120 + 2000);
    await start();
    const fresh = await store.spool.append([checked(500)], 'rest');
    expect(fresh).toBeGreaterThan(ids.at(-1) ?? 0);
    await salvaged();
    const found = await readAll(store.spool);
    expect(found.every(({ message }) => isWhole(message))).toBe(true);
    const back = found.map(({ id }) => id).filter((id) => id !== fresh);
    expect(back.length).toBeGreaterThan(25);
    expect(ids).toEqual(expect.arrayContaining(back));
    expect(store.condition().movedAside).toMatchObject([{ database: 'spool' }]);
  });
});
