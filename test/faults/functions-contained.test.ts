import { afterEach, describe, expect, it } from 'vitest';
import type { Isolation } from '../../core/functions/carrier/carrier.ts';
import { carriers } from '../fakes/functions/carried.ts';
import { createRig, type FunctionRig, type RigOptions } from '../fakes/functions/rig.ts';

const rigs: FunctionRig[] = [];
async function startRig(options: RigOptions = {}): Promise<FunctionRig> {
  const rig = await createRig({ carriers, ...options });
  rigs.push(rig);
  await rig.start();
  return rig;
}
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.stop();
});
const n = (rig: FunctionRig): unknown[] => rig.answers().map((one) => (one as { n: number }).n);
/** One bad event between good ones; the good ones must come through, in order. */
async function withGoodOnes(rig: FunctionRig, bad: unknown): Promise<void> {
  rig.send({ do: 'answer', n: 1 });
  rig.send(bad);
  rig.send({ do: 'answer', n: 2 });
  rig.send({ do: 'answer', n: 3 });
  await rig.until('the good answers', () => n(rig).length === 3);
  expect(n(rig)).toEqual([1, 2, 3]);
}
const faultRecords = (rig: FunctionRig): unknown[] => rig.records.filter(({ event }) => event === 'function.failed');

describe.each<[Isolation]>([['thread'], ['process']])('in a %s:', (isolation) => {
  const rigOf = (options: RigOptions = {}): Promise<FunctionRig> =>
    startRig({ ...options, config: { isolation, ...options.config } });

  describe('a function that cannot be loaded is parked with its error', () => {
    it.each([
      [
        'bad syntax',
        'alarm.mjs',
        'export const a = 1;\nexport const handler = () => {\n  const x = ;\n};\n',
        /^SyntaxError: .*\(alarm\.mjs:3\)$/,
      ],
      ['bad syntax in CommonJS', 'alarm.cjs', 'exports.a = 1;\nexports.handler = ) => 1;\n', /^SyntaxError: .*\(alarm\.cjs:2\)$/],
      ['bad TypeScript', 'alarm.ts', 'export const a = 1;\nenum Level { Low }\n', /enum is not supported.*\(alarm\.ts:2\)$/i],
      ['no handler', 'alarm.mjs', 'export const main = () => {};', /^alarm\.mjs has no export "handler"; it exports "main"$/],
      ['a handler that is none', 'alarm.mjs', 'export const handler = 7;', /exports "handler", but that is not a function/],
      ['a throw at import', 'alarm.mjs', '\nthrow new Error("no config");\n', /^no config \(alarm\.mjs:2\)$/],
      ['an import that is missing', 'alarm.mjs', 'import "./lost.mjs";\nexport const handler = () => {};', /lost\.mjs/],
      [
        'an exit at import',
        'alarm.mjs',
        'process.exit(2);',
        new RegExp(`ended its own ${isolation} with code 2 while it was loaded`),
      ],
    ])('%s', async (_what, file, source, message) => {
      const rig = await rigOf({ file, source });
      const { state, lastError, threads } = rig.view();
      expect(state).toBe('parked');
      expect(threads).toBe(0);
      expect(lastError?.code).toBe('function/load-failed');
      expect(lastError?.message).toMatch(message);
      expect(lastError?.remedy).not.toBe('');
      expect(lastError?.stack).not.toContain('node:internal');
      expect(faultRecords(rig)).toHaveLength(1);
      await expect(rig.send({ do: 'answer' })).rejects.toMatchObject({ code: 'function/parked' });
      expect(rig.view().books).toEqual({ in: 1, out: 0, waiting: 0, dropped: { parked: 1 }, balanced: true });
    });

    it('is tried again when a person restarts it', async () => {
      const source = 'if (!process.env.FIXED) throw new Error("not yet");\nexport const handler = () => {};';
      const rig = await rigOf({ source });
      expect(rig.view().state).toBe('parked');
      await rig.runner.restart();
      expect(rig.view().state).toBe('parked');
      const mended = await rigOf({ source, config: { env: { FIXED: '1' } } });
      expect(mended.view().state).toBe('running');
    });
  });

  describe('an invocation that fails stays one failed invocation', () => {
    it.each([
      ['a throw', { do: 'throw' }, 'function/failed', /^RangeError: the level is out of range \(misbehave\.mjs:\d+\)$/],
      ['a throw of no error', { do: 'throw-text' }, 'function/failed', /^only a text$/],
      ['a rejection', { do: 'reject' }, 'function/failed', /the level is out of range/],
      [
        'a result that JSON cannot say',
        { do: 'circular' },
        'function/failed',
        /payload for topic "answer" cannot be written as JSON.*circular/,
      ],
      [
        'too many publishes',
        { do: 'publish-loop' },
        'function/publish-limit',
        /more than 50 messages were published in one invocation/,
      ],
      ['too many returned messages', { do: 'return-many', count: 51 }, 'function/publish-limit', /more than 50 messages/],
      ['process.abort', { do: 'abort' }, 'function/failed', /process\.abort is not available in a function/],
      ['process.kill', { do: 'kill' }, 'function/failed', /process\.kill is not available in a function/],
      ['process.chdir', { do: 'chdir' }, 'function/failed', /process\.chdir is not available in a function/],
    ])('%s', async (_what, event, code, message) => {
      const rig = await rigOf({ config: { maxPublishes: 50 } });
      await withGoodOnes(rig, event);
      const view = rig.view();
      expect(view).toMatchObject({ invocations: 4, failures: 1, restarts: 0, state: 'running' });
      expect(view.lastError).toMatchObject({ code, eventTopic: 'plant/level', eventText: JSON.stringify(event) });
      expect(view.lastError?.message).toMatch(message);
      expect(view.books).toMatchObject({ in: 4, out: 4, waiting: 0, balanced: true });
      expect(faultRecords(rig)).toHaveLength(1);
    });

    it('names the topic of a payload that is not JSON', async () => {
      const rig = await rigOf();
      rig.send('21.5 bar', { topic: 'plant/text' });
      await rig.until('the failure', () => rig.view().failures === 1);
      expect(rig.view().lastError?.message).toMatch(/^the payload on topic "plant\/text" is not JSON/);
    });

    it('fails by callback, and ends with null when nothing is left that could call it', async () => {
      const rig = await rigOf({ file: 'callback.mjs' });
      rig.send({ do: 'fail' });
      rig.send({ do: 'never' });
      rig.send({});
      await rig.until('the answer', () => rig.published.length === 1);
      expect(rig.view()).toMatchObject({ invocations: 3, failures: 1 });
      expect(rig.view().lastError?.message).toMatch(/told by callback/);
    });

    it('shows a fault that repeats as one line in the log', async () => {
      const rig = await rigOf();
      for (let i = 0; i < 50; i += 1) rig.send({ do: 'throw' });
      await rig.until('all failures', () => rig.view().failures === 50);
      expect(faultRecords(rig)).toHaveLength(1);
    });
  });

  describe('a thread that hangs or dies is replaced', () => {
    it.each([
      ['an endless loop', { do: 'hang' }, 'function/timeout', { timeouts: 1 }, /did not finish within 300 ms/],
      ['a promise that never settles', { do: 'hang-async' }, 'function/timeout', { timeouts: 1 }, /did not finish within 300 ms/],
      ['process.exit', { do: 'exit' }, 'function/exited', { timeouts: 0 }, new RegExp(`ended its own ${isolation} with code 3`)],
    ])('%s', async (_what, event, code, counts, message) => {
      const rig = await rigOf({ config: { timeoutMs: 300 } });
      await withGoodOnes(rig, event);
      expect(rig.view()).toMatchObject({ invocations: 4, failures: 1, restarts: 1, ...counts });
      expect(rig.view().lastError).toMatchObject({ code, eventTopic: 'plant/level', eventText: JSON.stringify(event) });
      expect(rig.view().lastError?.message).toMatch(message);
      expect(rig.view().books).toMatchObject({ in: 4, out: 4, waiting: 0, balanced: true });
    });

    it.each([
      ['a rejection that nobody handles', { do: 'reject-later' }, 'function/failed', /nobody caught this: nobody waits for this/],
      [
        'a throw in a timer',
        { do: 'throw-later' },
        'function/failed',
        /nobody caught this: RangeError: the level is out of range/,
      ],
      ['process.exit in a timer', { do: 'exit-later' }, 'function/exited', new RegExp(`ended its own ${isolation} with code 0`)],
      ['an endless loop in a timer', { do: 'hang-later' }, 'function/timeout', /takes no events any more/],
    ])('after the invocation: %s', async (_what, event, code, message) => {
      const rig = await rigOf({ config: { timeoutMs: 300 } });
      rig.send(event);
      await rig.until('the invocation', () => rig.view().invocations === 1);
      await new Promise((done) => setTimeout(done, 50));
      rig.send({ do: 'answer', n: 1 });
      await rig.until('the answer', () => n(rig).length === 1);
      expect(rig.view()).toMatchObject({ invocations: 2, failures: 0, restarts: 1 });
      expect(rig.view().lastError).toMatchObject({ code, eventTopic: 'plant/level', eventText: JSON.stringify(event) });
      expect(rig.view().lastError?.message).toMatch(message);
    });

    it.each([['heap'], ['map'], ['buffers'], ['buffers-loop']])('a function that fills its memory (%s)', async (what) => {
      const rig = await rigOf({ config: { memoryMb: 16, timeoutMs: 30_000 } });
      await withGoodOnes(rig, { do: what });
      expect(rig.view()).toMatchObject({ failures: 1, restarts: 1 });
      expect(rig.view().lastError).toMatchObject({ code: 'function/out-of-memory', eventText: JSON.stringify({ do: what }) });
    });

    it('publishes once, although its thread was replaced', async () => {
      const rig = await rigOf({ config: { timeoutMs: 300, queue: { size: 1000 } } });
      rig.runner.pause(true);
      for (let i = 0; i < 100; i += 1) rig.send({ do: 'answer', n: i });
      rig.send({ do: 'hang' });
      for (let i = 100; i < 150; i += 1) rig.send({ do: 'answer', n: i });
      rig.runner.pause(false);
      await rig.until('all answers', () => n(rig).length >= 150);
      expect(n(rig)).toEqual(Array.from({ length: 150 }, (_, i) => i));
      expect(rig.view().books).toMatchObject({ in: 151, out: 151, balanced: true });
    });

    it('keeps what was published and accepted before the hang', async () => {
      const rig = await rigOf({ config: { timeoutMs: 300 } });
      rig.send({ do: 'publish-then-hang', n: 1 });
      rig.send({ do: 'answer', n: 2 });
      await rig.until('the answer', () => n(rig).length === 1);
      expect(rig.published.map(({ topic }) => topic)).toEqual(['before', 'answer']);
    });

    it('parks after five crashes within a minute, refuses events, and works again after a restart', async () => {
      const rig = await rigOf();
      for (let i = 0; i < 6; i += 1) rig.send({ do: 'exit' });
      await rig.until('parked', () => rig.view().state === 'parked');
      expect(rig.view()).toMatchObject({ failures: 5, restarts: 4 });
      expect(rig.view().books).toEqual({ in: 6, out: 5, waiting: 0, dropped: { parked: 1 }, balanced: true });
      await expect(rig.send({ do: 'answer', n: 1 })).rejects.toMatchObject({ code: 'function/parked' });
      await rig.runner.restart();
      expect(rig.view().state).toBe('running');
      rig.send({ do: 'answer', n: 2 });
      await rig.until('the answer', () => n(rig).length === 1);
    });

    it('can be restarted while it hangs, also when its deadline falls into the restart', async () => {
      const rig = await rigOf({ config: { timeoutMs: 400 } });
      rig.send({ do: 'hang' });
      await new Promise((done) => setTimeout(done, 250));
      await rig.runner.restart();
      expect(rig.view()).toMatchObject({ state: 'running', threads: 1 });
      rig.send({ do: 'answer', n: 1 });
      await rig.until('the answer', () => n(rig).length === 1);
      expect(rig.view().books.balanced).toBe(true);
    });

    it.each([['hang'], ['exit'], ['heap']])('leaves another function at work while one does "%s"', async (what) => {
      const bad = await rigOf({ config: { name: 'bad', timeoutMs: 1000, memoryMb: 16 } });
      const good = await rigOf({ config: { name: 'good' } });
      bad.send({ do: what });
      for (let i = 0; i < 200; i += 1) {
        good.send({ do: 'answer', n: i });
        if (i % 20 === 0) await new Promise((done) => setTimeout(done, 5));
      }
      await good.until('all answers of the good one', () => n(good).length === 200);
      await bad.until('the fault of the bad one', () => bad.view().failures === 1);
      expect(good.view()).toMatchObject({ invocations: 200, failures: 0, restarts: 0, lastError: null });
    });
  });
});
