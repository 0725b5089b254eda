import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StartCarrier } from '../../core/functions/carrier/carrier.ts';
import { CELL } from '../../core/functions/protocol.ts';
import { type Carried, type CarriedFolder, type CarriedOptions, carriedFolder } from '../fakes/functions/carried.ts';
import { until } from '../fakes/functions/rig.ts';

const MB = 1024 * 1024;

/** What every carrier promises: order, last words before the end, an answer to `sample` and an end by `terminate` whatever runs. */
export function carrierConformance(name: string, startCarrier: StartCarrier): void {
  describe(name, () => {
    let home: CarriedFolder;
    beforeAll(async () => {
      home = await carriedFolder(startCarrier);
    });
    afterAll(() => home.cleanUp());
    const startReady = async (source: string, more: Partial<CarriedOptions> = {}): Promise<Carried> => {
      const one = await home.start({ source, ...more });
      await one.ready();
      return one;
    };

    it('keeps the order of what goes in and of what comes out', async () => {
      const one = await startReady(
        'export const handler = (e, c) => { c.gatehouse.publish("out/" + e.n, "x"); console.log("line", e.n); };',
      );
      for (let first = 0; first < 400; first += 40) one.send(first, ...Array.from({ length: 40 }, (_, i) => ({ n: first + i })));
      await until('all ends', () => one.outs().reduce((sum, { count }) => sum + count, 0) === 400);
      const numbers = Array.from({ length: 400 }, (_, n) => n);
      expect(one.outs().flatMap(({ publishes }) => publishes.topics)).toEqual(numbers.map((n) => `out/${n}`));
      expect(one.outs().flatMap(({ publishes }) => publishes.topics.map((_, i) => publishes.first + i))).toEqual(numbers);
    });

    it('carries bytes as they are, also large ones', async () => {
      const one = await startReady(
        'export const handler = (e, c) => { c.gatehouse.publish("out", Buffer.alloc(e.size, 7)); return { topic: "two", payload: "x" }; };',
      );
      one.send(0, { size: 3 * MB });
      await until('the end', () => one.outs().some(({ count }) => count > 0));
      const bytes = one.outs().reduce((sum, out) => sum + out.bytes.byteLength, 0);
      expect(bytes).toBeGreaterThan(3 * MB);
      expect(one.outs().flatMap(({ publishes }) => publishes.topics)).toEqual(['out', 'two']);
    });

    it('tells the last words before the end, and the exit code', async () => {
      const one = await startReady(
        'export const handler = (e, c) => { c.gatehouse.publish("last", "x"); console.log("bye"); process.exit(5); };',
      );
      one.send(0, {});
      expect(await one.ended).toEqual({ exitCode: 5, outOfMemory: false });
      expect(one.outs().flatMap(({ publishes }) => publishes.topics)).toEqual(['last']);
      expect(one.outs().flatMap(({ logs }) => logs)).toEqual([['info', 'bye']]);
    });

    it.each([
      ['an error that nobody caught', 'throw new RangeError("too late")', 'RangeError'],
      ['a rejection that nobody looked at', 'Promise.reject(new RangeError("too late"))', 'Runtime.UnhandledPromiseRejection'],
    ])('tells of %s', async (_what, code, errorType) => {
      const one = await startReady(`export const handler = () => { setTimeout(() => { ${code}; }, 5); };`);
      one.send(0, {});
      expect(await one.ended).toEqual({ exitCode: 1, outOfMemory: false });
      const last = one.messages.at(-1);
      expect(last).toMatchObject({ t: 'uncaught', running: false, thrown: { code: 'function/failed', errorType } });
      expect(last?.t === 'uncaught' && last.thrown.message).toMatch(/too late/);
    });

    it('shows in its cell what runs, answers a sample and can be ended while it is in an endless loop', async () => {
      const one = await startReady(
        'const kept = []; export const handler = () => { kept.push(Buffer.alloc(90e6, 1)); for (;;); };',
      );
      one.send(6, {});
      await until('the loop', () => one.carrier.cell.load(CELL.running) === 7);
      const sample = await one.carrier.sample();
      expect(sample?.heapBytes).toBeGreaterThan(0);
      expect(sample?.cpuMs).toBeGreaterThan(0);
      let seen = 0;
      await until('the buffers are seen', () => {
        void one.carrier.sample().then((next) => {
          seen = (next?.externalBytes ?? 0) + (next?.heapBytes ?? 0);
        });
        return seen > 80 * MB;
      });
      one.carrier.terminate();
      one.carrier.terminate();
      expect(await one.ended).toMatchObject({ outOfMemory: false });
      expect(one.carrier.cell.load(CELL.running)).toBe(7);
      expect(await one.carrier.sample()).toBeNull();
    });

    it('hears through its cell that it is to stop, and begins nothing more', async () => {
      const one = await startReady(
        'let n = 0; export const handler = async () => { await new Promise((d) => setTimeout(d, 20)); n += 1; };',
      );
      one.send(0, {}, {}, {});
      await until('the first event runs', () => one.carrier.cell.load(CELL.running) === 1);
      one.carrier.cell.store(CELL.stop, 1);
      one.carrier.send({ t: 'stop' }, []);
      await until('stopped', () => one.messages.some(({ t }) => t === 'stopped'));
      expect(one.outs().reduce((sum, { count }) => sum + count, 0)).toBe(1);
    });

    it('gives on what is written to the outputs, whole letters', async () => {
      const one = await startReady(
        'export const handler = () => { process.stdout.write("Grüße €\\n".repeat(2000)); process.stderr.write("no\\n"); };',
      );
      one.send(0, {});
      await until('all text', () => one.output('stdout').length === 2000 * 8 && one.output('stderr') === 'no\n');
      expect(one.output('stdout')).toBe('Grüße €\n'.repeat(2000));
    });

    it('says when the heap met the engine’s limit', async () => {
      const one = await startReady(
        'const kept = []; export const handler = () => { for (;;) kept.push({ a: [kept.length] }); };',
        {
          heapLimitMb: 40,
        },
      );
      one.send(0, {});
      expect(await one.ended).toMatchObject({ outOfMemory: true });
      expect(one.carrier.cell.load(CELL.running)).toBe(1);
    });

    it('ends when the module ends it, before it was ready', async () => {
      const one = await home.start({ source: 'process.exit(4); export const handler = () => {};' });
      expect(await one.ended).toEqual({ exitCode: 4, outOfMemory: false });
      expect(one.messages.map(({ t }) => t)).toEqual([]);
    });

    it('shows the function nothing of the carrier itself', async () => {
      const one = await startReady(
        'import { workerData, parentPort } from "node:worker_threads"; export const handler = () => [typeof process.send, workerData && Object.keys(workerData), Object.keys(process.env)];',
        { env: { ONLY: '1' } },
      );
      const [send, data, env] = (await one.ask({})) as unknown[];
      expect(send).toBe('undefined');
      expect(data ?? []).toEqual([]);
      expect(env).toEqual(['ONLY']);
    });

    it('waits with a callback until nothing is left that could call it', async () => {
      const one = await startReady(
        'export const handler = (e, c, done) => { if (e.later) setTimeout(() => done(null, "called"), 20); };',
      );
      expect(await one.ask({ later: true })).toBe('called');
      expect(await one.ask({})).toBeNull();
      expect(await one.ask({ later: true })).toBe('called');
    });
  });
}
