import { describe, expect, it } from 'vitest';
import type { LambdaErrorBody } from '../../core/functions/invocation.ts';
import { type ContractHost, contractHosts } from '../fakes/functions/contract-host.ts';
import { message, until } from '../fakes/functions/rig.ts';

const host = contractHosts();
const text = (payload: Uint8Array): string => Buffer.from(payload).toString();
const errorOf = (payload: Uint8Array): LambdaErrorBody => JSON.parse(text(payload));

describe.each(['thread', 'process'] as const)('the handler contract in a %s', (isolation) => {
  const esm = (body: string, config: Record<string, unknown> = {}): Promise<ContractHost> =>
    host({ isolation, files: { 'index.mjs': body }, config });
  const cjs = (body: string, config: Record<string, unknown> = {}): Promise<ContractHost> =>
    host({ isolation, files: { 'index.js': body }, config });

  describe('how it is found and called', () => {
    it.each([
      ['a file and its export', 'index.handler', { 'index.js': 'exports.handler = () => 1;' }],
      ['a file in a folder', 'lib/api.handler', { 'lib/api.js': 'exports.handler = () => 1;' }],
      ['an export within an export', 'index.api.read', { 'index.js': 'exports.api = { read: () => 1 };' }],
      ['an export of the default export', 'index.handler', { 'index.mjs': 'export default { handler: () => 1 };' }],
      ['the export alone', 'handler', { 'index.mjs': 'export const handler = () => 1;' }],
    ])('%s', async (_what, handler, files) => {
      expect(await (await host({ isolation, files, handler })).result()).toBe(1);
    });

    it('with its module as this', async () => {
      const made = await cjs(
        'exports.level = 7; exports.handler = function () { return this.level + (this === module.exports ? 1 : 0); };',
      );
      expect(await made.result()).toBe(8);
      const space = await esm('export const level = 7; export function handler() { return this.level; }');
      expect(await space.result()).toBe(7);
    });
  });

  describe('the event', () => {
    it('is the parsed payload, {} when it is empty', async () => {
      const made = await esm('export const handler = (event) => event;');
      expect(await made.result({ a: [1, 'ü'] })).toEqual({ a: [1, 'ü'] });
      expect(text((await made.invoke(new Uint8Array())).payload)).toBe('{}');
    });

    it('that is not JSON fails and names the topic', async () => {
      const made = await esm('export const handler = (event) => event;');
      const { functionError, payload } = await made.invoke(Buffer.from('{a'), { subject: 'plant/odd' });
      expect(functionError).toBe('Handled');
      expect(errorOf(payload).errorMessage).toMatch(/payload on topic "plant\/odd" is not JSON/);
    });

    it('is a Buffer with binary encoding, and bytes and text come back as they are', async () => {
      const made = await esm(
        'export const handler = (event) => Buffer.isBuffer(event) && event.length === 3 ? Buffer.from(event).reverse() : "empty";',
        { encoding: 'binary' },
      );
      expect([...(await made.invoke(new Uint8Array([1, 0, 255]))).payload]).toEqual([255, 0, 1]);
      expect(text((await made.invoke(new Uint8Array())).payload)).toBe('empty');
    });
  });

  describe('the context', () => {
    it('is Lambda’s and Greengrass’s', async () => {
      const made = await esm(
        'export const handler = (event, context) => ({ ...context, left: context.getRemainingTimeInMillis() });',
        {
          memoryMb: 128,
          timeoutMs: 2000,
        },
      );
      const { payload, requestId } = await made.invoke(
        {},
        { subject: 'plant/level', clientContext: { client: { id: 'c' }, custom: { k: 'v' }, env: { e: '1' } } },
      );
      const { left, ...context } = JSON.parse(text(payload));
      expect(left).toBeGreaterThan(1000);
      expect(left).toBeLessThanOrEqual(2000);
      const custom = { k: 'v', subject: 'plant/level' };
      expect(context).toEqual({
        awsRequestId: requestId,
        functionName: 'alarm',
        functionVersion: '4',
        invokedFunctionArn: 'arn:aws:lambda:eu-central-1:000000000000:function:alarm:4',
        memoryLimitInMB: '128',
        logGroupName: '/aws/lambda/alarm',
        logStreamName: '4',
        callbackWaitsForEmptyEventLoop: true,
        clientContext: { client: { id: 'c' }, Custom: custom, custom, env: { e: '1' } },
        gatehouse: { topic: 'plant/level', source: 'system:console', attempt: 1 },
      });
      expect(requestId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    });

    it('has both names for the subject of a message, and the same object under both', async () => {
      const made = await esm(
        `export const handler = (event, { clientContext }) => ({
          topic: 'seen',
          payload: [clientContext.Custom.subject, clientContext.custom === clientContext.Custom, clientContext.client, clientContext.env],
        });`,
      );
      expect(await made.result()).toEqual({ topic: 'seen', payload: ['test/event', true, {}, {}] });
      expect(made.published.map(({ topic, payload }) => [topic, text(payload)])).toEqual([['seen', '["test/event",true,{},{}]']]);
    });

    it('keeps the subject that the caller gives', async () => {
      const made = await esm('export const handler = (event, context) => context.clientContext.Custom.subject;');
      const { payload } = await made.invoke({}, { clientContext: { custom: { subject: 'own/subject' } } });
      expect(text(payload)).toBe('"own/subject"');
    });
  });

  describe('how it ends', () => {
    it.each([
      ['a plain return', 'export const handler = () => ({ a: 1 });', { a: 1 }],
      ['a plain return of nothing', 'export const handler = () => {};', null],
      ['a promise', 'export const handler = async () => ({ a: 1 });', { a: 1 }],
      ['a promise of nothing', 'export const handler = async () => {};', null],
      ['a thenable', 'export const handler = () => ({ then(done) { setTimeout(done, 5, "later"); } });', 'later'],
      ['the callback', 'export const handler = (event, context, callback) => { callback(null, 1); };', 1],
      ['the callback later', 'export const handler = (e, c, callback) => { setTimeout(callback, 5, null, 1); };', 1],
      ['the callback without a result', 'export const handler = (e, c, callback) => { callback(); };', null],
      ['the first callback only', 'export const handler = (e, c, callback) => { callback(null, 1); callback(null, 2); };', 1],
      [
        'an empty event loop without a callback',
        'export const handler = (e, c, callback) => { setTimeout(() => {}, 5); };',
        null,
      ],
      ['context.done', 'export const handler = (e, context) => { setTimeout(() => context.done(null, 1), 5); };', 1],
      ['context.succeed', 'export const handler = (e, context) => { context.succeed(1); };', 1],
      [
        'a handler behind rest parameters',
        'const inner = (e, c, done) => setTimeout(done, 5, null, 1);\nexport const handler = (...all) => { inner(...all); };',
        1,
      ],
      ['an async handler with the callback', 'export const handler = async (e, c, callback) => { callback(null, 1); };', 1],
    ])('with %s', async (_what, source, expected) => {
      const made = await esm(source);
      for (let times = 0; times < 2; times += 1) expect(await made.result()).toEqual(expected);
    });

    it.each([
      ['a throw', 'export const handler = () => { throw new RangeError("too high"); };', 'RangeError', 'too high'],
      ['a rejection', 'export const handler = async () => { throw new RangeError("too high"); };', 'RangeError', 'too high'],
      [
        'an error with a code',
        'export const handler = () => { throw Object.assign(new Error("gone"), { code: "E_GONE" }); };',
        'E_GONE',
        'gone',
      ],
      [
        'an error of the callback, which wins',
        'export const handler = (e, c, callback) => { callback(new Error("bad"), 1); };',
        'Error',
        'bad',
      ],
      ['a text to the callback', 'export const handler = (e, c, callback) => { callback("bad"); };', 'string', 'bad'],
      ['context.fail', 'export const handler = (e, context) => { context.fail(new TypeError("odd")); };', 'TypeError', 'odd'],
      ['a thrown text', 'export const handler = () => { throw "only a text"; };', 'string', 'only a text'],
    ])('as failed with %s', async (_what, source, errorType, errorMessage) => {
      const made = await esm(source);
      const { functionError, statusCode, payload } = await made.invoke();
      const { stackTrace, ...rest } = errorOf(payload);
      expect({ functionError, statusCode, ...rest }).toEqual({
        functionError: 'Handled',
        statusCode: 200,
        errorType,
        errorMessage,
      });
      if (errorType === 'string') expect(stackTrace).toEqual([]);
      else expect(stackTrace.join('\n')).toMatch(/index\.mjs:1:\d+/);
      expect(stackTrace.join('\n')).not.toMatch(/core\/functions|node:internal/);
    });

    it('as failed with a result that JSON cannot say', async () => {
      const made = await esm('const a = {}; a.a = a; export const handler = async () => a;');
      const { functionError, payload } = await made.invoke();
      expect(functionError).toBe('Handled');
      expect(errorOf(payload).errorMessage).toMatch(/result cannot be written as JSON/);
    });

    it('as Lambda waits: what is left on the event loop is done before a callback’s result is told, unless the function says no', async () => {
      const made = await esm(`let log = [];
        export const handler = (event, context, callback) => {
          if (event.ask) { const seen = log; log = []; context.callbackWaitsForEmptyEventLoop = false; callback(null, seen); return; }
          context.callbackWaitsForEmptyEventLoop = event.wait;
          setTimeout(() => log.push('timer'), 30);
          callback(null, 'told');
        };`);
      await made.invoke({ wait: true });
      expect(await made.result({ ask: true })).toEqual(['timer']);
      await made.invoke({ wait: false });
      expect(await made.result({ ask: true })).toEqual([]);
    });

    it('one after the other, in order, when many callbacks wait for an empty event loop', async () => {
      const made = await esm(`export const handler = (event, context, callback) => {
        const tell = () => callback(null, { topic: 'out', payload: event });
        if (event % 3 === 0) setImmediate(tell); else tell();
      };`);
      const events = Array.from({ length: 100 }, (_, index) => index);
      await made.runner.sink.deliver(events.map((index) => message(index, index + 1)));
      await until('all of them', () => made.published.length === 100);
      expect(made.published.map(({ payload }): unknown => JSON.parse(text(payload)))).toEqual(events);
      expect(made.runner.view()).toMatchObject({ state: 'running', lastError: null });
    });

    it('at once in a long-lived function, whose timers never end', async () => {
      const made = await esm('setInterval(() => {}, 10);\nexport const handler = (e, c, callback) => { callback(null, 1); };', {
        lifetime: 'long-lived',
      });
      expect(await made.result()).toBe(1);
    });
  });

  describe('what is found from outside', () => {
    it.each([
      [
        'its deadline',
        'export const handler = () => { for (;;) {} };',
        'Sandbox.Timedout',
        /^\S{36} Task timed out after 0\.30 seconds$/,
      ],
      [
        'its exit',
        'export const handler = () => { process.exit(3); };',
        'Runtime.ExitError',
        /Runtime exited with error: exit status 3$/,
      ],
      [
        'a rejection that nobody looked at',
        'export const handler = async () => { Promise.reject(new TypeError("lost")); await new Promise((done) => setTimeout(done, 100)); };',
        'Runtime.UnhandledPromiseRejection',
        /^TypeError: lost$/,
      ],
    ])('%s', async (_what, source, errorType, errorMessage) => {
      const made = await esm(source, { timeoutMs: 300 });
      const { functionError, payload, requestId } = await made.invoke();
      const body = errorOf(payload);
      expect([functionError, body.errorType]).toEqual(['Unhandled', errorType]);
      expect(body.errorMessage).toMatch(errorMessage);
      if (body.errorMessage.includes('RequestId')) expect(body.errorMessage).toContain(requestId);
    });
  });

  it('writes its console to the log, with level, and shows it to who watches', async () => {
    const made = await esm('export const handler = () => { console.log("one", { a: 1 }); console.error("two"); };');
    expect((await made.invoke()).logs).toEqual([
      ['info', 'one { a: 1 }'],
      ['error', 'two'],
    ]);
  });

  it('has the environment of Lambda and Greengrass, what the document declares, and nothing else', async () => {
    const made = await esm('export const handler = () => ({ ...process.env });', {
      env: { PLANT: 'north', AWS_REGION: 'moon-1', NODE_OPTIONS: '--inspect' },
      memoryMb: 96,
    });
    const arn = 'arn:aws:lambda:eu-central-1:000000000000:function:alarm:4';
    const { PATH, LAMBDA_RUNTIME_DIR, TMPDIR, HOME, ...seen } = (await made.result()) as Record<string, string>;
    expect(TMPDIR?.startsWith(made.scratch)).toBe(true);
    expect(HOME).toBe(TMPDIR);
    expect(PATH).toContain('/usr/bin');
    expect(LAMBDA_RUNTIME_DIR).toMatch(/^\//);
    expect(seen).toEqual({
      PLANT: 'north',
      _HANDLER: 'index.handler',
      AWS_LAMBDA_FUNCTION_NAME: 'alarm',
      AWS_LAMBDA_FUNCTION_VERSION: '4',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '96',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/alarm',
      AWS_LAMBDA_LOG_STREAM_NAME: '4',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_REGION: 'eu-central-1',
      AWS_DEFAULT_REGION: 'eu-central-1',
      LAMBDA_TASK_ROOT: made.directory,
      TZ: ':UTC',
      LANG: 'en_US.UTF-8',
      NODE_PATH: `${made.directory}:${made.directory}/node_modules`,
      AWS_GREENGRASS_LAMBDA_ARN: arn,
      AWS_GREENGRASS_LAMBDA_FUNCTION_HANDLER: 'index.handler',
      AWS_GREENGRASS_LAMBDA_ENCODING_TYPE: 'json',
      AWS_GREENGRASS_LAMBDA_RUNTIME: 'nodejs24.x',
      AWS_GREENGRASS_LAMBDA_CONTAINER_MODE: 'NoContainer',
      MY_FUNCTION_ARN: arn,
      ENCODING_TYPE: 'json',
      ROUTER_FUNCTION_ARN: 'arn:aws:lambda:::function:GGRouter',
      SHADOW_FUNCTION_ARN: 'arn:aws:lambda:::function:GGShadowService',
      SECRETS_MANAGER_FUNCTION_ARN: 'arn:aws:lambda:::function:GGSecretManager:1',
      GGC_MAX_INTERFACE_VERSION: '1.5',
      GGC_VERSION: '1.11.0',
      AUTH_TOKEN: 'token-1',
      SVCUID: 'token-1',
      AWS_IOT_THING_NAME: 'pump-house',
      AWS_IOT_THING_ARN: 'arn:aws:iot:eu-central-1:000000000000:thing/pump-house',
      AWS_GREENGRASS_GROUP_NAME: 'North plant',
      GROUP_NAME: 'North plant',
      LOG_LEVEL: 'INFO',
      AWS_CONTAINER_AUTHORIZATION_TOKEN: 'aws-token',
    });
  });

  it('has scratch space where os.tmpdir says', async () => {
    const made = await esm(`import { readFileSync, writeFileSync } from 'node:fs';
      import { tmpdir } from 'node:os';
      import { join } from 'node:path';
      export const handler = () => { writeFileSync(join(tmpdir(), 'a'), 'kept'); return readFileSync(process.env.TMPDIR + '/a', 'utf8'); };`);
    expect(await made.result()).toBe('kept');
  });
});
