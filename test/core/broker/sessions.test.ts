import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createMemorySessions } from '../../fakes/memory-sessions.ts';
import { type Bench, message, startBench, until, wire } from './harness.ts';

let bench: Bench;
afterEach(() => bench.close());

const away = (): Promise<void> => until(() => bench.broker.status().clients.length === 0, 'all clients to be gone');
const texts = (): string[] => bench.drafts.map(({ payload }) => Buffer.from(payload).toString());

/** Everything that comes on a raw connection. */
function listen(socket: Socket): () => Buffer {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks);
}

/** The broker has taken up, and answered, a client that came later: what it has not answered by now, it holds back. */
async function answersOthers(): Promise<void> {
  await (await bench.client('came-later')).endAsync();
}

async function subscribed(id: string, filter: string, qos: 1 | 2 = 1): Promise<void> {
  const client = await bench.client(id, { clean: false });
  await client.subscribeAsync(filter, { qos });
  await client.endAsync();
  await away();
}

describe('sessions of the local broker', () => {
  it('survive a restart: retained messages, subscriptions, and what waits', async () => {
    const sessions = createMemorySessions();
    bench = await startBench({}, { sessions });
    await bench.broker.sink.deliver([message('state', 'on', { retain: true })]);
    await subscribed('p', 'jobs/+');
    await bench.broker.sink.deliver([message('jobs/1', 'one', { qos: 1 }), message('jobs/2', 'two', { qos: 1 })]);
    await bench.close();
    bench = await startBench({}, { sessions });
    await bench.broker.sink.deliver([message('jobs/3', 'three', { qos: 1 })]);
    expect(bench.broker.sessions()).toMatchObject([{ id: 'p', connected: false, subscriptions: 1, queued: 3, queuedBytes: 29 }]);
    const got: string[] = [];
    const client = await bench.client('p', { clean: false, onMessage: (payload) => got.push(payload.toString()) });
    await until(() => got.length === 3, 'what waited');
    await client.subscribeAsync('state');
    await until(() => got.length === 4, 'the retained message');
    expect(got).toEqual(['one', 'two', 'three', 'on']);
    await until(() => bench.broker.sessions()[0]?.queued === 0, 'the acknowledgements');
  });

  it('acknowledges a publish only when it is on disk for a session that is away', async () => {
    const sessions = createMemorySessions();
    bench = await startBench({}, { sessions });
    await subscribed('p', 'jobs');
    const disk = Promise.withResolvers<void>();
    const sender = await bench.client('s');
    sessions.hold(disk.promise);
    let acknowledged = false;
    const sent = sender.publishAsync('jobs', 'x', { qos: 1 }).then(() => {
      acknowledged = true;
    });
    await until(() => bench.drafts.length === 1, 'the draft');
    await answersOthers();
    expect(acknowledged).toBe(false);
    sessions.hold(null);
    disk.resolve();
    await sent;
    expect(sessions.commits.flat().some(({ kind }) => kind === 'put')).toBe(true);
  });

  it('does not acknowledge what the disk does not take, and keeps nothing of it; others work on', async () => {
    const sessions = createMemorySessions();
    bench = await startBench({}, { sessions });
    await subscribed('p', 'jobs');
    sessions.full = true;
    const sender = await bench.client('s');
    let acknowledged = false;
    sender.publish('jobs', 'x', { qos: 1 }, (error) => {
      acknowledged = !error;
    });
    await new Promise<void>((resolve) => sender.once('close', () => resolve()));
    expect(acknowledged).toBe(false);
    expect(bench.broker.sessions()[0]?.queued).toBe(0);
    const other = await bench.client('o');
    await other.publishAsync('elsewhere', 'y', { qos: 1 });
    sessions.full = false;
    await other.publishAsync('jobs', 'z', { qos: 1 });
    expect(bench.broker.sessions()[0]?.queued).toBe(1);
  });

  it('says when a session is full, counts what is not kept, and forgets what a person forgets', async () => {
    bench = await startBench({ sessions: { maxMessages: 2, maxBytes: 100_000, forgetAfterHours: 1 } });
    await subscribed('p', 'jobs');
    await bench.broker.sink.deliver(['1', '2', '3', '4'].map((payload) => message('jobs', payload, { qos: 1 })));
    expect(bench.broker.sessions()).toMatchObject([{ id: 'p', queued: 2, maxQueued: 2, dropped: 2 }]);
    expect(bench.broker.status().lastFault).toMatchObject({ code: 'broker/session-full' });
    await expect(bench.broker.forget('q')).rejects.toMatchObject({ code: 'broker/unknown-session' });
    await bench.broker.forget('p');
    expect(bench.broker.sessions()).toEqual([]);
  });

  it('forgets a session whose client stays away, by steady time only, over restarts', async () => {
    const sessions = createMemorySessions();
    let steadyMs = 1_000_000;
    let looks = 0;
    const steady = (): number => {
      looks += 1;
      return steadyMs;
    };
    const options = { sessions: { maxMessages: 10, maxBytes: 100_000, forgetAfterHours: 0.0001 } };
    bench = await startBench(options, { sessions, steady });
    await subscribed('p', 'jobs');
    await bench.close();
    steadyMs += 100;
    bench = await startBench(options, { sessions, steady });
    const before = looks;
    await until(() => looks >= before + 3, 'the broker to look for sessions that are over');
    expect(bench.broker.sessions().length).toBe(1);
    steadyMs += 300;
    await until(() => bench.broker.sessions().length === 0, 'the session to be forgotten');
    expect(await sessions.load()).toMatchObject({ sessions: [], subscriptions: [], records: [] });
  });

  it('sends again under the same message id what was not acknowledged before a restart, as a duplicate', async () => {
    const sessions = createMemorySessions();
    bench = await startBench({}, { sessions });
    await subscribed('p', 'jobs');
    const first = await bench.raw();
    const heard = listen(first);
    first.write(wire.connect('p', undefined, false));
    await until(() => heard().length >= 4, 'the CONNACK');
    await bench.broker.sink.deliver([message('jobs', 'x', { qos: 1 })]);
    await until(() => heard().length > 4, 'the message');
    const id = heard().subarray(4).readUInt16BE(8);
    expect(heard()[4]).toBe(0x32);
    await bench.close();
    bench = await startBench({}, { sessions });
    const second = await bench.raw();
    const again = listen(second);
    second.write(wire.connect('p', undefined, false));
    await until(() => again().length > 4, 'the message again');
    expect(again()[2]).toBe(1); // session present
    expect(again()[4]).toBe(0x3a);
    expect(again().subarray(4).readUInt16BE(8)).toBe(id);
  });

  it('goes on with the PUBREL after a restart, not with the message, when the PUBREC had come', async () => {
    const sessions = createMemorySessions();
    bench = await startBench({}, { sessions });
    await subscribed('p', 'jobs', 2);
    const first = await bench.raw();
    const heard = listen(first);
    first.write(wire.connect('p', undefined, false));
    await until(() => heard().length >= 4, 'the CONNACK');
    await bench.broker.sink.deliver([message('jobs', 'x', { qos: 2 })]);
    await until(() => heard().length > 4, 'the message');
    const id = heard().subarray(4).readUInt16BE(8);
    const before = heard().length;
    first.write(wire.pubrec(id));
    await until(() => heard().length > before, 'the PUBREL');
    await bench.close();
    bench = await startBench({}, { sessions });
    const second = await bench.raw();
    const again = listen(second);
    second.write(wire.connect('p', undefined, false));
    await until(() => again().length >= 8, 'the PUBREL again');
    expect([...again().subarray(4)]).toEqual([0x62, 2, id >> 8, id & 255]);
  });

  it('hands a QoS 2 message to the router once over a restart, and takes its id anew after the release', async () => {
    const sessions = createMemorySessions();
    bench = await startBench({}, { sessions });
    const first = await bench.raw();
    const heard = listen(first);
    first.write(wire.connect('two', undefined, false));
    first.write(wire.publish2('t', 'a', 7, false));
    await until(() => heard().length >= 8, 'CONNACK and PUBREC');
    await bench.close();
    expect(texts()).toEqual(['a']);
    bench = await startBench({}, { sessions });
    const second = await bench.raw();
    const again = listen(second);
    second.write(wire.connect('two', undefined, false));
    second.write(wire.publish2('t', 'a', 7, true));
    await until(() => again().length >= 8, 'the PUBREC');
    second.write(wire.pubrel(7));
    await until(() => again().length >= 12, 'the PUBCOMP');
    second.write(wire.publish2('t', 'b', 7, false));
    await until(() => again().length >= 16, 'the next PUBREC');
    expect(texts()).toEqual(['b']);
    expect([again()[4], again()[8], again()[12]]).toEqual([0x50, 0x70, 0x50]);
  });

  it('waits with a QoS 2 message that is sent again for the first, which the router still has', async () => {
    bench = await startBench();
    const taken = Promise.withResolvers<void>();
    bench.answer = () => taken.promise;
    const first = await bench.raw();
    first.write(wire.connect('two', undefined, false));
    first.write(wire.publish2('t', 'a', 7, false));
    await until(() => bench.drafts.length === 1, 'the draft');
    first.destroy();
    const second = await bench.raw();
    const again = listen(second);
    second.write(wire.connect('two', undefined, false));
    second.write(wire.publish2('t', 'a', 7, true));
    await until(() => again().length >= 4, 'the CONNACK');
    await answersOthers();
    expect(again().length).toBe(4);
    taken.resolve();
    await until(() => again().length >= 8, 'the PUBREC');
    expect(bench.drafts.length).toBe(1);
    expect(bench.broker.status().lastFault).toBeNull();
  });

  it('sends the will of a client that was connected when the gateway died, when the router takes it', async () => {
    const sessions = createMemorySessions();
    bench = await startBench({}, { sessions });
    const raw = await bench.raw();
    const heard = listen(raw);
    raw.write(wire.connect('w', { topic: 'gone', payload: 'w' }));
    await until(() => heard().length >= 4, 'the CONNACK');
    const died = createMemorySessions();
    const { records } = await sessions.load();
    await died.change(records.map((record) => ({ kind: 'put', ...record })));
    await bench.close();
    bench = await startBench({}, { sessions: died });
    await until(() => bench.drafts.length === 1, 'the will');
    expect(bench.drafts).toMatchObject([{ topic: 'gone', source: { kind: 'client', id: 'w' } }]);
    for (const end = performance.now() + 5000; (await died.load()).records.length > 0 && performance.now() < end; )
      await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await died.load()).records).toEqual([]);
  });

  it('gives a client with overlapping subscriptions one copy, and takes the short way while nobody asks for more', async () => {
    const sessions = createMemorySessions();
    bench = await startBench({}, { sessions });
    const sender = await bench.client('s');
    await sender.publishAsync('jobs/1', 'nobody', { qos: 1 });
    expect(sessions.commits.length).toBe(0);
    const got: string[] = [];
    const client = await bench.client('p', { clean: false, onMessage: (payload) => got.push(payload.toString()) });
    await client.subscribeAsync({ 'jobs/#': { qos: 0 }, 'jobs/+': { qos: 1 }, 'jobs/1': { qos: 2 } });
    await sender.publishAsync('jobs/1', 'a', { qos: 2 });
    await sender.publishAsync('jobs/1', 'b', { qos: 1 });
    await until(() => got.includes('b') && bench.broker.sessions()[0]?.queued === 0, 'both, acknowledged');
    expect(got).toEqual(['a', 'b']);
  });
});
