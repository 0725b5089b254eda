import { afterEach, describe, expect, it } from 'vitest';
import { greengrassConformance } from '../conformance/greengrass-sdk.suite.ts';
import { until } from '../fakes/functions/rig.ts';
import { SURFACE } from '../fakes/functions/sdk-folder.ts';
import { type SdkFunction, startSdkFunction } from '../fakes/functions/sdk-function.ts';
import { ARN } from '../fakes/functions/sdk-site.ts';

for (const isolation of ['thread', 'process'] as const) {
  greengrassConformance(`in a ${isolation}`, async () => {
    const fn = await startSdkFunction(isolation, { 'surface.cjs': await SURFACE() });
    return { site: fn.site, call: fn.call, stop: fn.stop };
  });
}

/** Says hello on a timer from its load on; its handler does nothing. */
const HELLO = `
const { IotData } = require('aws-greengrass-core-sdk');
const data = new IotData();
const hello = () => data.publish({ topic: 'hello/world', payload: JSON.stringify({ hello: process.platform }) }, (error, id) => {
  console.log(error ? 'failed: ' + error.message : 'told as ' + id);
});
setInterval(hello, 20);
exports.handler = (event, context, callback) => callback(null, 0);
`;
/** Starts an invocation and returns before its answer is there. */
const INVOKER = `
const { Lambda } = require('aws-greengrass-core-sdk');
const lambda = new Lambda();
exports.handler = (event, context) => {
  lambda.invoke({
    FunctionName: '${ARN('echo')}',
    InvocationType: 'RequestResponse',
    ClientContext: Buffer.from(JSON.stringify({ custom: { order: event.order } })).toString('base64'),
    Payload: event.binary ? Buffer.from('bytes') : JSON.stringify({ order: event.order }),
  }, (error, answer) => console.log(error ? error.message : 'answer ' + answer.Payload));
};
`;
/** Reports itself in its shadow, reads it back, and ends with the callback. */
const REPORTER = `
const { IotData } = require('aws-greengrass-core-sdk');
const data = new IotData();
exports.handler = (event, context, callback) => {
  const payload = JSON.stringify({ state: { reported: { platform: process.platform } } });
  data.updateThingShadow({ thingName: 'platform', payload }, (error) => {
    if (error) return callback(error);
    data.getThingShadow({ thingName: 'platform' }, (fault, answer) => callback(fault, fault ? undefined : JSON.parse(answer.Payload)));
  });
};
`;
const AS_MODULE = `
import GG, { SecretsManager } from 'aws-greengrass-core-sdk';
import { publish } from 'gatehouse';
export const handler = () => new Promise((resolve, reject) => {
  new SecretsManager().getSecretValue({ SecretId: 'modem' }, async (error, text) => {
    if (error) return reject(error);
    await publish('hello/module', JSON.parse(text).Name);
    resolve(typeof GG.Lambda);
  });
});
`;
const STREAMS = `
const { StreamManagerClient } = require('aws-greengrass-core-sdk').StreamManager;
exports.handler = () => new Promise((resolve) => {
  process.once('unhandledRejection', () => {});
  new StreamManagerClient({ onErrorCb: (error) => resolve(error.code), logger: { error() {}, debug() {}, info() {}, warn() {} } });
});
`;

describe.each(['thread', 'process'] as const)('functions with the calls of the SDK’s examples, in a %s', (isolation) => {
  const running: SdkFunction[] = [];
  afterEach(async () => {
    for (const one of running.splice(0)) await one.stop();
  });
  async function start(source: string, config: Record<string, unknown> = {}, file = 'index.cjs'): Promise<SdkFunction> {
    const fn = await startSdkFunction(isolation, { [file]: source }, { config });
    running.push(fn);
    return fn;
  }
  const logged = (fn: SdkFunction): string => JSON.stringify(fn.records);

  it('a long-lived one publishes on its timer without any event', async () => {
    const fn = await start(HELLO, { lifetime: 'long-lived' });
    await until('three messages', () => fn.site.published.length >= 3);
    await until('their acceptance', () => logged(fn).includes('told as '));
    expect(logged(fn)).not.toContain('failed: ');
    expect(await fn.call({})).toBe(0);
  });

  it.each([
    [false, 'answer {\\"order\\":7}'],
    [true, 'answer bytes'],
  ])('one that invokes another and does not wait (binary: %s)', async (binary, line) => {
    const fn = await start(INVOKER);
    expect(await fn.call({ order: 7, binary })).toBeNull();
    await until('the answer', () => logged(fn).includes(line));
    expect(fn.site.invoked).toMatchObject([{ name: 'echo', clientContext: { custom: { order: 7 } } }]);
  });

  it('one that reports in its shadow', async () => {
    const fn = await start(REPORTER);
    expect(await fn.call({})).toMatchObject({ state: { reported: { platform: process.platform } }, version: 1 });
  });

  it('an ES module with both SDKs', async () => {
    const fn = await start(AS_MODULE, {}, 'index.mjs');
    expect(await fn.call({})).toBe('function');
    expect(fn.site.published.map(({ topic }) => topic)).toEqual(['hello/module']);
  });

  it('an ES module that asks for its secret while it loads', async () => {
    const source = "import { secret } from 'gatehouse'; const pin = await secret('modem'); export const handler = () => pin;";
    const fn = await start(source, {}, 'index.mjs');
    await until('its load', () => fn.runner.view().state === 'running');
    expect(await fn.call({})).toBe('{"pin":"1234"}');
  });

  it('the stream manager’s client loads, and says that nobody serves its port', async () => {
    const fn = await start(STREAMS, { env: { STREAM_MANAGER_SERVER_PORT: '1' } });
    expect(await fn.call({})).toBe('ECONNREFUSED');
  });
});
