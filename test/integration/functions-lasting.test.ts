import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../core/base/clock.ts';
import { type ApiClient, createApiClient } from '../../core/contract/client.ts';
import { createGateway, type Gateway } from '../../core/gateway/gateway.ts';
import { createMemoryPair } from '../fakes/memory-transport.ts';

const documentOf = (code: string) => ({
  schema: 'gatehouse/1',
  name: 'lasting',
  devices: [],
  functions: [
    { name: 'count', code: { inline: code } },
    {
      name: 'circle',
      code: {
        inline: `
          let runs = 0;
          export const handler = async ({ ask, how }) => {
            if (ask) return runs;
            runs += 1;
            const again = () => fetch(process.env.AWS_ENDPOINT_URL_IOT_DATA_PLANE + '/topics/circle?qos=1', {
              method: 'POST', body: JSON.stringify({ how }),
            });
            if (how === 'await') await again();
            else setTimeout(again, 1);
          };`,
      },
      iotDataLocal: true,
    },
    {
      name: 'timer',
      code: {
        inline: `
          import { publish } from 'gatehouse';
          let runs = 0;
          export const handler = async ({ ask }) => {
            if (ask) return runs;
            runs += 1;
            setTimeout(() => publish('timer', {}).catch(() => {}), 1);
          };`,
      },
    },
  ],
  subscriptions: [
    { id: 'in', source: 'local', subject: 'in', target: 'function:count' },
    { id: 'begin', source: 'local', subject: 'circle', target: 'function:circle' },
    { id: 'round', source: 'function:*', subject: 'circle', target: 'function:circle' },
    { id: 'start', source: 'local', subject: 'timer', target: 'function:timer' },
    { id: 'again', source: 'function:*', subject: 'timer', target: 'function:timer' },
  ],
});
const COUNT = `
import { state } from 'gatehouse';
export const handler = async ({ n }) => n === undefined ? await state.get('seen') ?? [] : void await state.update('seen', (seen = []) => [...seen, n]);`;

let dir: string;
let gateway: Gateway;
let client: ApiClient;

async function start(): Promise<void> {
  const paths = { data: join(dir, 'data'), document: join(dir, 'site.json'), rendererDir: dir };
  gateway = createGateway({ ...paths, port: 0, mqttPort: 0, demo: false, terminal: null });
  await gateway.start(new AbortController().signal);
  const pair = createMemoryPair();
  gateway.attach(pair.server, { kind: 'cli', id: 'test' });
  client = createApiClient({ connect: async () => pair.client, clock: systemClock, random: () => 0.5 });
}
async function stop(): Promise<void> {
  await client.close();
  await gateway.stop();
}
const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');
const publish = (topic: string, value: unknown) =>
  client.call('message.publish', { topic, payload: base64(value), qos: 1, retain: false });
async function ask(name: string): Promise<unknown> {
  const { payload } = await client.call('function.invoke', { name, payload: base64({ ask: 1 }), topic: 'ask' });
  return JSON.parse(Buffer.from(payload, 'base64').toString());
}
const viewOf = async (name: string) => (await client.call('function.list', {})).find((one) => one.name === name);

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'gatehouse-lasting-'));
  await writeFile(join(dir, 'site.json'), JSON.stringify(documentOf(COUNT)));
  await start();
}, 30_000);
afterEach(async () => {
  await stop();
  await rm(dir, { recursive: true, force: true });
});

it('a pause lasts over a new version and a restart, and what was acknowledged meanwhile is handled after it', async () => {
  await client.call('function.pause', { name: 'count', paused: true });
  for (const n of [1, 2, 3]) await publish('in', { n });
  const text = JSON.stringify(documentOf(`${COUNT}\n// version two`));
  await client.call('deployment.apply', { text, basedOn: null, note: '' });
  expect(await viewOf('count')).toMatchObject({ state: 'paused', queue: 3, version: 2 });
  await publish('in', { n: 4 });
  await stop();
  await start();
  expect(await viewOf('count')).toMatchObject({ state: 'paused', queue: 4, failedEvents: 0 });
  await publish('in', { n: 5 });
  await client.call('function.pause', { name: 'count', paused: false });
  await expect.poll(() => ask('count')).toEqual([1, 2, 3, 4, 5]);
  await stop();
  await start();
  expect(await viewOf('count')).toMatchObject({ state: 'running', queue: 0 });
});

it.each([
  ['circle', { how: 'await' }],
  ['circle', { how: 'timer' }],
  ['timer', {}],
])('a circle through "%s" with %j ends at the hop limit', async (name, event) => {
  await publish(name, event);
  await expect.poll(() => ask(name)).toBeGreaterThan(1);
  let before: unknown;
  await expect
    .poll(
      async () => {
        const [was, is] = [before, await ask(name)];
        before = is;
        return was === is;
      },
      { interval: 200, timeout: 5000 },
    )
    .toBe(true);
  expect(await ask(name)).toBeLessThan(12);
});
