import { afterEach, beforeEach, expect, it } from 'vitest';
import type { CertificateView } from '../../../core/contract/outbox-views.ts';
import { type Folder, openStore, tempFolder } from './store-under-test.ts';

let folder: Folder;
beforeEach(() => {
  folder = tempFolder();
});
afterEach(() => folder.remove());

const certificate = (n: number, state: CertificateView['state'] = 'complete'): CertificateView => ({
  id: `mill-${n}`,
  state,
  gateway: 'mill',
  site: 's',
  endpoint: 'mqtts://cloud:8883',
  from: 1000 * n,
  restoredAt: null,
  to: null,
  offlineMs: 5,
  drainMs: null,
  clockTrust: 'synced',
  cause: null,
  restarts: 0,
  waitingBefore: 0,
  accepted: n,
  delivered: 0,
  deadLettered: 0,
  dropped: { damaged: 2 },
  waitingAfter: n,
  balanced: true,
  highestBacklog: { messages: n, bytes: 10 },
  duplicatesPossible: 0,
  sources: [
    {
      source: 'device:a',
      first: 1,
      last: n,
      gaps: [{ source: 'device:a', first: 2, last: 3, count: 2, reason: 'damaged', at: 7 }],
    },
  ],
  abridged: false,
  hash: null,
});

it('certificates are kept over a restart, newest first, and the next state of one takes its place', async () => {
  const { store } = await openStore(folder.path);
  await store.certificates.put(certificate(1, 'open'));
  await store.certificates.put(certificate(2, 'open'));
  await store.certificates.put(certificate(1));
  await store.stop();
  const { store: again } = await openStore(folder.path);
  expect(await again.certificates.list()).toEqual([certificate(2, 'open'), certificate(1)]);
  await again.stop();
});

it('the newest 500 certificates are kept', async () => {
  const { store } = await openStore(folder.path);
  for (let n = 1; n <= 503; n += 1) await store.certificates.put(certificate(n));
  const ids = (await store.certificates.list()).map(({ id }) => id);
  expect([ids.length, ids[0], ids.at(-1)]).toEqual([500, 'mill-503', 'mill-4']);
  await store.stop();
});
