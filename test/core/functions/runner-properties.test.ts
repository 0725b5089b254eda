import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Job } from '../../../core/functions/invocation.ts';
import { createCarrierDouble, type Deed } from '../../fakes/functions/carrier-double.ts';
import { createRig, type FunctionRig, message } from '../../fakes/functions/rig.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';

/** A function over many versions, on instances without threads, with everything that ever happened to each event. */
function createLife(config: Record<string, unknown>) {
  const clock = createManualClock();
  const double = createCarrierDouble(clock);
  const rigs: FunctionRig[] = [];
  const left: FunctionRig[] = [];
  const answers = new Map<number, number>();
  let current: FunctionRig | undefined;
  let sent = 0;

  async function deploy(): Promise<void> {
    const version = rigs.length + 1;
    const rig = await createRig({ clock, carriers: { thread: double.start, process: undefined }, config, version });
    rigs.push(rig);
    const starting = rig.start();
    await clock.advance(15);
    await starting;
    const old = current;
    current = rig;
    if (!old) return;
    const inheritance = old.runner.handOver();
    rig.runner.inherit(inheritance);
    left.push(old);
    void inheritance.drained.then(() => old.runner.stop());
  }
  return {
    clock,
    double,
    rigs,
    left,
    answers,
    deploy,
    get sent() {
      return sent;
    },
    get runner() {
      if (!current) throw new Error('not deployed');
      return current.runner;
    },
    /** `waits`: somebody wants to know; how often they were answered is written down. */
    send(key: number, deed: Omit<Deed, 'n'>, waits: boolean): void {
      sent += 1;
      const n = sent;
      const plain = message({ ...deed, n }, n, { topic: `k${key}` });
      const count = (): void => void answers.set(n, (answers.get(n) ?? 0) + 1);
      if (waits) answers.set(n, 0);
      const job: Job = waits ? { ...plain, ticket: { attempt: 1, requestId: String(n), settle: count, fail: count } } : plain;
      current?.runner.sink.deliver([job])?.catch(() => {});
    },
    checkBooks(): void {
      for (const rig of rigs) expect(rig.view().books).toMatchObject({ balanced: true });
    },
    /** Lets everything come to its end. */
    async finish(): Promise<void> {
      current?.runner.pause(false);
      for (let left = 0; left < 60; left += 1) await clock.advance(2000);
      for (const rig of rigs) expect(rig.view().books).toMatchObject({ waiting: 0, balanced: true });
      const sum = (of: (rig: FunctionRig) => number): number => rigs.reduce((total, rig) => total + of(rig), 0);
      const dropped = sum((rig) => Object.values(rig.view().books.dropped).reduce((total, count) => total + count, 0));
      expect(sum((rig) => rig.view().books.in)).toBe(sent);
      expect(sum((rig) => rig.view().books.out) + dropped).toBe(sent);
      expect([...answers.values()].filter((count) => count !== 1)).toEqual([]);
    },
    async stop(): Promise<void> {
      const stopped = Promise.all(rigs.map((rig) => rig.stop()));
      await clock.advance(5000);
      await stopped;
      expect(double.alive).toBe(0);
    },
  };
}
type Life = ReturnType<typeof createLife>;

/** Of each key events began in the order in which they came, and never before the one before them was done with. */
function checkOrder({ double }: Life): void {
  const newest = new Map<string, { n: number; to: number | undefined }>();
  for (const { topic, n, from, to } of double.runs) {
    const before = newest.get(topic);
    if (before) {
      expect(n).toBeGreaterThanOrEqual(before.n);
      if (before.to !== undefined) expect(from).toBeGreaterThanOrEqual(before.to);
    }
    newest.set(topic, { n, to });
  }
}
const runsOf = ({ double }: Life): Map<number, number> => {
  const counts = new Map<number, number>();
  for (const { n } of double.runs) counts.set(n, (counts.get(n) ?? 0) + 1);
  return counts;
};

const configs = fc.record({
  concurrency: fc.integer({ min: 1, max: 3 }),
  keepWarm: fc.integer({ min: 0, max: 2 }),
  orderBy: fc.constantFrom('topic' as const, undefined),
  timeoutMs: fc.constant(200),
  retries: fc.record({ count: fc.integer({ min: 0, max: 2 }), firstDelayMs: fc.constantFrom(10, 500) }),
  queue: fc.record({
    size: fc.constantFrom(4, 1000),
    whenFull: fc.constantFrom('reject-newest' as const, 'drop-oldest' as const, 'block-source' as const),
  }),
});
const deed = (...hows: (NonNullable<Deed['how']> | undefined)[]) =>
  fc.record({
    do: fc.constant('send' as const),
    key: fc.integer({ min: 0, max: 3 }),
    how: fc.constantFrom(...hows),
    ms: fc.constantFrom(0, 0, 5, 40),
    waits: fc.boolean(),
  });
const only = <T extends string>(what: T) => fc.record({ do: fc.constant(what) });
const advance = fc.record({ do: fc.constant('advance' as const), ms: fc.integer({ min: 1, max: 400 }) });
const withoutFaults = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: deed('ok', 'ok', 'throw') },
    { weight: 3, arbitrary: advance },
    { weight: 1, arbitrary: fc.constantFrom(...(['swap', 'pause', 'resume'] as const)).map((what) => ({ do: what })) },
  ),
  { maxLength: 60 },
);
const withFaults = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: deed('ok', 'ok', 'throw', 'hang', 'exit') },
    { weight: 3, arbitrary: advance },
    { weight: 1, arbitrary: fc.constantFrom(...(['swap', 'pause', 'resume', 'restart'] as const)).map((what) => ({ do: what })) },
    { weight: 1, arbitrary: only('swap') },
  ),
  { maxLength: 60 },
);
type Step =
  | { readonly do: 'send'; readonly key: number; readonly how: Deed['how']; readonly ms: number; readonly waits: boolean }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'swap' | 'pause' | 'resume' | 'restart' };

async function play(config: Record<string, unknown>, steps: readonly Step[]): Promise<Life> {
  const life = createLife(config);
  await life.deploy();
  for (const one of steps) {
    if (one.do === 'send') life.send(one.key, one.how === undefined ? { ms: one.ms } : { how: one.how, ms: one.ms }, one.waits);
    else if (one.do === 'advance') await life.clock.advance(one.ms);
    else if (one.do === 'swap') await life.deploy();
    else if (one.do === 'restart') void life.runner.restart();
    else life.runner.pause(one.do === 'pause');
    life.checkBooks();
  }
  await life.finish();
  return life;
}

describe('whatever happens to a function', () => {
  it('without crashes: every event runs as often as it should, over all versions, in the order of its key', async () => {
    await fc.assert(
      fc.asyncProperty(configs, withoutFaults, async (config, steps) => {
        const life = await play(config, steps);
        const runs = runsOf(life);
        const roomy = config.queue.size === 1000 || config.queue.whenFull === 'block-source';
        const sends = steps.filter((one) => one.do === 'send');
        sends.forEach(({ how, waits }, index) => {
          const attempts = how === 'throw' && !waits ? 1 + config.retries.count : 1;
          const count = runs.get(index + 1) ?? 0;
          // A full queue may have dropped it, or left no room for its next attempt.
          if (roomy && config.queue.size === 1000) expect(count).toBe(attempts);
          else expect(count).toBeLessThanOrEqual(attempts);
          if (roomy) expect(count).toBeGreaterThan(0);
        });
        if (config.orderBy) checkOrder(life);
        await life.stop();
      }),
      { numRuns: 150 },
    );
  });

  it('with hangs, crashes and restarts: the books balance, nobody waits for ever, keys keep their order', async () => {
    await fc.assert(
      fc.asyncProperty(configs, withFaults, async (config, steps) => {
        const life = await play(config, steps);
        if (config.orderBy) checkOrder(life);
        await life.stop();
      }),
      { numRuns: 150 },
    );
  });

  it('a thousand hot replacements under load: each event runs once, in order, and is answered once', async () => {
    const life = createLife({ orderBy: 'topic', concurrency: 2, queue: { size: 100_000 } });
    const [seeds] = fc.sample(fc.array(fc.nat(1000), { minLength: 3000, maxLength: 3000 }), { numRuns: 1, seed: 4 });
    let at = 0;
    const random = (below: number): number => {
      at = (at + 1) % 3000;
      return (seeds?.[at] ?? 0) % below;
    };
    await life.deploy();
    for (let swap = 0; swap < 1000; swap += 1) {
      for (let left = random(6); left > 0; left -= 1) life.send(random(4), { ms: random(3) * 4 }, random(5) === 0);
      if (random(2) === 0) await life.clock.advance(random(20));
      await life.deploy();
    }
    await life.finish();
    const runs = runsOf(life);
    expect(runs.size).toBe(life.sent);
    expect([...runs.values()].filter((count) => count !== 1)).toEqual([]);
    checkOrder(life);
    await life.stop();
  }, 60_000);
});
