import { afterEach, describe, expect, it } from 'vitest';
import { type Bench, closed, message, startBench, until, wire } from './harness.ts';

let bench: Bench;
afterEach(() => bench.close());

const deep = 'a/'.repeat(10_000);
const lastFault = () => bench.broker.status().lastFault;

/** The broker still serves others. */
async function stillServes(): Promise<void> {
  const good = await bench.client(`good-${Math.random()}`);
  const got: string[] = [];
  good.on('message', (_topic, payload) => got.push(payload.toString()));
  await good.subscribeAsync('still/here');
  await bench.broker.sink.deliver([message('still/here', 'yes')]);
  await until(() => got.length === 1, 'the broker to serve a good client');
  good.end(true);
}

describe('local broker against hostile clients', () => {
  it.each([
    ['a publish', [wire.connect('h'), wire.publish(deep, 'x')]],
    ['a QoS 1 publish', [wire.connect('h'), wire.publish(deep, 'x', 1)]],
    ['a subscription', [wire.connect('h'), wire.subscribe(deep)]],
    ['a subscription with wildcards', [wire.connect('h'), wire.subscribe('+/'.repeat(10_000))]],
    ['an unsubscription', [wire.connect('h'), wire.unsubscribe(deep)]],
    ['a will', [wire.connect('h', { topic: deep, payload: 'x' })]],
  ])('refuses %s 10,000 levels deep', async (_what, packets) => {
    bench = await startBench();
    const raw = await bench.raw();
    for (const packet of packets) raw.write(packet);
    await closed(raw);
    await until(() => lastFault() !== null, 'the fault');
    expect(lastFault()).toMatchObject({ code: 'broker/topic-too-deep' });
    expect(lastFault()?.message).toContain('127.0.0.1');
    expect(bench.drafts).toEqual([]);
    await stillServes();
  });

  it.each([
    ['too large', 'broker/packet-too-large', [wire.connect('h'), Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f])]],
    ['too large before the connect', 'broker/packet-too-large', [Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f])]],
    ['HTTP', 'broker/malformed', [Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')]],
    ['zeros', 'broker/malformed', [Buffer.alloc(64)]],
    ['a second connect', 'broker/malformed', [wire.connect('h'), wire.connect('h')]],
    ['a publish before the connect', 'broker/malformed', [wire.publish('t', 'x')]],
    ['a publish to a wildcard', 'router/bad-topic', [wire.connect('h'), wire.publish('a/#', 'x')]],
    ['a publish to $SYS', 'router/bad-topic', [wire.connect('h'), wire.publish('$SYS/x', 'x')]],
    ['a length of five bytes', 'broker/malformed', [wire.connect('h'), Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 1])]],
  ])('closes the connection on %s, with %s', async (_what, code, packets) => {
    bench = await startBench();
    const raw = await bench.raw();
    for (const packet of packets) raw.write(packet);
    await closed(raw);
    await until(() => lastFault() !== null, 'the fault');
    expect(lastFault()).toMatchObject({ code });
    expect(lastFault()?.message).toContain('127.0.0.1');
    expect(bench.drafts).toEqual([]);
    await stillServes();
  });

  it('survives random bytes', async () => {
    bench = await startBench();
    let seed = 7;
    const next = (): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed >> 16;
    };
    for (let round = 0; round < 60; round += 1) {
      const raw = await bench.raw();
      if (round % 2) raw.write(wire.connect(`r${round}`));
      raw.end(Buffer.from(Array.from({ length: 200 }, () => next() & 255)));
      raw.resume();
    }
    await until(() => bench.broker.status().clients.length === 0, 'all of them to be gone');
    await stillServes();
  });

  it('logs only so much of a flood of faults, and counts all', async () => {
    bench = await startBench();
    for (let round = 0; round < 40; round += 1) {
      const raw = await bench.raw();
      raw.write(Buffer.alloc(8));
      await closed(raw);
    }
    expect(bench.records.filter((record) => record.event === 'broker.client-fault').length).toBe(20);
    expect(bench.metrics.expose()).toContain('gatehouse_broker_faults_total{code="broker/malformed"} 40');
  });

  it('turns away more clients than it may have, but lets one that is known come again', async () => {
    bench = await startBench({ maxClients: 2 });
    await bench.client('a');
    const b = await bench.client('b');
    await expect(bench.client('c')).rejects.toMatchObject({ code: 3 });
    expect(lastFault()).toMatchObject({ code: 'broker/too-many-clients' });
    await bench.client('b');
    await until(() => !b.connected, 'the older connection of b to be closed');
    expect(
      bench.broker
        .status()
        .clients.map(({ id }) => id)
        .sort(),
    ).toEqual(['a', 'b']);
  });

  it('ends a connection that never says connect', async () => {
    bench = await startBench({ connectTimeoutMs: 60 });
    const raw = await bench.raw();
    await closed(raw);
    await until(() => lastFault() !== null, 'the fault');
    expect(lastFault()).toMatchObject({ code: 'broker/connect-timeout' });
  });

  it('disconnects a client that never reads, while the others go on receiving', async () => {
    bench = await startBench({ drainTimeoutMs: 2000 });
    const frozen = await bench.raw();
    frozen.pause();
    frozen.write(wire.connect('frozen'));
    frozen.write(wire.subscribe('flood'));
    const good = await bench.client('good');
    let got = 0;
    good.on('message', () => {
      got += 1;
    });
    await good.subscribeAsync('flood');
    await until(() => bench.broker.status().clients.length === 2, 'both clients');
    const payload = Buffer.alloc(256 * 1024);
    const dropped = /gatehouse_broker_dropped_total\{reason="slow-client"\} [1-9]/;
    let sent = 0;
    // Until the frozen client owes all that it may: the good one has every message nevertheless.
    while (!dropped.test(bench.metrics.expose())) {
      await bench.broker.sink.deliver([message('flood', payload)]);
      sent += 1;
      await until(() => got >= sent, 'the good client to have it');
    }
    await until(() => lastFault() !== null, 'the frozen client to be disconnected');
    expect(lastFault()).toMatchObject({ code: 'broker/slow-client' });
    expect(lastFault()?.message).toContain('frozen');
    await until(() => bench.broker.status().clients.length === 1, 'the frozen client to be gone');
    expect(bench.broker.status().clients.map(({ id }) => id)).toEqual(['good']);
  });
});
