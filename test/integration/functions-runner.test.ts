import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../core/base/clock.ts';
import { createProcessCarrier } from '../../core/functions/carrier/process-carrier.ts';
import { startThread } from '../../core/functions/carrier/thread-carrier.ts';
import { createRig, type FunctionRig, message, type RigOptions } from '../fakes/functions/rig.ts';

const rigs: FunctionRig[] = [];
async function rigOf(options: RigOptions = {}): Promise<FunctionRig> {
  const rig = await createRig(options);
  rigs.push(rig);
  await rig.start();
  return rig;
}
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.stop();
});
const text = (payload: Uint8Array): string => Buffer.from(payload).toString();

describe('a function in its thread', () => {
  it.each([
    ['an ES module', 'echo.mjs', { n: 1 }, 'echo/plant/level', { n: 1 }],
    ['CommonJS', 'common.cjs', { text: 'hi' }, 'answer', 'hi'],
    ['CommonJS by detection', 'detected/commonjs.js', { n: 1 }, 'answer', { from: 'commonjs', event: { n: 1 } }],
    ['an ES module by detection', 'detected/module.js', { n: 1 }, 'answer', { from: 'module', event: { n: 1 } }],
    ['TypeScript', 'typed.ts', { value: 21 }, 'answer', { doubled: 42 }],
    ['a callback', 'callback.mjs', {}, 'answer', 'called back'],
  ])('runs %s', async (_what, file, event, topic, expected) => {
    const rig = await rigOf({ file });
    rig.send(event);
    await rig.until('an answer', () => rig.published.length > 0);
    const [draft] = rig.published;
    expect(draft?.topic).toBe(topic);
    const said = text(draft?.payload ?? new Uint8Array());
    expect(typeof expected === 'string' ? said : JSON.parse(said)).toEqual(expected);
    expect(draft?.source).toEqual({ kind: 'function', id: 'alarm' });
  });

  it('gives the handler the Lambda context and only the declared environment', async () => {
    const rig = await rigOf({ config: { env: { LIMIT: '7' }, memoryMb: 32, timeoutMs: 2000 } });
    rig.send({ do: 'context' }, { source: { kind: 'client', id: 'pump-1' } });
    await rig.until('an answer', () => rig.published.length > 0);
    expect(rig.answers()[0]).toMatchObject({
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      functionName: 'alarm',
      functionVersion: '4',
      invokedFunctionArn: 'arn:aws:lambda:local:000000000000:function:alarm:4',
      memoryLimitInMB: '32',
      callbackWaitsForEmptyEventLoop: true,
      clientContext: { client: {}, Custom: { subject: 'plant/level' }, custom: { subject: 'plant/level' }, env: {} },
      topic: 'plant/level',
      source: 'client:pump-1',
      env: { LIMIT: '7' },
    });
    const [{ remaining, env }] = rig.answers() as [{ remaining: number; env: Record<string, string> }];
    expect(Object.keys(env)).toEqual(['LIMIT']);
    expect(remaining).toBeGreaterThan(0);
    expect(remaining).toBeLessThanOrEqual(2000);
  });

  it('decodes an empty payload as {} and binary as a Buffer', async () => {
    const json = await rigOf({ source: 'export const handler = (event) => ({ topic: "answer", payload: event });' });
    json.send('');
    const source = 'export const handler = (e) => ({ topic: "answer", payload: [Buffer.isBuffer(e), ...e] });';
    const binary = await rigOf({ source, config: { encoding: 'binary' } });
    binary.send(new Uint8Array([0, 200]));
    await json.until('answers', () => json.published.length + binary.published.length === 2);
    expect(json.answers()).toEqual([{}]);
    expect(binary.answers()).toEqual([[true, 0, 200]]);
  });

  it('publishes several returned messages with their qos and retain', async () => {
    const rig = await rigOf();
    rig.send({ do: 'several' });
    await rig.until('both', () => rig.published.length === 2);
    expect(rig.published.map(({ topic, qos, retain, payload }) => [topic, qos, retain, [...payload]])).toEqual([
      ['answer/1', 1, false, [...Buffer.from('one')]],
      ['answer/2', 0, true, [0, 255]],
    ]);
  });

  it('keeps the order of events, also over many batches', async () => {
    const rig = await rigOf({ config: { queue: { size: 10_000 } } });
    for (let n = 0; n < 2000; n += 1) rig.send({ do: 'answer', n });
    await rig.until('all answers', () => rig.published.length === 2000);
    expect(rig.answers().map((one) => (one as { n: number }).n)).toEqual(Array.from({ length: 2000 }, (_, n) => n));
    expect(rig.view()).toMatchObject({ invocations: 2000, failures: 0, published: 2000, queue: 0 });
    expect(rig.view().books).toEqual({ in: 2000, out: 2000, waiting: 0, dropped: {}, balanced: true });
    expect(rig.view().durationMs.p99).toBeGreaterThan(0);
    expect(rig.view().heapBytes).toBeGreaterThan(1_000_000);
  });

  it('handles events at once in as many threads as allowed', async () => {
    const never = new Promise<void>(() => {});
    const rig = await rigOf({ config: { concurrency: 3, keepWarm: 3 }, publish: () => never });
    expect(rig.view().threads).toBe(3);
    for (let n = 0; n < 4; n += 1) rig.send({ do: 'publish-awaited' });
    await rig.until('three that wait for their answer', () => rig.published.length === 3);
    expect(rig.view()).toMatchObject({ invocations: 0, queue: 4 });
  });

  it('resolves publish only when the router has accepted the message', async () => {
    let accept = (): void => {};
    const gate = new Promise<void>((done) => {
      accept = done;
    });
    const rig = await rigOf({ publish: (draft) => (draft.topic === 'durable' ? gate : undefined) });
    rig.send({ do: 'publish-awaited' });
    await rig.until('the publish', () => rig.published.length === 1);
    expect(rig.view().invocations).toBe(0);
    accept();
    await rig.until('the answer', () => rig.published.length === 2);
    expect(text(rig.published[1]?.payload ?? new Uint8Array())).toBe('accepted');
  });

  it('waits for a callback that comes after the answer to a publish', async () => {
    let accept = (): void => {};
    const gate = new Promise<void>((done) => {
      accept = done;
    });
    const rig = await rigOf({ file: 'callback.mjs', publish: (draft) => (draft.topic === 'first' ? gate : undefined) });
    rig.send({ do: 'publish' });
    await rig.until('the publish', () => rig.published.length === 1);
    await new Promise((done) => setTimeout(done, 50));
    expect(rig.view().invocations).toBe(0);
    accept();
    await rig.until('the answer', () => rig.published.length === 2);
    expect(text(rig.published[1]?.payload ?? new Uint8Array())).toBe('then');
  });

  it('rejects publish with the router’s code and shows it', async () => {
    const { GatewayError } = await import('../../core/base/errors.ts');
    const refuse = async (): Promise<void> => {
      throw new GatewayError('router/bad-topic', 'the topic "refused" is not allowed');
    };
    const rig = await rigOf({ publish: (draft) => (draft.topic === 'refused' ? refuse() : undefined) });
    rig.send({ do: 'publish-refused' });
    await rig.until('the answer', () => rig.answers().length === 1);
    expect(rig.answers()[0]).toEqual({ code: 'router/bad-topic', message: 'the topic "refused" is not allowed' });
    expect(rig.view().lastError).toMatchObject({ code: 'router/bad-topic', eventTopic: 'plant/level' });
    expect(rig.view().failures).toBe(0);
  });

  it.each([
    ['carries them on for what a timer publishes that an event left behind', 'on-demand', 3],
    ['begins anew for what the timer of a long-lived function publishes', 'long-lived', 1],
  ])('passes hops and trace on, and %s', async (_what, lifetime, late) => {
    const rig = await rigOf({ config: { lifetime } });
    const before = performance.now();
    rig.send({ do: 'answer', n: 1 }, { hops: 2, traceId: 't1' });
    rig.send({ do: 'publish-late' }, { hops: 2, traceId: 't2' });
    await rig.until('both', () => rig.published.length === 2);
    expect(rig.published.map(({ topic, hops, traceId }) => [topic, hops, traceId])).toEqual([
      ['answer', 3, 't1'],
      ['late', late, undefined],
    ]);
    const [started, ended] = rig.hops.filter(({ traceId }) => traceId === 't1');
    expect([started?.kind, ended?.kind]).toEqual(['function-started', 'function-ended']);
    expect(started?.place).toBe('function:alarm');
    expect(started?.atMono).toBeGreaterThanOrEqual(before);
    expect(ended?.atMono ?? 0).toBeGreaterThanOrEqual(started?.atMono ?? Number.POSITIVE_INFINITY);
    expect(ended?.atMono ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(performance.now());
  });

  it('turns what the function says into log records', async () => {
    const rig = await rigOf();
    rig.send({ do: 'log' });
    const said = () => rig.records.filter(({ event }) => event === 'function.log');
    await rig.until('all lines', () => said().length === 6);
    expect(new Set(said().map(({ source }) => source))).toEqual(new Set(['function:alarm']));
    expect(said().map(({ level, message }) => [level, message])).toEqual(
      expect.arrayContaining([
        ['debug', 'details'],
        ['info', "a reading of 7 { unit: 'bar' }"],
        ['warn', 'rather high'],
        ['error', 'too high'],
        ['info', 'from stdout'],
        ['warn', 'from stderr'],
      ]),
    );
  });

  it('lets a flood of lines not through', async () => {
    const rig = await rigOf();
    rig.send({ do: 'flood', count: 1000 });
    rig.send({ do: 'answer', n: 1 });
    await rig.until('the answer', () => rig.published.length === 1);
    const lines = rig.records.filter(({ event }) => event === 'function.log');
    expect(lines).toHaveLength(201);
    expect(lines[200]?.message).toMatch(/more lines of this second are left out/);
    rig.send({ do: 'slow', ms: 1100 });
    await rig.until('the slow answer', () => rig.published.length === 2);
    rig.send({ do: 'log' });
    await rig.until('the summary', () => rig.records.some((record) => /801 more lines were left out/.test(record.message)));
  });

  it('keeps events while paused', async () => {
    const rig = await rigOf();
    rig.runner.pause(true);
    rig.send({ do: 'answer', n: 1 });
    expect(rig.view()).toMatchObject({ state: 'paused', queue: 1 });
    rig.runner.pause(false);
    await rig.until('the answer', () => rig.published.length === 1);
    expect(rig.view().state).toBe('running');
  });

  it('counts what its full queue drops', async () => {
    const rig = await rigOf({ config: { queue: { size: 2, whenFull: 'drop-oldest' } } });
    rig.runner.pause(true);
    for (let n = 0; n < 5; n += 1) rig.send({ do: 'answer', n });
    rig.runner.pause(false);
    await rig.until('the answers', () => rig.published.length === 2);
    expect(rig.answers()).toEqual([expect.objectContaining({ n: 3 }), expect.objectContaining({ n: 4 })]);
    expect(rig.view().books).toEqual({ in: 5, out: 2, waiting: 0, dropped: { 'queue-full': 3 }, balanced: true });
    expect(rig.metrics.expose()).toContain('gatehouse_function_dropped_total{function="alarm",reason="queue-full"} 3');
    expect(rig.metrics.expose()).toContain('gatehouse_function_invocations_total{function="alarm"} 2');
  });

  it('lets a blocked source wait', async () => {
    const rig = await rigOf({ config: { queue: { size: 1, whenFull: 'block-source' } } });
    rig.runner.pause(true);
    const all = [1, 2, 3].map((n) => message({ do: 'answer', n }, n));
    let taken = false;
    const wait = Promise.resolve(rig.runner.sink.deliver(all)).then(() => {
      taken = true;
    });
    await Promise.resolve();
    expect(taken).toBe(false);
    rig.runner.pause(false);
    await wait;
    await rig.until('the answers', () => rig.published.length === 3);
    expect(rig.view().books).toMatchObject({ in: 3, out: 3, dropped: {}, balanced: true });
  });

  it('ends the running event at a stop and counts what waited', async () => {
    const rig = await rigOf();
    for (let n = 0; n < 4; n += 1) rig.send({ do: 'slow', ms: 200, n });
    await rig.until('the first to run', () => rig.view().queue === 4);
    await new Promise((done) => setTimeout(done, 50));
    await rig.runner.stop();
    expect(rig.answers()).toEqual([{ n: 0 }]);
    expect(rig.view().books).toEqual({ in: 4, out: 1, waiting: 0, dropped: { stopping: 3 }, balanced: true });
    await expect(rig.send({ do: 'answer' })).rejects.toMatchObject({ code: 'gateway/stopping' });
    await rig.runner.stop();
  });

  it.each(['thread', 'process'] as const)('shows which instance uses the machine: %s', async (isolation) => {
    const source = `
      export const handler = (event) => {
        if (event.busy) for (const end = Date.now() + 20_000; Date.now() < end; );
        else return new Promise((done) => setTimeout(done, 20_000));
      };`;
    const carriers = {
      thread: startThread,
      process: createProcessCarrier({ clock: systemClock, nodePath: process.execPath, newId: randomUUID }),
    };
    const rig = await rigOf({ source, carriers, config: { isolation, concurrency: 2, keepWarm: 2, timeoutMs: 60_000 } });
    await rig.until('both to be ready', () => rig.view().threads === 2);
    rig.send({ busy: true }, { topic: 'busy' });
    rig.send({ busy: false }, { topic: 'idle' });
    const percentOf = (topic: string): number | null =>
      rig.runner.instances().find(({ event }) => event?.topic === topic)?.cpuPercent ?? null;
    await rig.until('the figures', () => {
      const [busy, idle] = [percentOf('busy'), percentOf('idle')];
      return busy !== null && idle !== null && busy > idle;
    });
  });

  it('begins with new state after a restart and keeps what waits', async () => {
    const rig = await rigOf();
    rig.send({ do: 'count' });
    rig.send({ do: 'count' });
    await rig.until('two answers', () => rig.published.length === 2);
    rig.runner.pause(true);
    rig.send({ do: 'count' });
    await rig.runner.restart();
    rig.runner.pause(false);
    await rig.until('the answer', () => rig.published.length === 3);
    expect(rig.answers()).toEqual([{ handled: 1 }, { handled: 2 }, { handled: 1 }]);
  });

  it('answers who invoked it, with what it wrote and published meanwhile', async () => {
    const source = `
      export const handler = async (event, context) => {
        console.log('asked for', event.n);
        if (event.n === 2) throw new TypeError('not two');
        await context.gatehouse.publish('half', { half: event.n / 2 });
        return { twice: event.n * 2, id: context.awsRequestId, custom: context.clientContext.custom };
      };`;
    const rig = await rigOf({ source });
    const ask = (n: number, observe: boolean) =>
      rig.runner.invoke(
        {
          payload: Buffer.from(JSON.stringify({ n })),
          by: { kind: 'cli', id: '' },
          subject: 'asked',
          clientContext: { custom: { who: 'me' } },
          hops: 0,
          observe,
        },
        new AbortController().signal,
      );
    rig.send({ n: 9 });
    const [one, two, three] = await Promise.all([ask(1, true), ask(2, true), ask(3, false)]);
    expect(JSON.parse(text(one.payload))).toMatchObject({ twice: 2, id: one.requestId, custom: { who: 'me' } });
    expect([one.logs, one.published.map(({ topic, payload }) => [topic, text(payload)])]).toEqual([
      [['info', 'asked for 1']],
      [['half', '{"half":0.5}']],
    ]);
    expect(one.durationMs).toBeGreaterThan(0);
    expect(two).toMatchObject({ functionError: 'Handled', logs: [['info', 'asked for 2']], published: [] });
    expect(JSON.parse(text(two.payload))).toMatchObject({ errorType: 'TypeError', errorMessage: 'not two' });
    expect([JSON.parse(text(three.payload)).twice, three.logs, three.published]).toEqual([6, [], []]);
  });

  it('keeps a function from publishing what it is not allowed to', async () => {
    const { GatewayError } = await import('../../core/base/errors.ts');
    const gatekeeper = {
      mayPublish: (topic: string) => topic !== 'echo/plant/secret',
      demand() {
        throw new GatewayError('function/denied', 'not on plant/secret');
      },
      mayBeInvokedBy: () => true,
    };
    const rig = await rigOf({ file: 'echo.mjs', deps: { gatekeeper } });
    rig.send({}, { topic: 'plant/secret' });
    rig.send({}, { topic: 'plant/level' });
    await rig.until('the answer', () => rig.published.length === 1 && rig.view().invocations === 2);
    expect(rig.published.map(({ topic }) => topic)).toEqual(['echo/plant/level']);
    expect(rig.view().lastError).toMatchObject({ code: 'function/denied', eventTopic: 'plant/secret' });
  });

  it('ends a function that fills its scratch space, empties that, and removes it at the end', async () => {
    const scratchRoot = await mkdtemp(join(tmpdir(), 'gatehouse-scratch-'));
    const source = `
      import { readdirSync, writeFileSync } from 'node:fs';
      import { tmpdir } from 'node:os';
      import { join } from 'node:path';
      export const handler = async ({ kb }) => {
        writeFileSync(join(tmpdir(), 'file'), Buffer.alloc(kb * 1024));
        if (kb > 1024) await new Promise((done) => setTimeout(done, 60_000));
        return { topic: 'answer', payload: readdirSync(tmpdir()) };
      };`;
    const environment = (scratch: string) => ({ TMPDIR: scratch });
    const config = { scratchMb: 1, timeoutMs: 60_000, concurrency: 3, keepWarm: 3 };
    const rig = await rigOf({ source, config, deps: { scratchRoot, environment } });
    rig.send({ kb: 64 });
    await rig.until('its bytes', () => rig.view().scratchBytes >= 65_536);
    rig.send({ kb: 4096 });
    await rig.until('the end', () => rig.view().failures === 1 && rig.view().threads === 3);
    expect(rig.view()).toMatchObject({ state: 'running', lastError: { code: 'function/scratch-full' } });
    rig.send({ kb: 1 });
    await rig.until('the answer', () => rig.answers().length === 2);
    await rig.runner.stop();
    expect(await readdir(join(scratchRoot, 'alarm'))).toEqual([]);
    await rm(scratchRoot, { recursive: true });
  });

  it('releases everything when its start is aborted', async () => {
    const rig = await createRig();
    rigs.push(rig);
    const life = new AbortController();
    const starting = rig.runner.start(life.signal);
    life.abort(new Error('enough'));
    await expect(starting).rejects.toThrow('enough');
    expect(rig.view().threads).toBe(0);
  });
});
