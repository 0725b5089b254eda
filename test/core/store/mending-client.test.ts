import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLogHub } from '../../../core/base/log.ts';
import { createMendingClient } from '../../../core/store/sqlite/mending-client.ts';
import type { MovedAside } from '../../../core/store/sqlite/move-aside.ts';
import type { WorkerLink } from '../../../core/store/sqlite/worker-link.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';
import { type Folder, tempFolder } from './store-under-test.ts';

let folder: Folder;
beforeEach(() => {
  folder = tempFolder();
  mkdirSync(join(folder.path, 'store'));
});
afterEach(() => folder.remove());

/** A data directory with a damaged database, and a thread that only hears. */
function setUp() {
  const clock = createManualClock();
  const asked: string[] = [];
  const call = async (name: string): Promise<null> => {
    asked.push(name);
    return null;
  };
  const link = { call } as unknown as WorkerLink; // the one member that is used
  writeFileSync(join(folder.path, 'store', 'sessions.db'), Buffer.alloc(8192, 0xa5));
  const log = createLogHub({ clock }, { keep: 50, level: 'debug' }).logger('store');
  const client = createMendingClient({ clock, log, link, dataDir: folder.path, onSalvaged: () => {} });
  const checked = () => expect.poll(() => client.condition().check.state, { timeout: 10_000 }).toBe('damaged');
  return { clock, client, asked, checked };
}

const moved: MovedAside = {
  database: 'sessions',
  file: 'sessions.db',
  movedTo: 'sessions.db.damaged-x',
  at: 0,
  cause: 'seen by a call',
  saved: 'nothing',
  removed: [],
};

it('has a database replaced that the check finds damaged', async () => {
  const { clock, client, asked, checked } = setUp();
  client.start(null);
  await clock.advance(2000);
  await checked();
  expect(asked).toEqual(['mend']);
  client.stop();
});

it('leaves a database alone that was replaced while it was checked', async () => {
  const { clock, client, asked, checked } = setUp();
  client.start(null);
  await clock.advance(2000);
  await setImmediate();
  client.moved(moved);
  await checked();
  expect(asked).toEqual([]);
  client.stop();
});
