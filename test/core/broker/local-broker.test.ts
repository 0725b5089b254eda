import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { GatewayError } from '../../../core/base/errors.ts';
import { type Bench, closed, message, startBench, until, wire } from './harness.ts';

let bench: Bench;
afterEach(() => bench.close());

describe('local broker', () => {
  it('exchanges messages among clients and hands them to the router with their source', async () => {
    bench = await startBench();
    const a = await bench.client('a');
    const b = await bench.client('b');
    const got: string[] = [];
    b.on('message', (topic, payload, packet) => got.push(`${topic}=${payload} q${packet.qos}`));
    await b.subscribeAsync('site/+', { qos: 1 });
    await a.publishAsync('site/one', '1');
    await a.publishAsync('site/two', '2', { qos: 1 });
    await a.publishAsync('site/three', '3', { qos: 2 });
    await until(() => got.length === 3, 'three messages');
    expect(got).toEqual(['site/one=1 q0', 'site/two=2 q1', 'site/three=3 q1']);
    expect(bench.drafts.map(({ topic, qos, source }) => [topic, qos, source.kind, source.id])).toEqual([
      ['site/one', 0, 'client', 'a'],
      ['site/two', 1, 'client', 'a'],
      ['site/three', 2, 'client', 'a'],
    ]);
  });

  it('delivers the router’s messages to clients, in order, and does not take them for publishes', async () => {
    bench = await startBench();
    const a = await bench.client('a');
    const got: string[] = [];
    a.on('message', (_topic, payload) => got.push(payload.toString()));
    await a.subscribeAsync('out/#', { qos: 1 });
    const batch = Array.from({ length: 500 }, (_, i) => message('out/x', String(i), { qos: i % 2 ? 1 : 0 }));
    await bench.broker.sink.deliver(batch);
    await until(() => got.length === 500, '500 messages');
    expect(got).toEqual(batch.map((_, i) => String(i)));
    expect(bench.drafts).toEqual([]);
  });

  it('keeps retained messages of the router for those who come later', async () => {
    bench = await startBench();
    await bench.broker.sink.deliver([message('state', 'on', { retain: true })]);
    const a = await bench.client('a');
    const got: string[] = [];
    a.on('message', (_topic, payload) => got.push(payload.toString()));
    await a.subscribeAsync('state');
    await until(() => got.length === 1, 'the retained message');
    expect(got).toEqual(['on']);
  });

  it('keeps QoS 1 messages for a persistent session while its client is away', async () => {
    bench = await startBench();
    const first = await bench.client('p', { clean: false });
    await first.subscribeAsync('jobs', { qos: 1 });
    await first.endAsync();
    await until(() => bench.broker.status().clients.length === 0, 'the client to be gone');
    await bench.broker.sink.deliver([message('jobs', 'one', { qos: 1 })]);
    const got: string[] = [];
    await bench.client('p', { clean: false, onMessage: (payload) => got.push(payload.toString()) });
    await until(() => got.length === 1, 'the message that waited');
    expect(got).toEqual(['one']);
  });

  it('bounds what it keeps for a client that is away and what it retains', async () => {
    bench = await startBench({ memory: { sessionMessages: 3, sessionBytes: 1000, retainedTopics: 2, retainedBytes: 1000 } });
    const first = await bench.client('p', { clean: false });
    await first.subscribeAsync('jobs', { qos: 1 });
    await first.endAsync();
    await until(() => bench.broker.status().clients.length === 0, 'the client to be gone');
    const away = ['1', '2', '3', '4', '5'];
    await bench.broker.sink.deliver(away.map((payload) => message('jobs', payload, { qos: 1 })));
    const got: string[] = [];
    await bench.client('p', { clean: false, onMessage: (payload) => got.push(payload.toString()) });
    await until(() => got.length === 3, 'what was kept');
    await bench.broker.sink.deliver([message('jobs', '6', { qos: 1 })]);
    await until(() => got.length === 4, 'room again');
    expect(got).toEqual(['1', '2', '3', '6']);
    await bench.broker.sink.deliver(['a', 'b', 'c'].map((topic) => message(`state/${topic}`, 'x', { retain: true })));
    await bench.broker.sink.deliver([message('state/a', '', { retain: true }), message('state/d', 'x', { retain: true })]);
    const late = await bench.client('late');
    const topics: string[] = [];
    late.on('message', (topic) => topics.push(topic));
    await late.subscribeAsync('state/#');
    await until(() => topics.length === 2, 'what was retained');
    expect(topics.sort()).toEqual(['state/b', 'state/d']);
    expect(bench.metrics.expose()).toContain('gatehouse_broker_not_kept_total 3');
  });

  it('acknowledges a QoS 1 publish only when the router has taken it', async () => {
    bench = await startBench();
    const accepted = Promise.withResolvers<void>();
    bench.answer = () => accepted.promise;
    const a = await bench.client('a');
    let acknowledged = false;
    const sent = a.publishAsync('t', 'x', { qos: 1 }).then(() => {
      acknowledged = true;
    });
    await until(() => bench.drafts.length === 1, 'the draft');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(acknowledged).toBe(false);
    accepted.resolve();
    await sent;
    expect(acknowledged).toBe(true);
  });

  it('closes the client instead of acknowledging what the router refused; QoS 0 is counted and passes', async () => {
    bench = await startBench();
    bench.answer = () => Promise.reject(new GatewayError('store/full', 'The disk is full.'));
    const a = await bench.client('a');
    let acknowledged = false;
    a.publish('t', 'x', { qos: 1 }, (error) => {
      acknowledged = !error;
    });
    await new Promise<void>((resolve) => a.once('close', () => resolve()));
    expect(acknowledged).toBe(false);
    expect(bench.broker.status().lastFault).toMatchObject({ code: 'broker/not-accepted' });
    expect(bench.broker.status().lastFault?.message).toMatch(/client a .*disk is full/);
    const b = await bench.client('b');
    await b.publishAsync('t', 'x');
    await until(() => bench.metrics.expose().includes('reason="not-accepted"} 1'), 'the count');
    expect(b.connected).toBe(true);
  });

  it('hands a QoS 2 message that is sent again to the router once', async () => {
    bench = await startBench();
    const raw = await bench.raw();
    raw.write(wire.connect('two'));
    raw.write(wire.publish2('t', 'x', 7, false));
    await until(() => bench.drafts.length === 1, 'the first');
    raw.write(wire.publish2('t', 'x', 7, true));
    raw.write(wire.publish('t', 'last', 8));
    await until(() => bench.drafts.some((draft) => Buffer.from(draft.payload).toString() === 'last'), 'the last');
    expect(bench.drafts.length).toBe(2);
  });

  it('sends a will through the router, and none after a proper goodbye', async () => {
    bench = await startBench();
    const will = { topic: 'gone', payload: Buffer.from('a'), qos: 1 as const, retain: false };
    const a = await bench.client('a', { will });
    const b = await bench.client('b', { will });
    await b.endAsync();
    a.stream.destroy();
    await until(() => bench.drafts.length === 1, 'the will');
    await until(() => bench.broker.status().clients.length === 0, 'both gone');
    expect(bench.drafts).toMatchObject([{ topic: 'gone', qos: 1, source: { kind: 'client', id: 'a' } }]);
  });

  it('lists its clients and tells of changes', async () => {
    bench = await startBench();
    let changes = 0;
    bench.broker.onChanged(() => {
      changes += 1;
    });
    const a = await bench.client('a');
    await a.subscribeAsync(['x', 'y']);
    expect(bench.broker.status().clients).toMatchObject([{ id: 'a', subscriptions: 2 }]);
    expect(bench.broker.status().clients[0]?.address).toMatch(/^127\.0\.0\.1:\d+$/);
    await a.endAsync();
    await until(() => bench.broker.status().clients.length === 0, 'the client to be gone');
    expect(changes).toBeGreaterThanOrEqual(3);
  });

  it('says which port is in use', async () => {
    bench = await startBench();
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const address = taken.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    try {
      await expect(startBench({ port })).rejects.toMatchObject({
        code: 'broker/port-in-use',
        message: expect.stringContaining(String(port)),
      });
    } finally {
      taken.close();
    }
  });

  it('does not listen on the network without TLS', async () => {
    bench = await startBench();
    await expect(startBench({ host: '0.0.0.0' })).rejects.toMatchObject({ code: 'broker/needs-tls' });
  });

  it('stops at once with clients connected, twice, and does not send their wills', async () => {
    bench = await startBench();
    const will = { topic: 'gone', payload: Buffer.from('a'), qos: 0 as const, retain: false };
    await bench.client('a', { will });
    const raw = await bench.raw();
    await bench.broker.stop();
    await bench.broker.stop();
    await closed(raw);
    expect(bench.broker.status()).toMatchObject({ port: null, clients: [] });
    expect(bench.drafts).toEqual([]);
    await expect(bench.broker.sink.deliver([message('t')])).rejects.toMatchObject({ code: 'gateway/stopping' });
  });
});
