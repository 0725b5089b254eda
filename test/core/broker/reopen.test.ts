import { expect, it } from 'vitest';
import { createLogHub } from '../../../core/base/log.ts';
import { createKeptChanges } from '../../../core/broker/kept-changes.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';
import { createMemorySessions } from '../../fakes/memory-sessions.ts';
import { openStore, tempFolder } from '../store/store-under-test.ts';
import { persistenceOn } from './abstract-bridge.ts';

const publish = (payload: string, brokerCounter: number) =>
  ({
    cmd: 'publish',
    topic: 'jobs',
    payload: Buffer.from(payload),
    qos: 2,
    retain: false,
    dup: false,
    brokerId: 'a',
    brokerCounter,
  }) as const;

it('gives back from the disk all that it was asked to keep', async () => {
  const folder = tempFolder();
  const client = { id: 'c' };
  const first = await openStore(folder.path);
  const before = persistenceOn(first.store.sessions);
  await before.setup({ id: 'a' });
  await before.addSubscriptions(client, [
    { topic: 'jobs', qos: 2 },
    { topic: 'x/#', qos: 0 },
  ]);
  await before.storeRetained({ ...publish('on', 1), topic: 'state', retain: true });
  for (const [at, text] of ['one', 'two', 'three', 'four'].entries())
    await before.outgoingEnqueueCombi([{ clientId: 'c' }], publish(text, at + 1));
  await before.outgoingUpdate(client, { ...publish('one', 1), messageId: 100 });
  await before.outgoingUpdate(client, { ...publish('two', 2), messageId: 65_535 });
  await before.outgoingUpdate(client, { ...publish('', 0), cmd: 'pubrel', messageId: 100 });
  await before.outgoingUpdate(client, { ...publish('three', 3), messageId: 7 });
  await before.outgoingClearMessageId(client, { messageId: 7 });
  await before.incomingStorePacket(client, { ...publish('in', 9), messageId: 42 });
  await before.putWill(client, { ...publish('gone', 0), topic: 'will' });
  await before.destroy();
  await first.store.stop();

  const second = await openStore(folder.path);
  const after = persistenceOn(second.store.sessions);
  await after.setup({ id: 'b' });
  expect(await after.subscriptionsByClient(client)).toEqual([
    { topic: 'jobs', qos: 2 },
    { topic: 'x/#', qos: 0 },
  ]);
  expect(await after.subscriptionsByTopic('jobs')).toEqual([{ clientId: 'c', topic: 'jobs', qos: 2 }]);
  const retained = await after.createRetainedStream('#').toArray();
  expect(retained.map(({ topic, payload }) => [topic, payload.toString()])).toEqual([['state', 'on']]);
  const waiting = await after.outgoingStream(client).toArray();
  expect(waiting.map(({ cmd, payload, messageId, dup }) => [cmd, payload.toString(), messageId, dup])).toEqual([
    ['pubrel', '', 100, false],
    ['publish', 'two', 65_535, true],
    ['publish', 'four', undefined, false],
  ]);
  expect(after.book.get('c')?.queue.freeId()).toBe(1);
  expect(await after.incomingGetPacket(client, { messageId: 42 })).toMatchObject({ messageId: 42 });
  const wills = await after.streamWill({ b: 1 }).toArray();
  expect(wills).toMatchObject([{ topic: 'will', clientId: 'c', brokerId: 'a' }]);
  await after.forget('c');
  await after.destroy();
  expect(await second.store.sessions.load()).toMatchObject({ sessions: [], subscriptions: [], records: [{ key: 'w:a:c' }] });
  await second.store.stop();
  folder.remove();
});

it('leaves out a record that it cannot read, and takes it away', async () => {
  const sessions = createMemorySessions();
  const value = (bytes: string): Uint8Array => Buffer.from(bytes);
  await sessions.change([
    { kind: 'session', client: 'c', awaySince: 1 },
    { kind: 'put', client: 'c', key: 'q:0000000000000001', value: value('') },
    { kind: 'put', client: 'c', key: 'q:0000000000000002', value: value('\0\0\0\u0002{"x') },
    { kind: 'put', client: 'c', key: 'q:0000000000000003', value: value('\0\0\0\u0002[]') },
  ]);
  const persistence = persistenceOn(sessions);
  await persistence.setup({ id: 'a' });
  expect(persistence.book.get('c')?.queue.size).toBe(0);
  await persistence.destroy();
  expect((await sessions.load()).records).toEqual([]);
});

it('tries again what the disk did not take, but nothing that is overtaken meanwhile', async () => {
  const clock = createManualClock();
  const sessions = createMemorySessions();
  const log = createLogHub({ clock }, { keep: 10, level: 'debug' }).logger('broker');
  const changes = createKeptChanges({ clock, log, sessions });
  sessions.full = true;
  await changes.owe([
    { kind: 'session', client: 'a', awaySince: 1 },
    { kind: 'session', client: 'b', awaySince: 1 },
  ]);
  await expect(changes.write([{ kind: 'put', client: 'a', key: 'k', value: Buffer.from('v') }])).rejects.toMatchObject({
    code: 'store/full',
  });
  sessions.full = false;
  await changes.write([{ kind: 'forget', client: 'b' }]);
  await clock.advance(120_000);
  await changes.settle();
  expect(await sessions.load()).toMatchObject({ sessions: [{ client: 'a', awaySince: 1 }], records: [] });
});
