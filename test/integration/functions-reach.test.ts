import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SiteGateway, startSiteGateway } from '../fakes/functions/site-gateway.ts';

/** Does what the event says with the module `gatehouse`, and tells what came of it. */
const REACH = `
import * as gatehouse from 'gatehouse';
const said = (value) => value instanceof Uint8Array ? Buffer.from(value).toString() : value;
export const handler = async ({ call, args }) => {
  try {
    const [part, method] = call.split('.');
    const fn = method === undefined ? gatehouse[part] : gatehouse[part][method];
    const value = await fn(...args);
    return { value: call === 'request' ? { source: value.source, json: value.json() } : said(value) ?? null };
  } catch (error) {
    return { code: error.code, message: error.message };
  }
};`;
/** Answers on the topic that the request names. */
const ECHO = `
import { publish } from 'gatehouse';
export const handler = async (event, context) => {
  if (event.fail) throw new RangeError('as asked');
  if (event.replyTo) await publish(event.replyTo, { echo: event.text });
  return { said: event.text ?? null, to: context.clientContext.custom.subject, by: context.gatehouse.source };
};`;
/** Notes the events that nobody but the gateway itself sends it. */
const CLOCKWORK = `
import { schedule, state } from 'gatehouse';
export const handler = async (event, context) => {
  if (event.read) return await state.get('seen') ?? {};
  if (event.plan) return schedule.at('soon', { inMs: 50 }, { once: event.plan });
  const [what] = Object.keys(event);
  await state.update('seen', (seen = {}) => ({ ...seen, [what]: event[what] }));
};`;
/** Speaks to the local IoT data plane as an AWS SDK does. */
const DATA_PLANE = `
export const handler = async ({ method, path, body }) => {
  const answer = await fetch(process.env.AWS_ENDPOINT_URL_IOT_DATA_PLANE + path, { method, body });
  return { status: answer.status, body: await answer.json() };
};`;

const ALLOWED = {
  replies: ['answers/+'],
  invoke: ['*'],
  secrets: ['db/*'],
  shadows: [{ thing: 'pump', access: 'write' }],
  devices: { read: ['*'], command: ['store'] },
  history: ['devices/store/*'],
};
const inline = (code: string) => ({ inline: code });
const DOCUMENT = {
  schema: 'gatehouse/1',
  name: 'reach',
  devices: [
    {
      id: 'store',
      name: 'Cold store',
      adapter: 'simulated',
      model: 'cold-store-thermometer',
      intervalMs: 200,
      points: [{ name: 'temperature' }],
    },
  ],
  functions: [
    ...(['thread', 'process'] as const).flatMap((isolation) => [
      { name: `reach-${isolation}`, code: inline(REACH), isolation, permissions: ALLOWED },
      { name: `bare-${isolation}`, code: inline(REACH), isolation },
    ]),
    { name: 'echo', code: inline(ECHO), permissions: { invokedBy: ['function:*'] } },
    {
      name: 'clockwork',
      code: inline(CLOCKWORK),
      onStart: true,
      schedules: [{ id: 'fast', everyMs: 200 }],
      permissions: { schedule: true },
    },
    {
      name: 'plane',
      code: inline(DATA_PLANE),
      iotDataLocal: true,
      permissions: { publish: ['up/#'], shadows: [{ thing: 'pump', name: 'config', access: 'write' }] },
    },
    { name: 'shy', code: inline(ECHO), permissions: { invokedBy: ['cli'] } },
  ],
  subscriptions: [
    { id: 'ask', source: 'function:*', subject: 'questions', target: 'function:echo' },
    { id: 'answer', source: 'function:echo', subject: 'answers/#', target: 'history' },
    { id: 'values', source: 'device:*', subject: 'devices/#', target: 'history' },
  ],
};

let dir: string;
let site: SiteGateway;

async function start(): Promise<void> {
  site = await startSiteGateway(dir);
}
const invoke = async (name: string, event: unknown) => {
  const payload = Buffer.from(JSON.stringify(event)).toString('base64');
  const outcome = await site.client.call('function.invoke', { name, payload, topic: 'gatehouse/invoke' });
  return { ...outcome, result: JSON.parse(Buffer.from(outcome.payload, 'base64').toString('utf8')) };
};

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'gatehouse-reach-'));
  await writeFile(join(dir, 'site.json'), JSON.stringify(DOCUMENT));
  await start();
  await site.client.call('secret.set', { name: 'db/password', text: 'hunter2' });
  await site.gateway.firstReading;
}, 30_000);
afterAll(async () => {
  await site.stop();
  await rm(dir, { recursive: true, force: true });
});

describe.each(['thread', 'process'])('a function in a %s', (isolation) => {
  const reach = async (call: string, ...args: unknown[]) => (await invoke(`reach-${isolation}`, { call, args })).result;

  it('invokes another function, hears its failure, and is told who does not want it', async () => {
    expect(await reach('invoke', 'echo', { text: 'hi' })).toMatchObject({ value: { said: 'hi' } });
    expect(await reach('invoke', 'echo', { fail: true })).toEqual({ code: 'function/failed', message: 'as asked' });
    expect(await reach('invoke', 'shy', {})).toMatchObject({
      code: 'function/denied',
      message: `function:reach-${isolation} may not invoke function "shy": add "function:reach-${isolation}" to permissions.invokedBy of "shy".`,
    });
    expect(await reach('invoke', 'nobody', {})).toMatchObject({ code: 'function/unknown' });
  });
  it('publishes what its subscriptions carry on, and nothing else', async () => {
    expect(await reach('publish', 'questions', {})).toEqual({ value: null });
    expect(await reach('publish', 'elsewhere', {})).toEqual({
      code: 'function/denied',
      message: `Function "reach-${isolation}" may not publish on "elsewhere": its permissions lack publish: ["elsewhere"].`,
    });
  });
  it('asks by publishing and hears the reply, or that there is none', async () => {
    const asked = { text: isolation, replyTo: `answers/${isolation}` };
    expect(await reach('request', 'questions', asked, { replyTopic: asked.replyTo })).toEqual({
      value: { source: 'function:echo', json: { echo: isolation } },
    });
    expect(await reach('request', 'questions', {}, { replyTopic: 'answers/x', timeoutMs: 50 })).toMatchObject({
      code: 'function/no-reply',
    });
    expect(await reach('request', 'questions', {}, { replyTopic: 'other' })).toMatchObject({ code: 'function/denied' });
  });
  it('keeps state, by itself', async () => {
    expect(await reach('state.get', 'count')).toEqual({ value: null });
    await reach('state.set', 'count', { n: isolation });
    expect(await reach('state.get', 'count')).toEqual({ value: { n: isolation } });
    expect(await reach('state.keys')).toEqual({ value: ['count'] });
  });
  it('reads devices and history, and commands a device', async () => {
    expect(await reach('device.read', 'store')).toMatchObject({ value: { temperature: { unit: '', quality: 'good' } } });
    expect(await reach('device.command', 'store', 'temperature', 1)).toMatchObject({ code: 'adapter/not-writable' });
    expect(await reach('device.read', 'gone')).toMatchObject({ code: 'adapter/unknown-device' });
    const points = await reach('history.query', 'devices/store/temperature', { from: Date.now() - 60_000, buckets: 1 });
    expect(points.value).toHaveLength(1);
  });
  it('reads the secrets that are meant for it', async () => {
    expect(await reach('secret', 'db/password')).toEqual({ value: 'hunter2' });
    expect(await reach('secret', 'db/other')).toMatchObject({ code: 'secret/unknown' });
    expect(await reach('secret', 'web/password')).toMatchObject({ code: 'function/denied' });
  });
  it('reaches nothing without permissions', async () => {
    const calls: [string, ...unknown[]][] = [
      ['invoke', 'echo', {}],
      ['request', 'questions', {}],
      ['secret', 'db/password'],
      ['device.read', 'store'],
      ['device.command', 'store', 'temperature', 1],
      ['history.query', 'devices/store/temperature', { from: 0 }],
      ['schedule.at', 'soon', { inMs: 1 }],
    ];
    for (const [call, ...args] of calls) {
      const { result } = await invoke(`bare-${isolation}`, { call, args });
      expect([call, result.code]).toEqual([call, 'function/denied']);
      expect(result.message).toContain(`Function "bare-${isolation}" may not`);
    }
  });
});

it('is begun by the start, by schedules of the document, and by one-shots of its own', async () => {
  await invoke('clockwork', { plan: 'tea' });
  await expect
    .poll(async () => (await invoke('clockwork', { read: true })).result, { timeout: 10_000 })
    .toEqual({ start: 'gateway', schedule: 'fast', once: 'tea' });
}, 15_000);

it('publishes and uses shadows over the local IoT data plane, with its permissions', async () => {
  const ask = async (method: string, path: string, body?: string) => (await invoke('plane', { method, path, body })).result;
  const shadow = '/things/pump/shadow?name=config';
  expect(await ask('POST', shadow, '{"state":{"desired":{"level":3}}}')).toMatchObject({ status: 200, body: { version: 1 } });
  expect(await ask('GET', shadow)).toMatchObject({
    status: 200,
    body: { state: { desired: { level: 3 }, delta: { level: 3 } } },
  });
  expect(await ask('GET', '/things/pump/shadow')).toMatchObject({ status: 403 });
  expect(await ask('POST', '/topics/up%2Fx?qos=1', '{}')).toMatchObject({ status: 200 });
  expect(await ask('POST', '/topics/down', '{}')).toMatchObject({ status: 403 });
  expect(await ask('DELETE', shadow)).toMatchObject({ status: 200, body: { version: 1 } });
  expect(await ask('GET', shadow)).toMatchObject({ status: 404 });
});

it('refuses who is not in invokedBy also at the console and the command line', async () => {
  await expect(invoke('echo', {})).rejects.toMatchObject({ code: 'function/denied' });
  expect((await invoke('shy', { text: 'cli' })).result).toMatchObject({ said: 'cli' });
});

it('follows the subscriptions of a new document: what they carry on may be published, by running functions and while a new one loads', async () => {
  const eager = `import { publish } from 'gatehouse'; await publish('fresh/start', {}); export const handler = () => 'up';`;
  const next = {
    ...DOCUMENT,
    functions: [...DOCUMENT.functions, { name: 'eager', code: inline(eager) }],
    subscriptions: [
      ...DOCUMENT.subscriptions.filter(({ id }) => id !== 'ask'),
      { id: 'fresh', source: 'function:*', subject: 'fresh/#', target: 'history' },
    ],
  };
  const publish = async (topic: string) => (await invoke('bare-thread', { call: 'publish', args: [topic, {}] })).result;
  expect([await publish('questions'), await publish('fresh/x')]).toMatchObject([{ value: null }, { code: 'function/denied' }]);
  await site.client.call('deployment.apply', { text: JSON.stringify(next), basedOn: null, note: '' });
  expect([await publish('questions'), await publish('fresh/x')]).toMatchObject([{ code: 'function/denied' }, { value: null }]);
  expect((await invoke('eager', {})).result).toBe('up');
});

it('has state and secrets again after a restart of the gateway', async () => {
  await site.stop();
  await start();
  const reach = async (call: string, ...args: unknown[]) => (await invoke('reach-thread', { call, args })).result;
  expect(await reach('state.get', 'count')).toEqual({ value: { n: 'thread' } });
  expect(await reach('secret', 'db/password')).toEqual({ value: 'hunter2' });
}, 30_000);
