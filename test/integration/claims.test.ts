import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../core/base/clock.ts';
import { type ApiClient, createApiClient } from '../../core/contract/client.ts';
import type { DeviceView } from '../../core/contract/views.ts';
import { createGateway, type Gateway } from '../../core/gateway/gateway.ts';
import { createMemoryPair } from '../fakes/memory-transport.ts';
import { waitForRows } from '../fakes/wait-for-rows.ts';

/** A device that says a number ten times a second to whoever has its line; like a serial port, to one at a time. */
function startTalker(): Promise<{ port: number; open(): number; server: Server }> {
  const sockets = new Set<Socket>();
  let count = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    const timer = setInterval(() => {
      count += 1;
      socket.write(`n=${count}\n`);
    }, 100);
    socket.on('error', () => {});
    socket.once('close', () => {
      clearInterval(timer);
      sockets.delete(socket);
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve({ port: typeof address === 'object' && address ? address.port : 0, open: () => sockets.size, server });
    });
  });
}

let dir: string;
let gateway: Gateway;
let client: ApiClient;
let talker: Awaited<ReturnType<typeof startTalker>>;

beforeAll(async () => {
  talker = await startTalker();
  dir = await mkdtemp(join(tmpdir(), 'claims-'));
  const link = { kind: 'tcp', host: '127.0.0.1', port: talker.port };
  const counter = { id: 'counter', name: 'Counter', adapter: 'line', link, pattern: 'n=(?<n>\\d+)', points: [{ name: 'n' }] };
  await writeFile(join(dir, 'site.json'), JSON.stringify({ schema: 'gatehouse/1', name: 'claims', devices: [counter] }));
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
  await client?.close();
  await gateway?.stop();
  talker?.server.close();
  if (dir) await rm(dir, { recursive: true, force: true });
});

const counterWhere = async (wanted: (view: DeviceView) => boolean): Promise<DeviceView | undefined> =>
  (await waitForRows(client, 'devices', {}, (rows) => rows.some(wanted)))[0];

describe('a tool on the line of a device', () => {
  it('has it alone; the device pauses, says so, and goes on at once when it is given back', async () => {
    await counterWhere(({ health }) => health === 'ok');
    for (let round = 0; round < 5; round += 1) {
      const link = { kind: 'tcp', host: '127.0.0.1', port: talker.port, connectTimeoutMs: 5000 } as const;
      const { session } = await client.call('tool.open', { tool: 'terminal', link, by: 'Ada', consent: true });
      const paused = await counterWhere(({ health }) => health === 'paused');
      expect(paused).toMatchObject({
        pausedBy: expect.stringContaining('Ada'),
        ne107: { state: 'function-check' },
        points: [{ quality: 'stale' }],
      });
      const [tool] = await waitForRows(client, 'tools', {}, (rows) => rows.some(({ bytesIn }) => bytesIn > 0));
      expect(tool).toMatchObject({ id: session, pauses: ['counter'] });
      expect(talker.open()).toBe(1);
      await client.call('tool.close', { session });
      await counterWhere(({ health, pausedBy }) => health === 'ok' && pausedBy === null);
      expect(talker.open()).toBe(1);
    }
    const after = await counterWhere(({ health }) => health === 'ok');
    expect(after).toMatchObject({ lastError: null, errors: {} });
  });
});
