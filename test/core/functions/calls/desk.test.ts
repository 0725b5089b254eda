import { beforeEach, describe, expect, it } from 'vitest';
import { GatewayError } from '../../../../core/base/errors.ts';
import { Permissions } from '../../../../core/contract/document/permissions.ts';
import {
  bytes,
  codeOf,
  createDeskRig,
  type DeskRig,
  EVERYTHING,
  FACTS,
  fault,
  GREENGRASS,
  INVOKE,
  OUTCOME,
  REQUEST,
  VALID,
} from './desk-rig.ts';

let rig: DeskRig;
beforeEach(() => {
  rig = createDeskRig();
});

describe('what is no call', () => {
  it.each(['', 'nothing', '__proto__', 'constructor', 'toString'])('refuses the method "%s"', async (method) => {
    expect(await codeOf(rig.call(method, {}))).toBe('api/bad-input');
  });
  it.each(Object.keys(VALID))('refuses garbage as input of %s, and does nothing', async (method) => {
    const input = VALID[method];
    const wrong: unknown[] = [null, undefined, 1, 'x', [], {}, { ...input, more: 1 }, new Map(), Buffer.from('x')];
    for (const key of Object.keys(input ?? {}))
      for (const value of [
        undefined,
        key === 'clientContext' ? { custom: 1 } : {},
        Number.NaN,
        [],
        Number.POSITIVE_INFINITY,
        'x'.repeat(70_000),
      ])
        wrong.push({ ...input, [key]: value });
    for (const one of wrong) expect(await codeOf(rig.call(method, one))).toBe('api/bad-input');
    expect([rig.published, rig.invoked, rig.done]).toEqual([[], [], []]);
  });
  it('names the function, the call and the field', async () => {
    const { message } = await fault(rig.call('history.query', { series: 's', from: 5, to: 1, buckets: 10_000 }));
    expect(message).toContain('Function "caller" called history.query with a wrong argument');
    expect(message).toContain('buckets:');
  });
  it('refuses memory that the function could change while it is looked at', async () => {
    const shared = new Uint8Array(new SharedArrayBuffer(4));
    expect(await codeOf(rig.call('publish.greengrass', { ...GREENGRASS, payload: shared }))).toBe('api/bad-input');
  });
});

it.each(Object.keys(VALID))('asks the permissions before it does %s', async (method) => {
  const refused = await fault(rig.call(method, VALID[method], rig.deskWith(Permissions.parse({}))));
  expect(refused.code).toBe('function/denied');
  expect([rig.published, rig.invoked, rig.done]).toEqual([[], [], []]);
});

describe('the calls', () => {
  it('invokes by name or ARN, as this function, one hop further, with the trace', async () => {
    const context = { custom: { subject: 'a/topic', x: 1 } };
    const answer = { requestId: 'r-1', functionError: '', statusCode: 200, payload: OUTCOME.payload };
    expect(await rig.call('invoke', { ...INVOKE, clientContext: context })).toEqual(answer);
    const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:other:$LATEST';
    expect(await rig.call('invoke', { ...INVOKE, target: arn })).toEqual(answer);
    const request = {
      payload: INVOKE.payload,
      by: { kind: 'function', id: 'caller' },
      hops: 3,
      observe: false,
      traceId: 'trace-7',
    };
    expect(rig.invoked).toEqual([
      ['other', { ...request, subject: 'a/topic', clientContext: context }, 'sync'],
      ['other', { ...request, subject: '' }, 'sync'],
    ]);
    expect(await codeOf(rig.call('invoke', { ...INVOKE, target: 'arn:aws:s3:::bucket' }))).toBe('api/bad-input');
  });
  it('queues an Event invocation and answers at once', async () => {
    expect(await rig.call('invoke', { ...INVOKE, type: 'Event' })).toEqual({
      requestId: 'r-2',
      functionError: '',
      statusCode: 202,
      payload: new Uint8Array(0),
    });
    expect(rig.invoked.map(([, , type]) => type)).toEqual(['later']);
  });
  it('stops functions that invoke each other in circles', async () => {
    const facts = { ...FACTS, hops: 8 };
    expect((await fault(rig.call('invoke', INVOKE, rig.deskWith(), facts))).message).toContain('more than 8 functions');
    expect(rig.invoked).toEqual([]);
  });
  it('passes shadows on, and their refusals with the status', async () => {
    expect(await rig.call('shadow.get', { thing: 't', name: 'n' })).toEqual({ payload: bytes('get t n') });
    expect(await rig.call('shadow.update', { thing: 't', name: null, payload: bytes('{}') })).toEqual({
      payload: bytes('update t {}'),
    });
    const refused = new GatewayError('shadow/refused', 'Version conflict', { details: { status: 409 } });
    const shadows = { ...rig.host().shadows, delete: () => Promise.reject(refused) };
    const told = await fault(rig.call('shadow.delete', { thing: 't', name: null }, rig.deskWith(EVERYTHING, { shadows })));
    expect([told.message, told.details]).toEqual(['Version conflict', { status: 409 }]);
  });
  it('words secrets as AWS does', async () => {
    const said = { ARN: 'arn:db', Name: 'db', VersionId: 'v', VersionStages: ['AWSCURRENT'], CreatedDate: 1.5 };
    expect(await rig.call('secret.get', { id: 'db', stage: null })).toEqual({ ...said, SecretString: 'secret of db' });
    expect(await rig.call('secret.get', { id: 'bin', stage: null })).toEqual({ ...said, SecretBinary: 'AQI=' });
  });
  it('takes a secret by its ARN where its name is allowed, and the other way round', async () => {
    for (const allowed of ['db', 'arn:db'])
      for (const asked of ['db', 'arn:db'])
        expect(
          await rig.call('secret.get', { id: asked, stage: null }, rig.deskWith(Permissions.parse({ secrets: [allowed] }))),
        ).toMatchObject({
          Name: 'db',
        });
    expect(
      await codeOf(
        rig.call('secret.get', { id: 'arn:other', stage: null }, rig.deskWith(Permissions.parse({ secrets: ['db'] }))),
      ),
    ).toBe('function/denied');
  });
  it('keeps state per function, by revision', async () => {
    expect(await rig.call('state.get', { key: 'k' })).toEqual({ value: null, revision: 0 });
    expect(await rig.call('state.set', { key: 'k', value: { a: [1] }, revision: 0 })).toEqual({ revision: 1 });
    expect(await codeOf(rig.call('state.set', { key: 'k', value: 2, revision: 0 }))).toBe('function/state-conflict');
    expect(await rig.call('state.get', { key: 'k' })).toEqual({ value: { a: [1] }, revision: 1 });
    expect([...rig.values.keys()]).toEqual(['caller/k']);
    expect(await rig.call('state.set', { key: 'k', value: null, revision: null })).toEqual({ revision: 0 });
    expect(await rig.call('state.keys', { prefix: '', limit: 10 })).toEqual({ keys: [] });
    const circle: unknown[] = [];
    circle.push(circle);
    for (const value of [undefined, 1n, circle])
      expect(await codeOf(rig.call('state.set', { key: 'k', value, revision: null }))).toBe('api/bad-input');
  });
  it('reads and commands devices, asks for history, sets and cancels schedules', async () => {
    expect(await rig.call('device.read', { device: 'd' })).toEqual({
      points: [{ name: 'p', value: 1, unit: 'V', quality: 'good', at: 5 }],
    });
    expect(await rig.call('device.command', { device: 'd', point: 'p', value: true })).toBeNull();
    expect(await rig.call('history.query', { series: 's', from: 1, to: 2, buckets: 3 })).toEqual({ points: [] });
    expect(await rig.call('schedule.at', { id: 'i', at: 9, payload: bytes('1') })).toBeNull();
    expect(await rig.call('schedule.cancel', { id: 'known' })).toEqual({ found: true });
    expect(rig.done).toEqual([
      ['command', 'd', 'p', true],
      ['history', 's', 1, 2, 3],
      ['at', 'caller', 'i', 9, bytes('1')],
    ]);
  });
});

describe('limits and faults', () => {
  it('has 1,000 calls under way at most, and counts those down that end, however they end', async () => {
    const never = rig.deskWith(EVERYTHING, { points: () => [], history: () => new Promise(() => {}) });
    const query = { series: 's', from: 0, to: 1, buckets: 1 };
    for (let i = 0; i < 2000; i += 1) await codeOf(rig.call('device.read', {}, never));
    const ends = Promise.allSettled(Array.from({ length: 1000 }, () => rig.call('history.query', query, never)));
    expect(await codeOf(rig.call('device.read', { device: 'd' }, never))).toBe('function/busy');
    rig.life.abort();
    expect((await ends).every(({ status }) => status === 'rejected')).toBe(true);
  });
  it('ends with the instance that called', async () => {
    const work = codeOf(rig.call('request', REQUEST));
    await rig.clock.advance(1);
    rig.life.abort();
    expect(await work).toBe('api/cancelled');
    expect(await codeOf(rig.call('device.read', { device: 'd' }))).toBe('api/cancelled');
    expect(rig.clock.pending).toBe(0);
  });
  it('tells nothing of a fault that nobody foresaw; the log does', async () => {
    const desk = rig.deskWith(EVERYTHING, {
      points: () => {
        throw new TypeError('inner words');
      },
    });
    const told = await fault(rig.call('device.read', { device: 'd' }, desk));
    expect(told.code).toBe('gateway/internal');
    expect(told.message).not.toContain('inner words');
    expect(JSON.stringify(rig.logs.recent())).toContain('inner words');
  });
});
