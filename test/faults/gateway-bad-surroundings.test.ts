import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../core/base/clock.ts';
import { openClient } from '../../core/cli/connect.ts';
import type { ApiClient } from '../../core/contract/client.ts';
import type { AlarmView } from '../../core/contract/views.ts';
import { freePort } from '../fakes/mosquitto.ts';
import { until } from '../fakes/until.ts';
import { type GatewayProcess, readMetrics, startGatewayProcess } from '../integration/site/gateway-process.ts';

const isRoot = process.getuid?.() === 0;
const canMount =
  isRoot &&
  spawnSync('sh', ['-c', 'd=$(mktemp -d) && mount -t tmpfs -o size=1m tmpfs $d && umount $d && rmdir $d'], { stdio: 'ignore' })
    .status === 0;
const skipMount = !canMount && process.env['CI'] !== 'true';

/** What a technician sees in the alarm list, kept up to date. */
function watchAlarms(client: ApiClient): () => readonly AlarmView[] {
  let rows = new Map<string, AlarmView>();
  client.watch('alarms', {}, (event) => {
    if (event.kind === 'snapshot') rows = new Map(event.items.map((row) => [row.id, row]));
    if (event.kind === 'patch') {
      for (const row of event.set) rows.set(row.id, row);
      for (const id of event.gone) rows.delete(String(id));
    }
  });
  return () => [...rows.values()];
}

const CLIENT_TO_CLOUD = JSON.stringify({
  schema: 'gatehouse/1',
  name: 'full-disk',
  devices: [
    { id: 'door', name: 'Door', adapter: 'simulated', model: 'door-contact', intervalMs: 200, points: [{ name: 'open' }] },
  ],
  functions: [
    { name: 'echo', code: { inline: 'export const handler = async (event, context) => ({ topic: "echo", payload: event });' } },
  ],
  subscriptions: [
    { id: 'up', source: 'local', subject: 'in/#', target: 'cloud' },
    { id: 'door-echo', source: 'device:door', subject: '#', target: 'function:echo' },
    { id: 'echo-out', source: 'function:echo', subject: '#', target: 'local' },
  ],
});

describe('a gateway in bad surroundings', () => {
  const undo: (() => unknown)[] = [];
  afterEach(async () => {
    for (const step of undo.reverse()) await step();
    undo.length = 0;
  });
  function folder(): string {
    const path = mkdtempSync(join(tmpdir(), 'gatehouse-faults-'));
    undo.push(() => rmSync(path, { recursive: true, force: true }));
    return path;
  }
  async function launch(options: Parameters<typeof startGatewayProcess>[0]): Promise<GatewayProcess> {
    const gateway = await startGatewayProcess(options);
    undo.push(() => gateway.kill());
    return gateway;
  }
  async function listenOn(port: number): Promise<Server> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    undo.push(() => new Promise((resolve) => server.close(resolve)));
    return server;
  }

  it('refuses to be the second one on a data directory, and says which directory and what to do; the first goes on', async () => {
    const data = folder();
    const first = await launch({ data, mqttPort: 0, demo: true });
    const second = launch({ data, mqttPort: 0, demo: true });
    await expect(second).rejects.toThrow(/Another|already/i);
    await expect(second).rejects.toThrow(data);
    await expect(second).rejects.toThrow('--data');
    expect((await fetch(`${first.consoleUrl}healthz`)).status).toBe(200);
  });

  it('names the port of the console when it was asked for and is taken', async () => {
    const port = await freePort();
    await listenOn(port);
    const taken = launch({ data: folder(), port, mqttPort: 0 });
    await expect(taken).rejects.toThrow(String(port));
    await expect(taken).rejects.toThrow('--port');
  });

  it('runs without its broker while the port is taken, with an alarm that says so', async () => {
    const data = folder();
    const mqttPort = await freePort();
    await listenOn(mqttPort);
    const gateway = await launch({ data, mqttPort, demo: true });
    await until('readings flow', async () => (await fetch(`${gateway.consoleUrl}healthz`)).status === 200);
    const client = await openClient(data, () => undefined);
    undo.push(() => client.close());
    const alarms = watchAlarms(client);
    await until('the alarm', () => alarms().some((alarm) => alarm.code === 'broker/port-in-use'));
    const alarm = alarms().find((one) => one.code === 'broker/port-in-use');
    expect(alarm?.message).toContain(String(mqttPort));
    expect(alarm?.remedy).toContain('--mqtt-port');
  });

  it('says that the data directory cannot be written, where and by whom', async () => {
    const data = join(folder(), 'file');
    writeFileSync(data, 'not a folder');
    await expect(launch({ data, mqttPort: 0 })).rejects.toThrow(data);
  });

  it('names every fault of the settings file at once', async () => {
    const data = folder();
    writeFileSync(
      join(data, 'settings.json'),
      JSON.stringify({ cloud: { url: 'ftp://x', clientId: '' }, broker: { port: 70_000 } }),
    );
    const refused = launch({ data, mqttPort: 0 });
    await expect(refused).rejects.toThrow('cloud.url');
    await expect(refused).rejects.toThrow('cloud.clientId');
    await expect(refused).rejects.toThrow('broker.port');
  });

  it('refuses a document with faults at the start and names them', async () => {
    const data = folder();
    const document = join(data, 'site.json');
    writeFileSync(
      document,
      JSON.stringify({
        schema: 'gatehouse/1',
        name: 'x',
        devices: [{ id: 'A B' }],
        subscriptions: [{ id: 's', source: 'nobody', subject: '#', target: 'cloud' }],
      }),
    );
    const refused = launch({ data, document, mqttPort: 0 });
    await expect(refused).rejects.toThrow('devices[0]');
    await expect(refused).rejects.toThrow('subscriptions[0].source');
  });

  it.skipIf(skipMount)(
    `on a full disk: nothing is acknowledged that is not kept, the alarm says so, the rest goes on, and it recovers by itself${skipMount ? ' (skipped: mounting needs root)' : ''}`,
    async () => {
      const mount = folder();
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=40m', 'tmpfs', mount]);
      undo.push(() => execFileSync('umount', ['-l', mount]));
      const data = join(mount, 'data');
      mkdirSync(data);
      const document = join(folder(), 'site.json');
      writeFileSync(document, CLIENT_TO_CLOUD);
      const mqttPort = await freePort();
      const gateway = await launch({ data, document, mqttPort });
      const api = await openClient(data, () => undefined);
      undo.push(() => api.close());
      const alarms = watchAlarms(api);

      const client = await connectAsync(`mqtt://127.0.0.1:${mqttPort}`, { clientId: 'till', reconnectPeriod: 100, clean: false });
      undo.push(() => client.endAsync(true));
      client.on('error', () => undefined);
      let acknowledged = 0;
      const send = (n: number): void => {
        client.publish(`in/${n}`, Buffer.alloc(1000, 'x'), { qos: 1 }, (error) => {
          if (!error) acknowledged += 1;
        });
      };
      for (let n = 0; n < 200; n += 1) send(n);
      await until('the first 200 are acknowledged', () => acknowledged === 200);

      const filler = join(mount, 'filler');
      spawnSync('sh', [
        '-c',
        `dd if=/dev/zero of=${filler} bs=64k 2>/dev/null; dd if=/dev/zero of=${filler}2 bs=512 2>/dev/null`,
      ]);
      let n = 200;
      const more = setInterval(() => send(n++), 5);
      undo.push(() => clearInterval(more));
      await until(
        'the alarm for the full disk',
        () => alarms().some((alarm) => alarm.code === 'store/full' && alarm.priority === 'critical'),
        60_000,
      );
      expect(alarms().find((alarm) => alarm.code === 'store/full')?.remedy).toMatch(/room|space/i);

      const handled = async (): Promise<number> =>
        (await readMetrics(gateway.consoleUrl)).get('gatehouse_function_invocations_total{function="echo"}') ?? 0;
      const before = await handled();
      await until('functions go on', async () => (await handled()) > before + 5);

      rmSync(filler);
      rmSync(`${filler}2`, { force: true });
      await until('it recovers by itself', () => !alarms().some((alarm) => alarm.code === 'store/full'), 60_000);
      const then = acknowledged;
      await until('messages are accepted again', () => acknowledged > then + 50, 60_000);
      clearInterval(more);
      await systemClock.sleep(500);
      const stored = (await readMetrics(gateway.consoleUrl)).get('gatehouse_spool_appended_total') ?? 0;
      expect(stored).toBeGreaterThanOrEqual(acknowledged);
    },
  );
});
