import { mkdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SteadyTime } from '../../../core/store/spool.ts';
import { createEngine } from '../../../core/store/sqlite/engine.ts';
import { type EngineDeps, openParts } from '../../../core/store/sqlite/parts.ts';
import type { FromWorker } from '../../../core/store/sqlite/protocol.ts';
import { SPOOL_MIGRATIONS } from '../../../core/store/sqlite/spool-db.ts';
import { packAppends } from '../../../core/store/sqlite/spool-place.ts';
import { spoolMessage } from '../../conformance/spool.suite.ts';
import { type Folder, tempFolder } from './store-under-test.ts';

const LIFE: SteadyTime = { steadyMs: 1000, wallMs: 1_767_225_600_000, trust: 'synced' };

let folder: Folder;
let told: FromWorker[];
let deps: EngineDeps;
beforeEach(() => {
  folder = tempFolder();
  told = [];
  deps = { now: () => LIFE.wallMs, monotonic: () => performance.now(), post: (message) => void told.push(message) };
});
afterEach(() => folder.remove());
const config = () => ({ dataDir: folder.path, reserveBytes: 0, walPages: 1000 });
const file = (): string => join(folder.path, 'store', 'spool.db');
const appends = (count: number, bytes = 1) => {
  const messages = Array.from({ length: count }, (_, n) => spoolMessage(n + 1, new Uint8Array(bytes)));
  return packAppends([{ messages, stream: 'rest', expiresInMs: null }]);
};
const moved = (): number => told.filter(({ t }) => t === 'moved-aside').length;

it('does not replace a spool a second time that was replaced when it was opened anew', () => {
  const parts = openParts(config(), deps);
  mkdirSync(`${file()}.making`); // in the way of the replacement
  parts.condemn('spool', new Error('bad page'));
  expect(() => parts.heal('spool')).toThrow();
  rmdirSync(`${file()}.making`);
  for (const tail of ['-wal', '-shm']) rmSync(file() + tail, { force: true });
  writeFileSync(file(), Buffer.alloc(8192, 0xa5));
  parts.reopenSpool();
  expect(moved()).toBe(1);
  expect(parts.isWell('spool')).toBe(true);
  parts.close();
});

it('replaces a spool whose damage only reading shows, also after it was opened anew', () => {
  const parts = openParts(config(), deps);
  mkdirSync(`${file()}.making`);
  parts.condemn('spool', new Error('bad page'));
  expect(() => parts.heal('spool')).toThrow();
  rmdirSync(`${file()}.making`);
  parts.reopenSpool();
  expect(parts.isWell('spool')).toBe(false);
  parts.heal('spool');
  expect([moved(), parts.isWell('spool')]).toEqual([1, true]);
  parts.close();
});

it('opens a spool again that could not be opened behind a slice of the salvage', () => {
  const engine = createEngine(deps);
  const version = (number: number): void => {
    const raw = new Sqlite(file());
    raw.pragma(`user_version = ${number}`);
    raw.close();
  };
  engine.handle({ t: 'open', call: 1, input: config() });
  const commit = (count: number) =>
    engine.handle({ t: 'commit', call: 2, input: { append: appends(count), ack: null, life: LIFE } });
  commit(3);
  engine.handle({ t: 'mend', call: 3, input: { database: 'spool', cause: 'test' } });
  version(99);
  expect(() => engine.handle({ t: 'salvage', call: 4, input: null })).toThrow(/version 99/);
  version(SPOOL_MIGRATIONS.length);
  expect(commit(1)).toMatchObject({ appendFault: null });
  while (engine.handle({ t: 'salvage', call: 5, input: null })?.state === 'running');
  const ask = { stream: 'rest', from: 'oldest', limit: 10, maxBytes: 1e6 } as const;
  expect(engine.handle({ t: 'peek', call: 6, input: { ask, life: LIFE } }).messages.count).toBe(4);
  engine.close();
});

it('gives what was salvaged so far while a full disk holds the salvage up: only sending makes room', () => {
  const first = createEngine(deps);
  first.handle({ t: 'open', call: 1, input: config() });
  for (let round = 0; round < 4; round += 1) {
    first.handle({ t: 'commit', call: 2, input: { append: appends(300, 4000), ack: null, life: LIFE } });
  }
  first.handle({ t: 'mend', call: 3, input: { database: 'spool', cause: 'test' } });
  expect(first.handle({ t: 'salvage', call: 4, input: null })?.state).toBe('running');
  const ask = { ask: { stream: 'rest', from: 'oldest', limit: 10, maxBytes: 1e6 }, life: LIFE } as const;
  expect(first.handle({ t: 'peek', call: 5, input: ask }).messages.count).toBe(0);
  first.close();
  const full = createEngine(deps);
  full.handle({ t: 'open', call: 1, input: { ...config(), reserveBytes: 2 ** 50 } });
  expect(() => full.handle({ t: 'salvage', call: 2, input: null })).toThrow(expect.objectContaining({ code: 'store/full' }));
  const { figures, messages } = full.handle({ t: 'peek', call: 3, input: ask });
  expect(messages.count).toBe(10);
  const ack = Float64Array.from({ length: 10 }, (_, n) => figures[n * 4] ?? 0);
  expect(full.handle({ t: 'commit', call: 4, input: { append: null, ack, life: LIFE } })).toMatchObject({ ackFault: null });
  full.close();
});
