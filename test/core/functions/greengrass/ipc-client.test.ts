import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SdkLine } from '../../../../core/functions/calls/sdk-calls.ts';
import { createIpcClient } from '../../../../core/functions/greengrass/ipc-client.ts';
import { createManualClock } from '../../../fakes/manual-clock.ts';

const ECHO = 'arn:aws:lambda:local:000000000000:function:echo:1';
const ROUTER = 'arn:aws:lambda:::function:GGRouter';
const SHADOW = 'arn:aws:lambda:eu-west-1:123456789012:function:GGShadowService:9';
const contextOf = (custom: object): string => Buffer.from(JSON.stringify({ custom })).toString('base64');

function setUp() {
  const clock = createManualClock();
  const calls: { method: string; input: unknown }[] = [];
  let ids = 0;
  let publishes = 0;
  const line: SdkLine = {
    call: async (method, input) => {
      calls.push({ method, input });
      const answer: unknown = {
        requestId: 'r',
        functionError: '',
        statusCode: 200,
        payload: Buffer.from('x'),
        invocationId: 'i',
      };
      return answer as never;
    },
  };
  const IPCClient = createIpcClient({
    line,
    now: clock.now,
    monotonic: clock.monotonic,
    newId() {
      ids += 1;
      return `id-${ids}`;
    },
    countPublish() {
      publishes += 1;
      if (publishes > 2) throw Object.assign(new Error('too many'), { code: 'function/publish-limit' });
    },
  });
  const client = new IPCClient('token');
  type Given = Parameters<typeof client.postWork>;
  const post = (arn: Given[0], payload: Given[1], context = '', type: Given[3] = 'RequestResponse') =>
    new Promise<readonly unknown[]>((resolve) => client.postWork(arn, payload, context, type, (...told) => resolve(told)));
  const result = (id: string) =>
    new Promise<readonly unknown[]>((resolve) => client.getWorkResult(ECHO, id, (...told) => resolve(told)));
  return { clock, calls, client, post, result };
}

describe('the IPC client', () => {
  it('never calls back before it returns', async () => {
    const { client } = setUp();
    let early = 0;
    const told = new Promise<void>((resolve) => {
      const count = (): void => {
        early += 1;
        if (early === 4) resolve();
      };
      client.postWork(ECHO, '', '', 'RequestResponse', count);
      client.postWork('no arn', '', '', 'Event', count);
      client.getWorkResult(ECHO, 'nothing', count);
      client.getWork(ECHO, count);
    });
    expect(early).toBe(0);
    await told;
  });

  it('gives a result once', async () => {
    const { post, result } = setUp();
    expect(await post(ECHO, '{}')).toEqual([null, 'id-1']);
    const [error, body, functionError, statusCode] = await result('id-1');
    expect([error, String(body), functionError, statusCode]).toEqual([null, 'x', '', 200]);
    expect(Buffer.isBuffer(body)).toBe(true);
    expect(await result('id-1')).toMatchObject([{ message: 'there is no result for the invocation "id-1"' }]);
  });

  it('keeps 1,000 results, and each for five minutes', async () => {
    const { clock, post, result } = setUp();
    for (let i = 0; i < 1001; i += 1) await post(ECHO, '{}');
    expect(await result('id-1')).toMatchObject([{ message: expect.stringContaining('no result') }]);
    expect((await result('id-2'))[0]).toBeNull();
    await clock.advance(5 * 60_000 + 1);
    expect(await result('id-1001')).toMatchObject([{ message: expect.stringContaining('no result') }]);
  });

  it('tells who asks for a result what went wrong, and is silent where nobody asks', async () => {
    const { post, result } = setUp();
    const [, id] = await post('no arn', '');
    expect(await result(String(id))).toMatchObject([{ message: expect.stringContaining('is not the ARN') }]);
    await post('no arn', ''); // an unhandled rejection would fail this test
    await new Promise((done) => setImmediate(done));
  });

  it('sends bytes in memory of their own', async () => {
    const { post, calls } = setUp();
    const pooled = Buffer.from('abc');
    const wide = new Uint16Array([1, 2]);
    for (const payload of ['abc', pooled, new Uint8Array(pooled).buffer, undefined]) await post(ECHO, payload);
    await post(ECHO, new Uint8Array(wide.buffer));
    const sent = calls.map(({ input }) => Reflect.get(Object(input), 'payload') as Uint8Array);
    expect(sent.map((bytes) => Buffer.from(bytes).toString())).toEqual(['abc', 'abc', 'abc', '', '\u0001\0\u0002\0']);
    for (const bytes of sent) expect(bytes.buffer.byteLength).toBe(bytes.byteLength);
  });

  it('publishes through GGRouter against the limit of the invocation, and gives an empty result', async () => {
    const { post, result, calls } = setUp();
    const context = contextOf({ subject: 'a/b', queueFullPolicy: 'AllOrError' });
    expect(await post(ROUTER, 'x', context, 'Event')).toEqual([null, 'i']);
    expect(calls[0]).toMatchObject({ method: 'publish.greengrass', input: { topic: 'a/b', queueFull: 'AllOrError' } });
    const [, id] = await post(`${ROUTER}:1`, 'x', contextOf({ subject: 'a/b', queueFullPolicy: '' }));
    expect(await result(String(id))).toMatchObject([null, { byteLength: 0 }, '', 200]);
    expect(calls[1]).toMatchObject({ input: { queueFull: 'BestEffort' } });
    expect(await post(ROUTER, 'x', context, 'Event')).toMatchObject([{ code: 'function/publish-limit' }]);
    expect(calls).toHaveLength(2);
  });

  it('tells a publish without a topic', async () => {
    const { post } = setUp();
    for (const context of ['', contextOf({}), contextOf({ subject: 5 })])
      expect(await post(ROUTER, 'x', context, 'Event')).toMatchObject([{ message: expect.stringMatching(/subject|too many/) }]);
  });

  it.each([
    ['$aws/things/t/shadow/get', 'shadow.get', { thing: 't', name: null }],
    ['$aws/things/a:b/shadow/update', 'shadow.update', { thing: 'a:b', name: null }],
    ['$aws/things/t/shadow/name/n/delete', 'shadow.delete', { thing: 't', name: 'n' }],
  ])('asks the shadow service for %s', async (subject, method, input) => {
    const { post, result, calls } = setUp();
    const [, id] = await post(SHADOW, '{}', contextOf({ subject }));
    expect((await result(String(id)))[0]).toBeNull();
    expect(calls).toMatchObject([{ method, input }]);
  });

  it.each([['$aws/things/t/shadow/list'], ['$aws/things//shadow/get'], ['things/t'], ['']])(
    'knows no operation "%s"',
    async (subject) => {
      const { post, result, calls } = setUp();
      const [, id] = await post(SHADOW, '', contextOf({ subject }));
      expect(await result(String(id))).toMatchObject([{ message: expect.stringContaining('has no operation') }]);
      expect(calls).toEqual([]);
    },
  );

  it('calls back once and later, whatever it is given', async () => {
    const subject = fc.oneof(fc.string(), fc.constantFrom('$aws/things/t/shadow/get', 'a/b'));
    const context = fc.oneof(fc.anything(), fc.base64String(), fc.record({ subject }).map(contextOf));
    const arn = fc.oneof(fc.anything(), fc.constantFrom(ECHO, ROUTER, SHADOW, 'arn:aws:lambda:::function:GGSecretManager:1'));
    const type = fc.oneof(fc.constantFrom('Event', 'RequestResponse'), fc.anything());
    await fc.assert(
      fc.asyncProperty(arn, fc.anything(), context, type, async (...given) => {
        const { client } = setUp();
        const told: unknown[][] = [];
        Reflect.apply(client.postWork, client, [...given, (...all: unknown[]) => told.push(all)]);
        expect(told).toEqual([]);
        for (let turn = 0; turn < 3; turn += 1) await new Promise((done) => setImmediate(done));
        expect(told).toHaveLength(1);
        const [error, id] = told[0] ?? [];
        expect(error instanceof Error || (error === null && typeof id === 'string')).toBe(true);
      }),
    );
  });

  it('says that the old runtime’s own loop is not here', async () => {
    const { client } = setUp();
    const told = await Promise.all([
      new Promise<Error>((resolve) => client.getWork(ECHO, resolve)),
      new Promise<Error>((resolve) => client.postWorkResult(ECHO, '', 'i', resolve)),
      new Promise<Error>((resolve) => client.postHandlerErr(ECHO, '', 'i', resolve)),
    ]);
    for (const { message } of told) expect(message).toContain('the gateway');
  });
});
