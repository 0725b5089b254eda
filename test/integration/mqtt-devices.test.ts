import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../core/base/clock.ts';
import { type ApiClient, createApiClient } from '../../core/contract/client.ts';
import type { DeviceView } from '../../core/contract/views.ts';
import { createGateway, type Gateway } from '../../core/gateway/gateway.ts';
import { createMemoryPair } from '../fakes/memory-transport.ts';
import { type PeerMetric, sparkplugPeer } from '../fakes/sparkplug-peer.ts';
import { waitForRows } from '../fakes/wait-for-rows.ts';

const skip = spawnSync('mosquitto_pub', ['--help']).error !== undefined && process.env['CI'] !== 'true';

const DOCUMENT = {
  schema: 'gatehouse/1',
  name: 'mqtt-devices',
  subscriptions: [{ id: 'keep', source: 'device:press', subject: '#', target: 'history' }],
  devices: [
    {
      id: 'boiler',
      name: 'Boiler',
      adapter: 'mqtt',
      client: 'boiler-7',
      presence: { topic: 'boiler/online', online: 'yes', offline: 'no' },
      points: [
        { name: 'flow', label: 'Flow', unit: '°C', topic: 'boiler/state', json: 'temps[1].c', limits: { high: 80 } },
        {
          name: 'burner',
          topic: 'boiler/state',
          json: 'burner',
          type: 'boolean',
          write: { topic: 'boiler/set', payload: '{"burner":{{value}}}', confirmMs: 500 },
        },
        { name: 'raw', topic: 'boiler/raw', field: { at: 0, type: 'int16', scale: 0.1 } },
      ],
      commands: [{ name: 'on', confirm: 'Light the burner?', do: { kind: 'write', point: 'burner', value: true } }],
    },
    {
      id: 'press',
      name: 'Press',
      adapter: 'sparkplug',
      group: 'plant',
      node: 'edge1',
      device: 'press',
      hostId: 'gatehouse',
      points: [{ name: 'strokes', metric: 'Strokes', writable: true }],
    },
  ],
};

let dir: string;
let gateway: Gateway;
let client: ApiClient;
const children: ChildProcess[] = [];
const port = (): string => String(gateway.mqttPort() ?? 0);

const publish = (...args: string[]): Promise<unknown> =>
  promisify(execFile)('mosquitto_pub', ['-h', '127.0.0.1', '-p', port(), ...args]);
/** A client that stays connected, with a last will; killed without a word by `SIGKILL`. */
function stay(id: string, ...args: string[]): ChildProcess {
  const child = spawn('mosquitto_sub', ['-h', '127.0.0.1', '-p', port(), '-i', id, '-t', 'boiler/set', ...args]);
  children.push(child);
  return child;
}
async function deviceWhere(id: string, wanted: (view: DeviceView) => boolean): Promise<DeviceView> {
  const has = (rows: readonly DeviceView[]): DeviceView | undefined => rows.find((one) => one.id === id && wanted(one));
  const view = has(await waitForRows(client, 'devices', {}, (rows) => has(rows) !== undefined));
  if (!view) throw new Error('gone again');
  return view;
}
const valuesOf = (view: DeviceView): Record<string, unknown> =>
  Object.fromEntries(view.points.map(({ name, value }) => [name, value]));

beforeAll(async () => {
  if (skip) return;
  dir = await mkdtemp(join(tmpdir(), 'mqtt-devices-'));
  await writeFile(join(dir, 'site.json'), JSON.stringify(DOCUMENT));
  gateway = createGateway({
    data: join(dir, 'data'),
    document: join(dir, 'site.json'),
    port: 0,
    mqttPort: 0,
    demo: false,
    rendererDir: dir,
    terminal: null,
  });
  await gateway.start(new AbortController().signal);
  const pair = createMemoryPair();
  gateway.attach(pair.server, { kind: 'console', id: 'test' });
  client = createApiClient({ connect: async () => pair.client, clock: systemClock, random: () => 0.5 });
}, 30_000);
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await client?.close();
  await gateway?.stop();
  if (dir) await rm(dir, { recursive: true, force: true });
});

describe.skipIf(skip)('a client of the local broker as a device (skipped where mosquitto is not installed)', () => {
  it('is away before it is there; what it says becomes points; its last will takes it away', async () => {
    const before = await deviceWhere('boiler', ({ health }) => health === 'offline');
    expect(before).toMatchObject({ ne107: { state: 'failure' }, lastError: { code: 'adapter/away' } });

    await publish('-t', 'boiler/state', '-r', '-m', '{"temps":[{"c":1},{"c":61.5}],"burner":false}');
    await deviceWhere('boiler', ({ points }) => points[0]?.value === 61.5 && points[0].quality === 'stale');

    const boiler = stay('boiler-7', '--will-topic', 'boiler/online', '--will-payload', 'no');
    await deviceWhere('boiler', ({ health }) => health === 'ok');
    await publish('-t', 'boiler/state', '-m', '{"temps":[{"c":1},{"c":85}],"burner":true}');
    const hot = await deviceWhere('boiler', ({ points }) => points[0]?.value === 85);
    expect(hot).toMatchObject({
      ne107: { state: 'out-of-spec' },
      points: [{ limit: 'high', quality: 'good' }, { value: true }, {}],
    });
    await waitForRows(client, 'alarms', {}, (rows) => rows.some(({ code }) => code === 'point/limit'));

    boiler.kill('SIGKILL');
    const gone = await deviceWhere('boiler', ({ health }) => health === 'offline');
    expect(gone.points[0]).toMatchObject({ value: 85, quality: 'stale', limit: 'high' });
  });

  it('is written by a command that was confirmed; its own next report says what became of it', async () => {
    const ask = { device: 'boiler', command: 'on' };
    await expect(client.call('device.command', { ...ask, confirmed: false })).rejects.toMatchObject({ code: 'tool/no-consent' });
    await expect(client.call('device.command', { ...ask, confirmed: true })).rejects.toMatchObject({
      code: 'adapter/away',
      message: expect.stringContaining('nothing was sent'),
    });

    const boiler = mqtt.connect(`mqtt://127.0.0.1:${port()}`, { clientId: 'boiler-7', reconnectPeriod: 0 });
    let obeys = true;
    boiler.on('message', (_topic, payload) => {
      const { burner } = JSON.parse(payload.toString()) as { burner: boolean };
      boiler.publish('boiler/state', JSON.stringify({ temps: [{}, { c: 60 }], burner: obeys && burner }));
    });
    await new Promise<void>((resolve) => boiler.once('connect', () => resolve()));
    await boiler.subscribeAsync('boiler/set', { qos: 1 });
    await deviceWhere('boiler', ({ health }) => health === 'ok');
    expect(await client.call('device.command', { ...ask, confirmed: true })).toEqual({
      state: 'confirmed',
      words: 'burner is true.',
      value: true,
      tookMs: expect.any(Number),
    });
    obeys = false;
    await expect(client.call('device.command', { ...ask, confirmed: true })).rejects.toMatchObject({
      code: 'adapter/not-confirmed',
      message: 'Boiler: true was sent to burner; the device reports false instead',
    });
    await boiler.unsubscribeAsync('boiler/set');
    await expect(client.call('device.command', { ...ask, confirmed: true })).rejects.toMatchObject({
      code: 'adapter/no-report',
      message: 'Boiler: true was sent to burner, but the device has not said so within 0.5 s',
    });
    await boiler.endAsync();
  });

  it('is shown in the explorer with the paths of its values', async () => {
    const rows = await waitForRows(client, 'mqtt-topics', { filter: 'boiler/#' }, (all) =>
      all.some(({ id }) => id === 'boiler/state'),
    );
    expect(rows.find(({ id }) => id === 'boiler/state')).toMatchObject({
      retained: true,
      kind: 'json',
      facts: [
        { name: 'temps[0].c', value: '1' },
        { name: 'temps[1].c', value: '61.5' },
        { name: 'burner', value: 'false' },
      ],
    });
  });
});

interface EdgeNode {
  readonly node: MqttClient;
  readonly send: (type: string, ...metrics: PeerMetric[]) => void;
  readonly strokes: (value: number) => PeerMetric;
}

describe('an edge node of Sparkplug B as a device', () => {
  const edgeNode = async (): Promise<EdgeNode> => {
    const bdSeq: PeerMetric = { name: 'bdSeq', type: 'UInt64', value: 4 };
    const death = Buffer.from(sparkplugPeer.encodePayload({ timestamp: Date.now(), metrics: [bdSeq] }));
    const node = mqtt.connect(`mqtt://127.0.0.1:${port()}`, {
      clientId: 'edge1',
      reconnectPeriod: 0,
      will: { topic: 'spBv1.0/plant/NDEATH/edge1', payload: death, qos: 0, retain: false },
    });
    let seq = 0;
    const send = (type: string, ...metrics: PeerMetric[]): void => {
      const [kind = '', device] = type.split('/');
      const topic = `spBv1.0/plant/${kind}/edge1${device === undefined ? '' : `/${device}`}`;
      node.publish(topic, Buffer.from(sparkplugPeer.encodePayload({ timestamp: Date.now(), seq, metrics })));
      seq = (seq + 1) % 256;
    };
    const strokes = (value: number): PeerMetric => ({ name: 'Strokes', type: 'Int32', value });
    let count = 100;
    function born(): void {
      seq = 0;
      send('NBIRTH', bdSeq, { name: 'Node Control/Rebirth', type: 'Boolean', value: false });
      send('DBIRTH/press', strokes(count));
    }
    node.on('message', (topic, payload) => {
      if (!topic.includes('CMD/')) return;
      const [metric] = sparkplugPeer.decodePayload(payload).metrics ?? [];
      if (topic.includes('/NCMD/') && metric?.name === 'Node Control/Rebirth') born();
      else if (metric?.name === 'Strokes') {
        count = Number(metric.value);
        send('DDATA/press', strokes(count));
      }
    });
    await new Promise<void>((resolve) => node.once('connect', () => resolve()));
    await node.subscribeAsync(['spBv1.0/plant/NCMD/edge1', 'spBv1.0/plant/DCMD/edge1/#'], { qos: 0 });
    const host = new Promise<unknown>((resolve) => {
      node.on('message', (topic, payload) => {
        if (topic === 'spBv1.0/STATE/gatehouse') resolve(JSON.parse(payload.toString()));
      });
    });
    await node.subscribeAsync('spBv1.0/STATE/gatehouse', { qos: 1 });
    expect(await host).toEqual({ online: true, timestamp: expect.any(Number) });
    // Data without a birth: the gateway has to ask for it.
    send('DDATA/press', strokes(1));
    return { node, send, strokes };
  };

  it('is asked for its birth, gives values, is written, and dies with its last will', async () => {
    const { node, send, strokes } = await edgeNode();
    expect(valuesOf(await deviceWhere('press', ({ health }) => health === 'ok'))).toEqual({ strokes: 100 });
    await client.call('device.write', { device: 'press', point: 'strokes', value: 42 });
    expect(valuesOf(await deviceWhere('press', ({ points }) => points[0]?.value === 42))).toEqual({ strokes: 42 });

    const hourAgo = Date.now() - 3_600_000;
    send('DDATA/press', { ...strokes(7), isHistorical: true, timestamp: hourAgo }, strokes(43));
    expect(valuesOf(await deviceWhere('press', ({ points }) => points[0]?.value === 43))).toEqual({ strokes: 43 });
    const span = { series: 'devices/press/strokes', from: hourAgo - 60_000, to: hourAgo + 60_000, buckets: 10 };
    await expect
      .poll(async () => (await client.call('history.trend', span)).map(({ last }) => last), { timeout: 10_000 })
      .toEqual([7]);
    expect(valuesOf(await deviceWhere('press', () => true))).toEqual({ strokes: 43 });

    node.stream.destroy(); // without a DISCONNECT: the broker sends the will
    const dead = await deviceWhere('press', ({ health }) => health === 'offline');
    expect(dead).toMatchObject({ lastError: { code: 'adapter/away' }, points: [{ quality: 'stale', value: 43 }] });
  });
});
