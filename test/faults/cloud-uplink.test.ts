import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../core/base/clock.ts';
import { createLogHub } from '../../core/base/log.ts';
import { createMetrics } from '../../core/base/metrics.ts';
import { createUplink, type Uplink } from '../../core/cloud/uplink.ts';
import { Outbox } from '../../core/contract/document/outbox.ts';
import { createMemorySpool } from '../../core/store/memory-spool.ts';
import type { Spool } from '../../core/store/spool.ts';
import { isConnected, makeLink, message, noTime, noTracer, reached, signal, type TestLink } from '../core/cloud/harness.ts';
import { settingsOf } from '../core/cloud/uplink-under-test.ts';
import { type FaultProxy, startFaultProxy } from '../fakes/fault-proxy.ts';
import { type Mosquitto, skipMosquitto, startMosquitto } from '../fakes/mosquitto.ts';

const SOURCES = ['meter', 'pump', 'tank'];

describe.skipIf(skipMosquitto)('uplink over a bad line (skipped where mosquitto is not installed)', () => {
  let broker: Mosquitto;
  let proxy: FaultProxy;
  let link: TestLink;
  let spool: Spool;
  let uplink: Uplink;
  let watcher: MqttClient;
  let arrived: { source: string; seq: number }[];
  const sequences = new Map<string, number>();

  beforeEach(async () => {
    arrived = [];
    sequences.clear();
    broker = await startMosquitto();
    proxy = await startFaultProxy(broker.port);
    watcher = mqtt.connect(`mqtt://127.0.0.1:${broker.port}`, { protocolVersion: 5, reconnectPeriod: 50 });
    watcher.on('error', () => {});
    watcher.on('message', (_topic, _payload, packet) => {
      const user = packet.properties?.userProperties ?? {};
      arrived.push({ source: String(user['source']), seq: Number(user['seq']) });
    });
    await watching();
    await open(200);
  });
  /** Starts an uplink with an empty spool. */
  async function open(maxBackoffMs: number): Promise<void> {
    spool = createMemorySpool();
    link = makeLink({ port: proxy.port, keepaliveS: 1, ackTimeoutMs: 1500, connectTimeoutMs: 500, maxBackoffMs });
    const log = createLogHub({ clock: systemClock }, { keep: 100, level: 'debug' }).logger('uplink');
    const deps = { spool, link, clock: systemClock, log, metrics: createMetrics(), tracer: noTracer, ...noTime };
    uplink = createUplink(deps, { settings: settingsOf(), outbox: Outbox.parse({}), retryMs: 50 });
    await link.start(signal());
    await uplink.start(signal());
  }
  async function close(): Promise<void> {
    await uplink.stop();
    await link.stop();
  }
  afterEach(async () => {
    await close();
    watcher.end(true);
    await proxy.close();
    await broker.close();
  });

  /** QoS 0 to the watcher: the broker then passes a message on before it acknowledges it, so that a kill cannot lose it there. */
  async function watching(): Promise<void> {
    if (!watcher.connected) await new Promise<void>((resolve) => watcher.once('connect', () => resolve()));
    await watcher.subscribeAsync('dt/#', { qos: 0 });
  }
  async function append(count: number): Promise<void> {
    const batch = Array.from({ length: count }, (_, i) => {
      const id = SOURCES[i % SOURCES.length] ?? '';
      const sequence = (sequences.get(id) ?? 0) + 1;
      sequences.set(id, sequence);
      return message(`dt/${id}`, 'x'.repeat(100), { qos: 1, sequence, source: { kind: 'device', id } });
    });
    await spool.append(batch, 'rest');
  }
  /** Appends steadily for about so long, so that faults meet a busy line. */
  async function busy(ms: number): Promise<void> {
    const end = performance.now() + ms;
    while (performance.now() < end) {
      await append(60);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  async function drained(): Promise<void> {
    const end = performance.now() + 30_000;
    const last = (id: string): number =>
      Math.max(0, ...arrived.filter(({ source }) => source === `device:${id}`).map(({ seq }) => seq));
    while (spool.stats().count > 0 || SOURCES.some((id) => last(id) < (sequences.get(id) ?? 0))) {
      if (performance.now() > end)
        throw new Error(`not drained: ${JSON.stringify([spool.stats(), uplink.stats(), link.status()])}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  /** Nothing is missing, and what came for the first time came in order, for every source. */
  function verify(): void {
    for (const id of SOURCES) {
      const first: number[] = [];
      let highest = 0;
      for (const { source, seq } of arrived) {
        if (source !== `device:${id}` || seq <= highest) continue;
        first.push(seq);
        highest = seq;
      }
      expect(first).toEqual(Array.from({ length: sequences.get(id) ?? 0 }, (_, i) => i + 1));
    }
    expect(uplink.stats()).toMatchObject({ rejected: 0, inFlight: 0 });
  }

  it('loses nothing and keeps the order over TCP resets', async () => {
    for (let i = 0; i < 4; i += 1) {
      await busy(400);
      proxy.resetAll();
    }
    await busy(200);
    await drained();
    verify();
    expect(proxy.connections).toBeGreaterThanOrEqual(3);
  });

  it('loses nothing and keeps the order over a black hole', async () => {
    await reached(link, isConnected, 'connected');
    await busy(300);
    proxy.setMode('blackhole');
    await busy(500);
    await reached(link, ({ state }) => state === 'offline', 'offline');
    expect(spool.stats().count).toBeGreaterThan(0);
    proxy.setMode('pass');
    proxy.resetAll();
    await drained();
    verify();
  });

  it('loses nothing and keeps the order when the broker refuses for a while and comes back slowly', async () => {
    proxy.setMode('refuse');
    proxy.resetAll();
    await busy(300);
    proxy.setDelay(10);
    proxy.setMode('pass');
    await drained();
    verify();
  });

  it('loses nothing when the broker is killed and comes back', async () => {
    await reached(link, isConnected, 'connected');
    await busy(300);
    await append(3000);
    while (uplink.stats().acknowledged < 1000) await new Promise((resolve) => setImmediate(resolve));
    await broker.kill();
    expect(spool.stats().count).toBeGreaterThan(0);
    proxy.setMode('refuse');
    await broker.restart();
    await watching();
    proxy.setMode('pass');
    await busy(300);
    await drained();
    verify();
  });

  it('sends the backlog of an outage when the line is back', async () => {
    proxy.setMode('refuse');
    proxy.resetAll();
    for (let i = 0; i < 20; i += 1) await append(500);
    proxy.setMode('pass');
    await drained();
    verify();
  });

  it('means to connect within a second when the broker is back from some seconds away, though its pauses may be long', async () => {
    await close();
    await open(60_000);
    await reached(link, isConnected, 'connected');
    await broker.kill();
    await append(3);
    const before = proxy.connections;
    await expect.poll(() => proxy.connections, { timeout: 30_000 }).toBeGreaterThan(before + 4);
    proxy.setMode('refuse');
    await broker.restart();
    await watching();
    const { nextAttemptAt } = link.status();
    const waitMs = nextAttemptAt === null ? 0 : nextAttemptAt - Date.now();
    expect(waitMs).toBeLessThan(1000);
    proxy.setMode('pass');
    await drained();
    verify();
  });
});
