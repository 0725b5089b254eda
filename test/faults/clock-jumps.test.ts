import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterEach, describe, expect, it } from 'vitest';
import { makeCertificates } from '../fakes/certificates.ts';
import { createFakeTime, type FakeTime, skipFakeTime } from '../fakes/fake-time.ts';
import { type FaultProxy, startFaultProxy } from '../fakes/fault-proxy.ts';
import { freePort, skipMosquitto, startMosquitto } from '../fakes/mosquitto.ts';
import { type GatewayProcess, readMetrics, startGatewayProcess } from '../integration/site/gateway-process.ts';

const skip = skipFakeTime || skipMosquitto;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function until(what: string, test: () => boolean | Promise<boolean>, limitMs = 40_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await test())) {
    if (performance.now() > end) throw new Error(`not within ${limitMs} ms: ${what}`);
    await pause(50);
  }
}

const SITE = JSON.stringify({
  schema: 'gatehouse/1',
  name: 'clock',
  devices: [
    { id: 'door', name: 'Door', adapter: 'simulated', model: 'door-contact', intervalMs: 100, points: [{ name: 'open' }] },
  ],
  functions: [{ name: 'echo', code: { inline: 'export const handler = async (event) => ({ topic: "echo", payload: event });' } }],
  subscriptions: [
    { id: 'up', source: 'local', subject: 'in/#', target: 'cloud', expireAfterS: 3600 },
    { id: 'door-up', source: 'device:door', subject: '#', target: 'cloud', expireAfterS: 3600 },
    { id: 'door-kept', source: 'device:door', subject: '#', target: 'history' },
    { id: 'in-echo', source: 'local', subject: 'in/#', target: 'function:echo' },
    { id: 'echo-out', source: 'function:echo', subject: 'echo', target: 'local' },
  ],
});

describe.skipIf(skip)(`a clock that jumps${skip ? ' (skipped: faketime or mosquitto is missing)' : ''}`, () => {
  const undo: (() => unknown)[] = [];
  afterEach(async () => {
    for (const step of undo.reverse()) await step();
    undo.length = 0;
  });

  interface Bench {
    readonly time: FakeTime;
    readonly data: string;
    readonly gateway: GatewayProcess;
    /** Starts it again, with the same data. */
    launch(): Promise<GatewayProcess>;
    /** A client of the local broker that has subscribed to what the function makes. */
    readonly client: MqttClient;
    readonly echoed: number[];
    figure(name: string): Promise<number>;
  }
  function folder(): string {
    const path = mkdtempSync(join(tmpdir(), 'gatehouse-clock-'));
    undo.push(() => rmSync(path, { recursive: true, force: true }));
    return path;
  }
  async function begin(at: string, cloud: object, prepare: (time: FakeTime) => void = () => {}): Promise<Bench> {
    const data = join(at, 'data');
    mkdirSync(data);
    writeFileSync(join(at, 'site.json'), SITE);
    const pace = { keepaliveS: 2, ackTimeoutMs: 2000, connectTimeoutMs: 2000, maxBackoffMs: 1000 };
    writeFileSync(
      join(data, 'settings.json'),
      JSON.stringify({ gatewayName: 'gw-clock', cloud: { clientId: 'gw-clock', ...pace, ...cloud } }),
    );
    const time = createFakeTime(at);
    prepare(time);
    const mqttPort = await freePort();
    const launch = async (): Promise<GatewayProcess> => {
      const started = await startGatewayProcess({ data, document: join(at, 'site.json'), mqttPort, env: time.env });
      undo.push(() => started.kill());
      return started;
    };
    const gateway = await launch();
    const client = await connectAsync(`mqtt://127.0.0.1:${mqttPort}`, { clientId: 'till', keepalive: 5 });
    undo.push(() => client.endAsync(true));
    const echoed: number[] = [];
    client.on('message', (_topic, payload) => echoed.push((JSON.parse(payload.toString()) as { n: number }).n));
    await client.subscribeAsync('echo', { qos: 1 });
    const figure = async (name: string): Promise<number> => (await readMetrics(gateway.consoleUrl)).get(name) ?? 0;
    return { time, data, gateway, launch, client, echoed, figure };
  }
  /** A cloud behind a line that can be cut, and what has reached it. */
  async function openLine(): Promise<{ proxy: FaultProxy; seen: readonly { topic: string }[]; numbers(): number[] }> {
    const cloud = await startMosquitto();
    undo.push(() => cloud.close());
    const proxy = await startFaultProxy(cloud.port);
    undo.push(() => proxy.close());
    const watcher = await connectAsync(`mqtt://127.0.0.1:${cloud.port}`);
    undo.push(() => watcher.endAsync(true));
    const seen: { topic: string; payload: string }[] = [];
    watcher.on('message', (topic, payload) => seen.push({ topic, payload: payload.toString() }));
    await watcher.subscribeAsync('#', { qos: 1 });
    const numbers = (): number[] =>
      seen.filter((one) => one.topic === 'in/till').map((one) => (JSON.parse(one.payload) as { n: number }).n);
    return { proxy, seen, numbers };
  }
  const READINGS = 'gatehouse_device_readings_total{device="door"}';
  const publish = async (client: MqttClient, from: number, to: number): Promise<void> => {
    for (let n = from; n <= to; n += 1) await client.publishAsync('in/till', JSON.stringify({ n }), { qos: 1 });
  };
  const range = (to: number): number[] => Array.from({ length: to }, (_, i) => i + 1);
  const drops = async (gateway: GatewayProcess): Promise<[string, number][]> =>
    [...(await readMetrics(gateway.consoleUrl))].filter(([name, count]) => /drop|expire|evict/.test(name) && count > 0);

  it('a year either way while the line is down: devices are read on, nothing expires, the order holds', async () => {
    const { proxy, seen, numbers } = await openLine();
    const { time, data, gateway, client, echoed, figure } = await begin(folder(), { url: `mqtt://127.0.0.1:${proxy.port}` });
    const grows = async (): Promise<void> => {
      const before = await figure(READINGS);
      await until('more readings', async () => (await figure(READINGS)) > before + 5);
    };
    await until('the first message at the cloud', () => seen.length > 0);
    proxy.setMode('refuse');
    proxy.resetAll();
    let n = 0;
    for (const years of [0, 1, -1, 0]) {
      time.years(years);
      await publish(client, n + 1, n + 20);
      n += 20;
      await grows();
      // Longer than the gateway's own look at the clock and its clean-up of what has expired.
      await pause(2500);
      await publish(client, n + 1, n + 20);
      n += 20;
    }
    expect(client.connected).toBe(true);
    proxy.setMode('pass');
    await until('everything at the cloud', () => new Set(numbers()).size >= n);
    expect([...new Set(numbers())]).toEqual(range(n));
    await until('the backlog drained', async () => (await figure('gatehouse_spool_messages')) < 5);
    await until('the function has seen all', () => echoed.length >= n);
    expect(echoed).toEqual(range(n));
    expect(await drops(gateway)).toEqual([]);
    const log = readFileSync(join(data, 'logs', 'gatehouse.log'), 'utf8')
      .split('\n')
      .filter(Boolean);
    const jumps = log
      .map((line) => JSON.parse(line) as { event: string; mono: number; boot: string })
      .filter((one) => one.event === 'time.jumped');
    expect(jumps.length).toBeGreaterThanOrEqual(3);
    expect(jumps.map((one) => one.mono)).toEqual(jumps.map((one) => one.mono).sort((a, b) => a - b));
    const { code, tookMs } = await gateway.stop();
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(5000);
  });

  it('a year ahead while the gateway was killed, and back at the next start: nothing expires, the order holds', async () => {
    const { proxy, numbers } = await openLine();
    const { time, gateway, launch, client } = await begin(folder(), { url: `mqtt://127.0.0.1:${proxy.port}` });
    proxy.setMode('refuse');
    proxy.resetAll();
    await publish(client, 1, 20);
    await gateway.kill();
    time.years(1);
    const second = await launch();
    await until('the client to come back', () => client.connected);
    await publish(client, 21, 40);
    await pause(2500);
    await second.kill();
    time.years(-1);
    const third = await launch();
    await until('the client to come back', () => client.connected);
    await publish(client, 41, 60);
    await pause(2500);
    proxy.setMode('pass');
    await until('everything at the cloud', () => new Set(numbers()).size >= 60);
    expect([...new Set(numbers())]).toEqual(range(60));
    expect((await drops(third)).filter(([name]) => !name.includes('reason="restart"'))).toEqual([]);
  });

  it('a start in 1970, where every certificate is not yet valid: the site works, and the cloud when the clock is set', async () => {
    const at = folder();
    const tls = makeCertificates(at);
    const cloud = await startMosquitto({ tls });
    undo.push(() => cloud.close());
    const own = { caFile: tls.caFile, ...tls.client('gw-clock') };
    const { time, client, echoed, figure, gateway } = await begin(
      at,
      { url: `mqtts://localhost:${cloud.port}`, ...own },
      (fake) => fake.to1970(),
    );
    await publish(client, 1, 20);
    await until('readings', async () => (await figure(READINGS)) > 10);
    await until('the function’s answers at the client', () => echoed.length >= 20);
    expect(echoed).toEqual(range(20));
    expect(await figure('gatehouse_cloud_connected')).toBe(0);
    expect(await figure('gatehouse_spool_messages')).toBeGreaterThan(20);
    await until('the reason in the log', () =>
      /cloud\/certificate|certificate/.test(readFileSync(join(at, 'data', 'logs', 'gatehouse.log'), 'utf8')),
    );
    time.setOff(0);
    await until('the history of 1970 at its right time', () =>
      readFileSync(join(at, 'data', 'logs', 'gatehouse.log'), 'utf8').includes('"time.history-moved"'),
    );
    await until('the connection', async () => (await figure('gatehouse_cloud_connected')) === 1);
    await until('the backlog drained', async () => (await figure('gatehouse_spool_messages')) < 5);
    expect(await drops(gateway)).toEqual([]);
  });
});
