import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayError } from '../../../core/base/errors.ts';
import type { SessionChange } from '../../../core/store/sessions.ts';
import { createSessionsClient } from '../../../core/store/sqlite/sessions-client.ts';
import type { WorkerLink } from '../../../core/store/sqlite/worker-link.ts';
import { type Folder, openStore, tempFolder } from './store-under-test.ts';

const put = (key: string, value = 'v', client = 'c'): SessionChange => ({ kind: 'put', client, key, value: Buffer.from(value) });

describe('sessions in the store', () => {
  let folder: Folder;
  beforeEach(() => {
    folder = tempFolder();
  });
  afterEach(() => folder.remove());

  it('gives back after a restart what was changed, in order', async () => {
    const first = await openStore(folder.path);
    const { sessions } = first.store;
    const one: SessionChange[] = [
      { kind: 'session', client: 'c', awaySince: null },
      { kind: 'subscribe', subscription: { client: 'c', filter: 'a/#', qos: 1 } },
      { kind: 'subscribe', subscription: { client: 'c', filter: 'b', qos: 1 } },
      { kind: 'retain', message: { topic: 't', payload: Buffer.from('old'), qos: 0 } },
      { kind: 'retain', message: { topic: 'gone', payload: Buffer.from('x'), qos: 1 } },
      put('q:1'),
      put('q:2', 'two'),
      put('x', 'y', 'other'),
      { kind: 'session', client: 'other', awaySince: 5 },
    ];
    await sessions.change(one);
    await Promise.all([
      sessions.change([{ kind: 'session', client: 'c', awaySince: 1234.5 }]),
      sessions.change([
        { kind: 'unsubscribe', client: 'c', filter: 'b' },
        { kind: 'unretain', topic: 'gone' },
      ]),
      sessions.change([{ kind: 'retain', message: { topic: 't', payload: Buffer.from('new'), qos: 2 } }]),
      sessions.change([{ kind: 'remove', client: 'c', key: 'q:1' }, { kind: 'forget', client: 'other' }, put('z', 'z', 'other')]),
    ]);
    await first.store.stop();
    const second = await openStore(folder.path);
    const stored = await second.store.sessions.load();
    await second.store.stop();
    expect(stored.sessions).toEqual([{ client: 'c', awaySince: 1234.5 }]);
    expect(stored.subscriptions).toEqual([{ client: 'c', filter: 'a/#', qos: 1 }]);
    expect(stored.retained.map(({ topic, payload, qos }) => [topic, Buffer.from(payload).toString(), qos])).toEqual([
      ['t', 'new', 2],
    ]);
    expect(stored.records.map(({ client, key, value }) => [client, key, Buffer.from(value).toString()])).toEqual([
      ['c', 'q:2', 'two'],
      ['other', 'z', 'z'],
    ]);
  });

  it('loads more than a page holds', async () => {
    const { store } = await openStore(folder.path);
    const large = 'x'.repeat(300_000);
    await store.sessions.change(Array.from({ length: 5000 }, (_, i) => put(`q:${String(i).padStart(5, '0')}`)));
    await store.sessions.change(Array.from({ length: 9 }, (_, i) => put(`large:${i}`, large)));
    const { records } = await store.sessions.load();
    await store.stop();
    expect(records.length).toBe(5009);
    expect(records.filter(({ value }) => value.length === 300_000).length).toBe(9);
    expect(records[4999]?.key).toBe('q:04999');
  });
});

/** The thread's end, scripted. */
function fakeLink(answer: (changes: readonly SessionChange[]) => Promise<null>): {
  link: WorkerLink;
  calls: (readonly SessionChange[])[];
} {
  const calls: (readonly SessionChange[])[] = [];
  const call = (_name: string, input: unknown): Promise<unknown> => {
    const changes = input as readonly SessionChange[]; // the only call that is made here
    calls.push(changes);
    return answer(changes);
  };
  return { link: { call } as unknown as WorkerLink, calls };
}

const LIMITS = { maxWaitingChanges: 100, maxWaitingBytes: 10_000 };

describe('the main thread’s half of the sessions', () => {
  it('makes one commit of what comes in a turn and while another is under way, without what is overwritten', async () => {
    const { link, calls } = fakeLink(async () => null);
    const { sessions } = createSessionsClient(link, LIMITS);
    await Promise.all([
      sessions.change([put('a', '1')]),
      sessions.change([put('b', '1'), { kind: 'forget', client: 'c' }]),
      sessions.change([put('a', '2')]),
      sessions.change([{ kind: 'remove', client: 'd', key: 'a' }]),
    ]);
    expect(calls.length).toBe(1);
    expect(calls[0]?.map((one) => (one.kind === 'put' ? `put ${one.key}` : one.kind))).toEqual([
      'put b',
      'forget',
      'put a',
      'remove',
    ]);
  });

  it('lets through what only removes while the disk is full, and rejects the rest', async () => {
    const { link } = fakeLink(async (changes) => {
      if (changes.some(({ kind }) => kind === 'put')) throw new GatewayError('store/full', 'The disk is full.');
      return null;
    });
    const { sessions } = createSessionsClient(link, LIMITS);
    const outcomes = await Promise.allSettled([
      sessions.change([put('a')]),
      sessions.change([{ kind: 'remove', client: 'c', key: 'b' }]),
    ]);
    expect(outcomes).toMatchObject([{ status: 'rejected', reason: { code: 'store/full' } }, { status: 'fulfilled' }]);
  });

  it('holds only so much in memory', async () => {
    const disk = Promise.withResolvers<null>();
    const { link } = fakeLink(() => disk.promise);
    const { sessions } = createSessionsClient(link, LIMITS);
    const kept = Array.from({ length: 100 }, (_, i) => sessions.change([put(`${i}`)]));
    await expect(sessions.change([put('more')])).rejects.toMatchObject({ code: 'store/overloaded' });
    disk.resolve(null);
    await Promise.all(kept);
    await sessions.change([put('more')]);
  });
});
