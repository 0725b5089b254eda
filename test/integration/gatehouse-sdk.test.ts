import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../fakes/functions/rig.ts';
import { type SdkFunction, startSdkFunction } from '../fakes/functions/sdk-function.ts';

const SURFACE = await readFile(new URL('../fakes/functions/gatehouse-surface.mjs', import.meta.url), 'utf8');
/** Publishes on both ways of the Greengrass SDK's router and of our own, as often as asked. */
const LOUD = `
import { request } from 'gatehouse';
import GG from 'aws-greengrass-core-sdk';
const client = new GG.IotData();
const publish = () => new Promise((resolve) => client.publish({ topic: 'hello/a', payload: 'x' }, (error) => resolve(error?.code ?? 'ok')));
export const handler = async ({ way, times }) => {
  const told = [];
  for (let i = 0; i < times; i += 1) {
    if (way === 'greengrass') told.push(await publish());
    else told.push(await request('ask/a', '', { timeoutMs: 1 }).then(() => 'ok', (error) => error.code));
  }
  return told;
};`;
/** Sends its answer only after the gateway has answered a question of its own, with nothing else to wait for. */
const QUIET = `
const { state } = require('gatehouse');
exports.handler = (event, context, callback) => {
  state.set('seen', event).then(() => state.get('seen')).then((value) => callback(null, value), callback);
};`;

describe.each(['thread', 'process'] as const)('the module gatehouse in a %s', (isolation) => {
  const running: SdkFunction[] = [];
  afterEach(async () => {
    for (const one of running.splice(0)) await one.stop();
  });
  async function start(file: string, source: string, config: Record<string, unknown> = {}): Promise<SdkFunction> {
    const fn = await startSdkFunction(isolation, { [file]: source }, { config });
    running.push(fn);
    return fn;
  }

  it('leads events of a long-lived function to its listeners, and their faults to its books', async () => {
    const fn = await start('index.mjs', SURFACE, { lifetime: 'long-lived' });
    const step = (name: string, ...given: unknown[]) => fn.call({ step: name, given });
    await step('subscribe', 'till/+');
    await step('subscribe', 'till/2', 'out of paper');
    fn.deliver('till/1', { sold: 3 });
    fn.deliver('till/2', { sold: 4 });
    await until('the fault', () => fn.runner.view().lastError !== null);
    expect(fn.runner.view().lastError).toMatchObject({
      code: 'function/failed',
      message: expect.stringContaining('out of paper'),
    });
    const first = { filter: 'till/+', topic: 'till/1', source: 'device:meter', text: '{"sold":3}', bytes: 10 };
    expect(await step('heard')).toMatchObject({ value: [first, { filter: 'till/+', topic: 'till/2' }, { filter: 'till/2' }] });
    fn.deliver('other', { step: 'publish', given: ['hello/other', 'by the handler'] });
    await until('the handler', () => fn.site.published.some(({ topic }) => topic === 'hello/other'));
  });

  it('counts, logs and keeps state', async () => {
    const fn = await start('index.mjs', SURFACE);
    const step = (name: string, ...given: unknown[]) => fn.call({ step: name, given });
    await step('metrics', 'count', 'sold', 2);
    await step('metrics', 'count', 'sold', 3);
    await step('metrics', 'gauge', 'level', 7);
    await until('the figures', () => fn.runner.view().metrics['sold'] === 5 && fn.runner.view().metrics['level'] === 7);
    await step('log', 'warn', 'low', { level: 7 });
    await until('the line', () => JSON.stringify(fn.records).includes('low { level: 7 }'));
    await step('count', 'visits');
    await fn.runner.restart();
    await until('the new instance', () => fn.runner.view().state === 'running');
    expect(await step('count', 'visits')).toEqual({ value: 2 });
    expect(await step('secret', 'key-1')).toEqual({ value: { bytes: [0, 255], kind: 'Uint8Array' } });
  });

  it('counts every way to publish against the same limit', async () => {
    const fn = await start('index.mjs', LOUD, { maxPublishes: 2 });
    expect(await fn.call({ way: 'greengrass', times: 3 })).toEqual(['ok', 'ok', 'function/publish-limit']);
    expect(await fn.call({ way: 'request', times: 3 })).toEqual([
      'function/no-reply',
      'function/no-reply',
      'function/publish-limit',
    ]);
    expect(fn.site.published).toHaveLength(4);
  });

  it('keeps an invocation alive that waits for nothing but the gateway', async () => {
    const fn = await start('index.cjs', QUIET);
    expect(await fn.call({ door: 1 })).toEqual({ door: 1 });
  });
});
