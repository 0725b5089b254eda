import { afterAll, beforeAll, describe } from 'vitest';
import type { SessionChange, Sessions } from '../../../core/store/sessions.ts';
import type { Store } from '../../../core/store/store.ts';
import { createMemorySessions } from '../../fakes/memory-sessions.ts';
import { type Folder, openStore, tempFolder } from '../store/store-under-test.ts';
import { abstractSuite, persistenceOn } from './abstract-bridge.ts';

/** The suite wants an empty persistence for each of its cases. */
async function wipe(sessions: Sessions): Promise<void> {
  const { retained, subscriptions, sessions: known, records } = await sessions.load();
  const clients = new Set([...subscriptions, ...known, ...records].map(({ client }) => client));
  await sessions.change([
    ...retained.map(({ topic }): SessionChange => ({ kind: 'unretain', topic })),
    ...[...clients].map((client): SessionChange => ({ kind: 'forget', client })),
  ]);
}

describe('aedes-persistence’s own suite', () => {
  let store: Store;
  let folder: Folder;
  beforeAll(async () => {
    folder = tempFolder();
    ({ store } = await openStore(folder.path));
  });
  afterAll(async () => {
    await store.stop();
    folder.remove();
  });
  abstractSuite('on a memory double', async () => persistenceOn(createMemorySessions()));
  abstractSuite('on the SQLite store', async () => {
    await wipe(store.sessions);
    return persistenceOn(store.sessions);
  });
});
