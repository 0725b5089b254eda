import { execFile } from 'node:child_process';
import { request as httpRequest } from 'node:http';
import { promisify } from 'node:util';
import {
  DeleteThingShadowCommand,
  GetThingShadowCommand,
  IoTDataPlaneClient,
  ListNamedShadowsForThingCommand,
  PublishCommand,
  UpdateThingShadowCommand,
} from '@aws-sdk/client-iot-data-plane';
import { fromHttp } from '@aws-sdk/credential-providers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../core/base/clock.ts';
import { GatewayError } from '../../core/base/errors.ts';
import { createLogHub } from '../../core/base/log.ts';
import { Permissions } from '../../core/contract/document/permissions.ts';
import type { Draft } from '../../core/contract/message.ts';
import { createCallDesk } from '../../core/functions/calls/desk.ts';
import { createGatekeeper } from '../../core/functions/calls/gatekeeper.ts';
import type { FunctionHost } from '../../core/functions/calls/host.ts';
import type { AwsCredentials, LocalAws } from '../../core/functions/local-aws/credentials.ts';
import type { LocalAwsParty } from '../../core/functions/local-aws/data-plane-routes.ts';
import { createLocalAws } from '../../core/functions/local-aws/local-aws-server.ts';
import { createMemoryShadows } from '../../core/shadows/memory-shadows.ts';

const run = promisify(execFile);
const ALLOWED = Permissions.parse({
  publish: ['line/#'],
  shadows: [
    { thing: 'press', access: 'write' },
    { thing: 'press', name: 'limits' },
  ],
  awsCredentials: true,
});
const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString();

describe('the local AWS endpoint', () => {
  const log = createLogHub({ clock: systemClock }, { keep: 50, level: 'debug' }).logger('aws');
  let aws: LocalAws;
  let published: Draft[];
  let accept: () => Promise<void> | undefined;
  let give: () => Promise<AwsCredentials>;
  let tokens: number;
  let hops = 0;

  function partyOf(name: string, permissions = ALLOWED): LocalAwsParty {
    const gatekeeper = createGatekeeper(name, permissions, () => []);
    const publish = (draft: Draft) => {
      published.push(draft);
      return accept();
    };
    const shadows = createMemoryShadows({ clock: systemClock, publish: () => {} });
    const host = { shadows } as unknown as FunctionHost; // the shadow calls use nothing else
    const desk = createCallDesk(
      { clock: systemClock, log, host, gatekeeper, publish, fullQueues: () => [], hopLimit: () => 8, newId: () => 'id' },
      name,
    );
    return { gatekeeper, desk, publish, hops: () => hops };
  }
  beforeEach(async () => {
    published = [];
    hops = 0;
    tokens = 0;
    accept = () => undefined;
    give = async () => ({ accessKeyId: 'AK', secretAccessKey: 's', sessionToken: 'T', expiresAt: Date.UTC(2040, 0, 1) });
    const parties = new Map([
      ['sorter', partyOf('sorter')],
      ['poor', partyOf('poor', Permissions.parse({}))],
    ]);
    aws = createLocalAws({
      clock: systemClock,
      log,
      newToken() {
        tokens += 1;
        return `token-${tokens}`;
      },
      credentials: { credentials: () => give() },
      party: (name) => parties.get(name) ?? null,
    });
    await aws.start(new AbortController().signal);
  });
  afterEach(() => aws.stop());

  const admit = (name = 'sorter') => aws.admit(name, { credentials: true, data: true });
  const clientOf = (env: Readonly<Record<string, string>>): IoTDataPlaneClient =>
    new IoTDataPlaneClient({
      region: 'eu-central-1',
      maxAttempts: 1,
      endpoint: env['AWS_ENDPOINT_URL_IOT_DATA_PLANE'] ?? '',
      credentials: { accessKeyId: 'x', secretAccessKey: 'y' },
    });
  const credentialsOf = (env: Readonly<Record<string, string>>) =>
    fromHttp({
      awsContainerCredentialsFullUri: env['AWS_CONTAINER_CREDENTIALS_FULL_URI'] ?? '',
      awsContainerAuthorizationToken: env['AWS_CONTAINER_AUTHORIZATION_TOKEN'] ?? '',
      maxRetries: 0,
    })();
  const send = (method: string, url: string, headers: Record<string, string> = {}, body = '') =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      const request = httpRequest(url, { method, headers, agent: false }, (response) => {
        let got = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          got += part;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text: got }));
      });
      request.on('error', reject);
      request.end(body);
    });

  it('takes what the client publishes, as the function', async () => {
    const client = clientOf(admit().env);
    await client.send(
      new PublishCommand({ topic: 'line/a b/ü+1', payload: Buffer.from('hé'), qos: 1, retain: true, messageExpiry: 60 }),
    );
    hops = 3; // of what the function handles by now
    await client.send(new PublishCommand({ topic: 'line/2' }));
    client.destroy();
    expect(published.map(({ payload, ...draft }) => ({ ...draft, payload: text(payload) }))).toEqual([
      {
        topic: 'line/a b/ü+1',
        payload: 'hé',
        qos: 1,
        retain: true,
        source: { kind: 'function', id: 'sorter' },
        hops: 1,
        expiryMs: 60_000,
      },
      { topic: 'line/2', payload: '', qos: 0, retain: false, source: { kind: 'function', id: 'sorter' }, hops: 4 },
    ]);
  });

  it('answers a publish only when it is accepted, and says why it is not', async () => {
    const client = clientOf(admit().env);
    const publish = (topic: string, payload = 'x') => client.send(new PublishCommand({ topic, payload: Buffer.from(payload) }));
    const gate = Promise.withResolvers<void>();
    accept = () => gate.promise;
    let answered = false;
    const waiting = publish('line/1').then(() => {
      answered = true;
    });
    await expect.poll(() => published.length).toBe(1);
    expect(answered).toBe(false);
    gate.resolve();
    await waiting;
    accept = () => Promise.reject(new GatewayError('store/full', 'The disk is full.'));
    await expect(publish('line/1')).rejects.toMatchObject({ name: 'ServiceUnavailableException', message: 'The disk is full.' });
    accept = () => Promise.reject(new GatewayError('router/bad-topic', 'It is none.'));
    await expect(publish('line/1')).rejects.toMatchObject({ name: 'InvalidRequestException' });
    accept = () => Promise.reject(new TypeError('hush'));
    await expect(publish('line/1')).rejects.toMatchObject({ name: 'InternalFailureException', message: 'Internal failure' });
    await expect(publish('other/1')).rejects.toMatchObject({
      name: 'ForbiddenException',
      message: expect.stringContaining('publish: ["other/1"]'),
    });
    await expect(publish('line/1', 'x'.repeat(131_073))).rejects.toMatchObject({ name: 'RequestEntityTooLargeException' });
    await expect(publish('line/1', 'x'.repeat(2_000_000))).rejects.toMatchObject({ name: 'RequestEntityTooLargeException' });
    client.destroy();
  });

  it('serves the shadows to the client, with the refusals of AWS', async () => {
    const client = clientOf(admit().env);
    const press = { thingName: 'press' };
    await expect(client.send(new GetThingShadowCommand(press))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    const state = Buffer.from('{"state":{"desired":{"speed":5},"reported":{"speed":4}}}');
    const updated = await client.send(new UpdateThingShadowCommand({ ...press, payload: state }));
    expect(JSON.parse(text(updated.payload))).toMatchObject({ version: 1, state: { desired: { speed: 5 } } });
    const got = await client.send(new GetThingShadowCommand(press));
    expect(JSON.parse(text(got.payload))).toMatchObject({ state: { delta: { speed: 5 } } });
    const old = Buffer.from('{"state":{"desired":{"speed":6}},"version":9}');
    await expect(client.send(new UpdateThingShadowCommand({ ...press, payload: old }))).rejects.toMatchObject({
      name: 'ConflictException',
    });
    await expect(client.send(new UpdateThingShadowCommand({ ...press, payload: Buffer.from('{') }))).rejects.toMatchObject({
      name: 'InvalidRequestException',
    });
    const named = { ...press, shadowName: 'limits' };
    await expect(client.send(new GetThingShadowCommand(named))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(client.send(new UpdateThingShadowCommand({ ...named, payload: state }))).rejects.toMatchObject({
      name: 'ForbiddenException',
      message: expect.stringContaining('access: write'),
    });
    expect(JSON.parse(text((await client.send(new DeleteThingShadowCommand(press))).payload))).toMatchObject({ version: 1 });
    await expect(client.send(new ListNamedShadowsForThingCommand(press))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: expect.stringContaining('publishing and shadows'),
    });
    client.destroy();
  });

  it('gives credentials to the provider for containers', async () => {
    const { env, release } = admit();
    expect(await credentialsOf(env)).toMatchObject({
      accessKeyId: 'AK',
      secretAccessKey: 's',
      sessionToken: 'T',
      expiration: new Date('2040-01-01'),
    });
    release();
    await expect(credentialsOf(env)).rejects.toMatchObject({ message: expect.stringContaining('403') });
    await expect(credentialsOf(admit('poor').env)).rejects.toMatchObject({ message: expect.stringContaining('403') });
  });

  it('answers as the token exchange service does', async () => {
    const { env } = admit();
    const url = env['AWS_CONTAINER_CREDENTIALS_FULL_URI'] ?? '';
    const mine = { authorization: env['AWS_CONTAINER_AUTHORIZATION_TOKEN'] ?? '' };
    const status = async (method: string, path: string, headers: Record<string, string>) =>
      (await send(method, path, headers)).status;
    expect(await status('GET', url, mine)).toBe(200);
    expect(await status('POST', url, mine)).toBe(405);
    expect(await status('GET', `${url}more`, mine)).toBe(400);
    expect(await status('GET', url, { authorization: 'wrong' })).toBe(403);
    expect(await status('GET', url, {})).toBe(403);
    give = () => Promise.reject(new GatewayError('cloud/credentials-unreachable', 'The line is down.'));
    expect(await send('GET', url, mine)).toMatchObject({ status: 504, text: expect.stringContaining('The line is down.') });
    give = () => Promise.reject(new GatewayError('cloud/credentials-refused', 'Refused.'));
    expect(await status('GET', url, mine)).toBe(500);
    give = () => Promise.reject(new TypeError('hush'));
    expect(await send('GET', url, mine)).toMatchObject({ status: 500, text: expect.not.stringContaining('hush') });
  });

  it('bears garbage', async () => {
    const { env } = admit();
    const base = env['AWS_ENDPOINT_URL_IOT_DATA_PLANE'] ?? '';
    const statusOf = async (method: string, path: string) => (await send(method, base + path)).status;
    expect(await statusOf('POST', '/topics/')).toBe(400);
    expect(await statusOf('POST', '/topics/line%2F1%')).toBe(400);
    expect(await statusOf('POST', '/topics/line%2F1?qos=2')).toBe(400);
    expect(await statusOf('POST', '/topics/line%2F1?retain=yes')).toBe(400);
    expect(await statusOf('POST', '/topics/line%2F1?messageExpiry=-1')).toBe(400);
    expect(await statusOf('PUT', '/topics/line%2F1')).toBe(405);
    expect(await statusOf('PATCH', '/things/press/shadow')).toBe(405);
    expect(await statusOf('GET', '/things/%/shadow')).toBe(400);
    expect(await statusOf('GET', '/things/a%2Fb/shadow')).toBe(403);
    expect(await statusOf('GET', '/../x')).toBe(404);
    expect(await statusOf('GET', '')).toBe(404);
    const origin = new URL(base).origin;
    expect((await send('GET', `${origin}/d/wrong/topics/a`)).status).toBe(403);
    expect((await send('GET', `${origin}/`)).status).toBe(404);
    expect(published).toEqual([]);
  });

  it('works for a function that knows nothing of it, by its environment alone', async () => {
    const code = `
      import { IoTDataPlaneClient, PublishCommand } from '@aws-sdk/client-iot-data-plane';
      import { fromContainerMetadata } from '@aws-sdk/credential-providers';
      const client = new IoTDataPlaneClient({});
      await client.send(new PublishCommand({ topic: 'line/env', payload: 'x' }));
      console.log((await client.config.credentials()).accessKeyId);
      const metadata = await fromContainerMetadata()().catch(() => ({ accessKeyId: 'none' }));
      console.log(metadata.accessKeyId);`;
    const withEnv = async (wants: { credentials: boolean; data: boolean }) => {
      const { env } = aws.admit('sorter', wants);
      const options = { env: { ...env, AWS_REGION: 'eu-central-1', PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' } };
      return (await run(process.execPath, ['--input-type=module', '-e', code], options)).stdout.trim();
    };
    expect(await withEnv({ credentials: true, data: true })).toBe('AK\nAK');
    expect(await withEnv({ credentials: false, data: true })).toBe('GATEHOUSELOCAL\nnone');
    expect(published.map(({ topic }) => topic)).toEqual(['line/env', 'line/env']);
    expect(aws.admit('sorter', { credentials: false, data: false }).env).toEqual({});
  });

  it('starts once, ends with its connections, and admits nobody before', async () => {
    const { env } = admit();
    await aws.start(new AbortController().signal);
    expect(admit().env['AWS_CONTAINER_CREDENTIALS_FULL_URI']).toBe(env['AWS_CONTAINER_CREDENTIALS_FULL_URI']);
    give = () => new Promise(() => {});
    const waiting = send('GET', env['AWS_CONTAINER_CREDENTIALS_FULL_URI'] ?? '', {
      authorization: env['AWS_CONTAINER_AUTHORIZATION_TOKEN'] ?? '',
    });
    const ended = expect(waiting).rejects.toThrow();
    await systemClock.sleep(20);
    await aws.stop();
    await ended;
    const another = createLocalAws({ clock: systemClock, log, newToken: () => 't', credentials: null, party: () => null });
    expect(() => another.admit('sorter', { credentials: true, data: true })).toThrow('not open');
    await another.stop();
  });
});
