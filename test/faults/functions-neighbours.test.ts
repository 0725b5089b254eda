import { afterEach, expect, it } from 'vitest';
import { systemClock } from '../../core/base/clock.ts';
import { createRig, type FunctionRig, type RigOptions } from '../fakes/functions/rig.ts';

const EVENTS = 150;
const EVERY_MS = 4;
const ROUNDS = 3;
/** What one event may be late on a machine that does other things as well: a few slices of its scheduler. */
const NOISE_MS = 40;

const rigs: FunctionRig[] = [];
afterEach(async () => {
  await Promise.all(rigs.splice(0).map((rig) => rig.stop()));
});
async function rigOf(options: RigOptions): Promise<FunctionRig> {
  const rig = await createRig(options);
  rigs.push(rig);
  await rig.start();
  return rig;
}
const p99 = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? 0;

/** A function that answers each event, and how long its answers take, ms. */
async function neighbour() {
  const sent = new Map<number, number>();
  const late: number[] = [];
  let n = 0;
  const rig = await rigOf({
    config: { name: 'neighbour', queue: { size: 10_000 } },
    publish({ payload }) {
      const answer: { n: number } = JSON.parse(Buffer.from(payload).toString());
      late.push(performance.now() - (sent.get(answer.n) ?? 0));
      return undefined;
    },
  });
  return {
    rig,
    async round(): Promise<number> {
      late.length = 0;
      for (let left = EVENTS; left > 0; left -= 1) {
        n += 1;
        sent.set(n, performance.now());
        rig.send({ do: 'answer', n });
        await systemClock.sleep(EVERY_MS);
      }
      await rig.until('all answers of the neighbour', () => late.length === EVENTS);
      return p99(late);
    },
  };
}

it.each<[string, RigOptions, unknown]>([
  ['hangs', { config: { timeoutMs: 300 } }, { do: 'hang' }],
  ['waits for ever', { config: { timeoutMs: 300 } }, { do: 'hang-async' }],
  ['blocks its thread after its event', { config: { timeoutMs: 300 } }, { do: 'hang-later' }],
  ['ends itself', {}, { do: 'exit' }],
  ['fills its heap', { config: { memoryMb: 16, timeoutMs: 5000 } }, { do: 'heap' }],
  ['fills its memory with buffers', { config: { memoryMb: 16, timeoutMs: 5000 } }, { do: 'buffers' }],
  ['leaves a rejection behind', {}, { do: 'reject-later' }],
  ['throws', { config: { retries: { count: 3, firstDelayMs: 10 } } }, { do: 'throw' }],
  ['publishes without end', { config: { maxPublishes: 1000 } }, { do: 'publish-loop' }],
  ['floods its log', {}, { do: 'flood', count: 1000 }],
  ['cannot be loaded', { source: 'throw new Error("no config");' }, {}],
])('a neighbour keeps its latency and loses nothing while a function %s', async (what, options, event) => {
  const good = await neighbour();
  await good.round(); // warm
  const bad = await rigOf({ ...options, config: { name: 'bad', ...options.config } });
  const calm: number[] = [];
  const beside: number[] = [];
  // By turns, so that both see the machine as it is in that moment.
  for (let round = 0; round < ROUNDS; round += 1) {
    calm.push(await good.round());
    const stopBad = systemClock.every(100, () => {
      if (bad.view().state === 'parked') void bad.runner.restart();
      bad.send(event)?.catch(() => {});
    });
    beside.push(await good.round());
    stopBad();
    await bad.until('the end of the fault', () => bad.view().books.waiting === 0);
  }
  expect(Math.min(...beside)).toBeLessThan(Math.max(3 * Math.min(...calm), NOISE_MS));
  const view = good.rig.view();
  expect(view).toMatchObject({ invocations: EVENTS * (1 + 2 * ROUNDS), failures: 0, restarts: 0, lastError: null });
  expect(view.books).toMatchObject({ waiting: 0, dropped: {}, balanced: true });
  // It did what it is here for.
  if (what === 'floods its log') expect(bad.view().invocations).toBeGreaterThan(0);
  else expect(bad.view().lastError).not.toBeNull();
});
