import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ARN, type SdkSite } from '../fakes/functions/sdk-site.ts';

/** npm's `aws-greengrass-core-sdk` in a function, and the site that it reaches. */
export interface GreengrassUnderTest {
  readonly site: SdkSite;
  /** Gives `test/fakes/functions/greengrass/surface.cjs` this event. */
  call(event: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

type Told = readonly (readonly unknown[])[];
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/;
const THING = { thingName: 'platform' };
const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');
const failed = (message: unknown, code?: string): Told => [[code ? { error: message, code } : { error: message }, null]];
const gave = (payload: unknown, functionError = ''): Told => [
  [null, { FunctionError: functionError, StatusCode: 200, Payload: { bytes: payload } }],
];

/** Calls that end before anything is asked of the gateway, with the SDK's own words (contract 1.3). */
const REFUSED_BY_THE_SDK: readonly (readonly [call: string, params: object, message: string])[] = [
  ['IotData.publish', { payload: 'x' }, '"topic" is a required parameter'],
  ['IotData.publish', { topic: 'hello/a' }, '"payload" is a required parameter'],
  ['IotData.getThingShadow', {}, '"thingName" is a required parameter.'],
  ['IotData.updateThingShadow', {}, '"thingName" is a required parameter.'],
  ['IotData.updateThingShadow', THING, '"payload" is a required parameter.'],
  ['IotData.deleteThingShadow', {}, '"thingName" is a required parameter.'],
  ['Lambda.invoke', {}, '"FunctionName" is a required parameter'],
  ['Lambda.invoke', { FunctionName: ARN('echo'), Qualifier: '2' }, "Qualifier '2' does not match the version in FunctionName"],
  [
    'Lambda.invoke',
    { FunctionName: ARN('echo'), InvocationType: 'DryRun' },
    "InvocationType 'DryRun' is incorrect, should be 'Event' or 'RequestResponse'",
  ],
  ['Lambda.invoke', { FunctionName: ARN('echo'), ClientContext: 'no base64' }, 'Client Context is invalid'],
  ['SecretsManager.getSecretValue', {}, '"SecretId" is a required parameter'],
  ['SecretsManager.getSecretValue', { SecretId: 'modem', VersionId: 'v' }, 'Query by VersionId is not yet supported'],
];

/** What the public calls of the SDK give, on our two modules (contract 1.1 to 1.3 and the shadow documents of 4.1). */
export function greengrassConformance(name: string, build: () => Promise<GreengrassUnderTest>): void {
  describe(`npm's aws-greengrass-core-sdk ${name}`, () => {
    let sut: GreengrassUnderTest;
    beforeAll(async () => {
      sut = await build();
    });
    afterAll(() => sut?.stop());
    const ask = async (call: string, params: object, calls = 1): Promise<Told> => {
      const [service, method] = call.split('.');
      return (await sut.call({ service, method, params, calls })) as Told; // the surface tells it so
    };
    const payloadOf = (told: Told): unknown => JSON.parse(Reflect.get(Object(told[0]?.[1]), 'Payload').bytes);

    it('loads whole', async () => {
      expect(await sut.call({ service: 'exports' })).toEqual({
        names: ['GreengrassInterfaceVersion', 'IotData', 'Lambda', 'SecretsManager', 'StreamManager'],
        version: '1.5',
      });
    });

    it.each(REFUSED_BY_THE_SDK)('%s(%j) fails with its own words', async (call, params, message) => {
      expect(await ask(call, params)).toEqual(failed(message));
    });

    describe('IotData.publish', () => {
      const last = () => sut.site.published.at(-1);

      it.each([
        ['text', { payload: 'grüß dich' }, 'grüß dich'],
        ['bytes', { bytes: 'raw' }, 'raw'],
        ['nothing', { payload: '' }, ''],
      ])('gives an invocation id, and the message is out with %s', async (_what, payload, text) => {
        const [[error, id] = [], ...more] = await ask('IotData.publish', { topic: 'hello/world', ...payload });
        expect([error, more]).toEqual([null, []]);
        expect(id).toMatch(UUID);
        expect(last()).toMatchObject({ topic: 'hello/world', qos: 0, source: { kind: 'function', id: 'probe' } });
        expect(Buffer.from(last()?.payload ?? []).toString()).toBe(text);
      });

      it('says what is no payload', async () => {
        const before = sut.site.published.length;
        expect(await ask('IotData.publish', { topic: 'hello/world', payload: { watts: 4 } })).toEqual(
          failed('Payload must be text or bytes, not object: write it with JSON.stringify'),
        );
        expect(sut.site.published.length).toBe(before);
      });

      it('calls back twice for a wrong queueFullPolicy, and publishes', async () => {
        const before = sut.site.published.length;
        const params = { topic: 'hello/world', payload: 'x', queueFullPolicy: 'Sometimes' };
        const [first, second, ...more] = await ask('IotData.publish', params, 2);
        expect(first).toEqual([{ error: 'queueFullPolicy "Sometimes" is not supported' }, null]);
        expect(second).toEqual([null, expect.stringMatching(UUID)]);
        expect(more).toEqual([]);
        expect(sut.site.published.length).toBe(before + 1);
      });

      it('with AllOrError fails where a queue is full, with BestEffort does not', async () => {
        sut.site.full = ['the queue of "report"'];
        try {
          const before = sut.site.published.length;
          const params = { topic: 'hello/world', payload: 'x' };
          expect(await ask('IotData.publish', { ...params, queueFullPolicy: 'AllOrError' })).toEqual(
            failed(expect.stringContaining('the queue of "report"'), 'function/busy'),
          );
          expect(sut.site.published.length).toBe(before);
          for (const queueFullPolicy of ['BestEffort', '', null]) {
            const told = await ask('IotData.publish', { ...params, queueFullPolicy });
            expect(told).toEqual([[null, expect.stringMatching(UUID)]]);
          }
        } finally {
          sut.site.full = [];
        }
      });

      it('fails for a topic that the function may not publish on, and for one that is none', async () => {
        expect(await ask('IotData.publish', { topic: 'other', payload: 'x' })).toEqual(
          failed(expect.stringContaining('publish: ["other"]'), 'function/denied'),
        );
        expect(await ask('IotData.publish', { topic: '', payload: 'x' })).toEqual(failed(expect.stringContaining('topic')));
      });
    });

    it('takes the shadow through its life, with the documents of the shadow topics', async () => {
      const missing = payloadOf(await ask('IotData.getThingShadow', THING));
      expect(missing).toMatchObject({ code: 404, timestamp: expect.any(Number) });
      const payload = '{"state":{"desired":{"a":1},"reported":{"a":2}},"clientToken":"t"}';
      const updated = await ask('IotData.updateThingShadow', { ...THING, payload });
      expect(updated).toMatchObject([[null, { FunctionError: '', StatusCode: 200 }]]);
      expect(payloadOf(updated)).toMatchObject({
        state: { desired: { a: 1 }, reported: { a: 2 } },
        version: 1,
        clientToken: 't',
      });
      const got = payloadOf(await ask('IotData.getThingShadow', THING));
      expect(got).toMatchObject({ state: { desired: { a: 1 }, reported: { a: 2 }, delta: { a: 1 } }, version: 1 });
      expect(sut.site.shadowTopics).toEqual([
        '$aws/things/platform/shadow/update/delta',
        '$aws/things/platform/shadow/update/documents',
        '$aws/things/platform/shadow/update/accepted',
      ]);
      const stale = await ask('IotData.updateThingShadow', { ...THING, payload: '{"state":{},"version":7}' });
      expect(stale).toMatchObject([[null, { FunctionError: 'Handled', StatusCode: 200 }]]);
      expect(payloadOf(stale)).toMatchObject({ code: 409, message: 'Version conflict' });
      const garbage = await ask('IotData.updateThingShadow', { ...THING, payload: 'garbage' });
      expect(payloadOf(garbage)).toMatchObject({ code: 400 });
      expect(payloadOf(await ask('IotData.deleteThingShadow', THING))).toMatchObject({ version: 1 });
      expect(payloadOf(await ask('IotData.getThingShadow', THING))).toMatchObject({ code: 404 });
    });

    it('denies shadows that are not the function’s', async () => {
      expect(await ask('IotData.getThingShadow', { thingName: 'other' })).toEqual(
        failed(expect.stringContaining('shadows: [{ thing: "other"'), 'function/denied'),
      );
      expect(await ask('IotData.deleteThingShadow', { thingName: 'empty' })).toEqual(
        failed(expect.stringContaining('access: write'), 'function/denied'),
      );
    });

    describe('Lambda.invoke', () => {
      const echo = { FunctionName: ARN('echo') };

      it('gives the result, with payload, context and hops at the other function', async () => {
        const ClientContext = base64({ custom: { order: 3 }, client: { app: 'till' }, other: 1 });
        const told = await ask('Lambda.invoke', { ...echo, ClientContext, Payload: '{"a":1}' });
        expect(told).toEqual(gave('{"a":1}'));
        expect(sut.site.invoked.at(-1)).toMatchObject({
          name: 'echo',
          later: false,
          by: { kind: 'function', id: 'probe' },
          clientContext: { custom: { order: 3 }, client: { app: 'till' } },
        });
      });

      it.each([
        ['without a version', { FunctionName: ARN('echo', '') }],
        ['with the qualifier beside it', { FunctionName: ARN('echo', ''), Qualifier: '7' }],
        ['with the same qualifier twice', { FunctionName: ARN('echo', ':7'), Qualifier: '7' }],
        ['with an alias', { FunctionName: ARN('echo', ':live') }],
        ['with $LATEST', { FunctionName: ARN('echo', ':$LATEST'), InvocationType: 'RequestResponse' }],
        ['of another account', { FunctionName: 'arn:aws-cn:lambda:cn-north-1:123456789012:function:echo:3' }],
        ['with an empty context', { ...echo, ClientContext: '' }],
      ])('takes an ARN %s', async (_what, params) => {
        expect(await ask('Lambda.invoke', params)).toEqual(gave(''));
      });

      it('gives a failure as a result: Handled and Unhandled', async () => {
        const handled = await ask('Lambda.invoke', { FunctionName: ARN('thrower'), Payload: '{}' });
        expect(handled).toMatchObject([[null, { FunctionError: 'Handled', StatusCode: 200 }]]);
        expect(payloadOf(handled)).toMatchObject({ errorMessage: 'no paper', errorType: 'PrinterError' });
        const crashed = await ask('Lambda.invoke', { FunctionName: ARN('crasher'), Payload: '{}' });
        expect(crashed).toMatchObject([[null, { FunctionError: 'Unhandled', StatusCode: 200 }]]);
      });

      it('as Event gives a string, once it is queued', async () => {
        const told = await ask('Lambda.invoke', { ...echo, InvocationType: 'Event', Payload: '{"b":2}' });
        expect(told).toEqual([[null, expect.stringMatching(UUID)]]);
        expect(sut.site.invoked.at(-1)).toMatchObject({ name: 'echo', later: true });
      });

      it('fails for short names and what is no ARN', async () => {
        for (const FunctionName of ['echo', 'arn:aws:lambda:eu:1:layer:x', '', 7, null]) {
          expect(await ask('Lambda.invoke', { FunctionName })).toEqual(
            failed(expect.stringMatching(/^FunctionName is malformed: Error: /)),
          );
        }
      });

      it('has a check of qualifiers that lets everything pass; we do not', async () => {
        expect(await ask('Lambda.invoke', { FunctionName: ARN('echo', ''), Qualifier: '%%' })).toEqual(
          failed(expect.stringContaining('is not the ARN of a function')),
        );
      });

      it('fails for a function that is not there or not allowed, and for a context that is no JSON object', async () => {
        expect(await ask('Lambda.invoke', { FunctionName: ARN('gone') })).toEqual(failed(expect.any(String), 'function/unknown'));
        expect(await ask('Lambda.invoke', { FunctionName: ARN('secretive') })).toEqual(
          failed(expect.stringContaining('invoke: [secretive]'), 'function/denied'),
        );
        for (const ClientContext of ['abcd', base64([1]), base64({ custom: 'text' })]) {
          expect(await ask('Lambda.invoke', { ...echo, ClientContext })).toEqual(
            failed(expect.stringContaining('Client Context is invalid: ')),
          );
        }
      });
    });

    describe('SecretsManager.getSecretValue', () => {
      const modem = {
        ARN: 'arn:aws:secretsmanager:local:000000000000:secret:modem',
        Name: 'modem',
        VersionId: expect.stringMatching(UUID),
        SecretString: '{"pin":"1234"}',
        VersionStages: { 0: 'AWSCURRENT' },
        CreatedDate: expect.any(Number),
      };
      const inText = { ...modem, VersionStages: ['AWSCURRENT'] };

      it('gives the text of the answer', async () => {
        const [told = [], ...more] = await ask('SecretsManager.getSecretValue', {
          SecretId: 'modem',
          VersionStage: 'AWSCURRENT',
        });
        expect([told[0], more]).toEqual([null, []]);
        expect(JSON.parse(String(told[1]))).toEqual(inText);
      });

      it('calls back twice with DeStringifyResultFlag: object, then text', async () => {
        const params = { SecretId: modem.ARN, DeStringifyResultFlag: true };
        const [first, second, ...more] = await ask('SecretsManager.getSecretValue', params, 2);
        expect(first).toEqual([null, modem]);
        expect(JSON.parse(String(second?.[1]))).toEqual(inText);
        expect(more).toEqual([]);
      });

      it('gives bytes as base64', async () => {
        const [told] = await ask('SecretsManager.getSecretValue', { SecretId: 'key-1' });
        expect(JSON.parse(String(told?.[1]))).toMatchObject({ SecretBinary: Buffer.from([0, 255]).toString('base64') });
      });

      it('fails with the text of the answer for a secret or a stage that is not there, and without one when denied', async () => {
        for (const params of [{ SecretId: 'key-2' }, { SecretId: 'modem', VersionStage: 'AWSPENDING' }]) {
          const [[error] = []] = await ask('SecretsManager.getSecretValue', params);
          const text: unknown = JSON.parse(String(Reflect.get(Object(error), 'error')));
          expect(JSON.parse(String(text))).toMatchObject({ code: 404, message: expect.any(String) });
        }
        const [[wrong] = []] = await ask('SecretsManager.getSecretValue', { SecretId: 5 });
        expect(JSON.stringify(wrong)).toContain('SecretId must be a text');
        expect(await ask('SecretsManager.getSecretValue', { SecretId: 'pin' })).toEqual(
          failed(expect.stringContaining('secrets: ["pin"]'), 'function/denied'),
        );
      });
    });
  });
}
