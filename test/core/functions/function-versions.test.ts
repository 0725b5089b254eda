import { afterEach, describe, expect, it } from 'vitest';
import type { FunctionRunner } from '../../../core/functions/runner.ts';
import type { DoubleOptions } from '../../fakes/functions/carrier-double.ts';
import { closeHouses, type House, house, life, request, slow } from '../../fakes/functions/house.ts';
import type { ManualClock } from '../../fakes/manual-clock.ts';

afterEach(closeHouses);

describe('a new version', () => {
  async function swap(
    from: House,
    config: Record<string, unknown> = {},
    options: DoubleOptions = {},
    more: Parameters<typeof house>[2] = {},
  ): Promise<House> {
    const next = await house(config, options, { version: 5, at: from.clock, ...more });
    next.rig.runner.inherit(from.rig.runner.handOver());
    return next;
  }
  const stop = async (clock: ManualClock, runner: FunctionRunner): Promise<void> => {
    const stopped = runner.stop();
    await clock.advance(10_000);
    await stopped;
  };

  it('takes over what waits, begins when the old one has ended, and runs nothing twice', async () => {
    const old = await house();
    old.send(...[1, 2, 3, 4].map((n) => slow(n, 500)));
    await old.clock.advance(10);
    const next = await swap(old);
    next.send({ n: 5 });
    await old.clock.advance(10_000);
    expect([...old.runs(), ...next.runs()]).toEqual([1, 2, 3, 4, 5]);
    expect(next.double.runs[0]?.from).toBeGreaterThanOrEqual(old.double.runs.at(-1)?.to ?? Number.POSITIVE_INFINITY);
    expect(old.rig.view().books).toMatchObject({ dropped: {}, waiting: 0, balanced: true });
    expect(next.rig.view().books).toMatchObject({ dropped: {}, waiting: 0, balanced: true });
    expect(old.rig.view().books.in + next.rig.view().books.in).toBe(5);
    await stop(old.clock, old.rig.runner);
  });

  it('keeps what the version before gives back while both are stopped', async () => {
    const old = await house();
    old.send({ n: 1, how: 'hang' }, { n: 2 });
    await old.clock.advance(10);
    const next = await swap(old, {}, {}, { deps: { failed: old.rig.failed } });
    next.send({ n: 3 });
    const kept = next.rig.runner.stop().then(() => old.rig.failed.counts().get('alarm'));
    const stopped = old.rig.runner.stop();
    await old.clock.advance(5000);
    await stopped;
    expect(await kept).toBe(3); // the store may be closed from then on
    const letters = await old.rig.failed.list('alarm', null, 10);
    const numbers = letters.map(({ message }) => JSON.parse(Buffer.from(message.payload).toString()).n);
    expect(numbers.toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
  });

  it('stays paused where a person has paused the one before, and goes on for both', async () => {
    const deps = { pausing: { paused: false } };
    const old = await house({}, {}, { deps });
    old.rig.runner.pause(true);
    old.send({ n: 1 });
    const next = await swap(old, {}, {}, { deps });
    await old.clock.advance(1000);
    expect([next.rig.view().state, next.rig.view().queue, next.runs()]).toEqual(['paused', 1, []]);
    next.rig.runner.pause(false);
    await old.clock.advance(1000);
    expect([next.rig.view().state, next.runs()]).toEqual(['running', [1]]);
  });

  it('begins at once where several run side by side anyway', async () => {
    const old = await house({ concurrency: 2, keepWarm: 2, timeoutMs: 20_000 });
    old.send(slow(1, 10_000), slow(2, 10_000), slow(3), slow(4));
    await old.clock.advance(10);
    const next = await swap(old, { concurrency: 2, keepWarm: 2, timeoutMs: 20_000 });
    await old.clock.advance(1000);
    expect([old.runs(), next.runs()]).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(old.rig.view().invocations).toBe(0);
    await old.clock.advance(20_000);
    expect(old.rig.view()).toMatchObject({ invocations: 2, failures: 0, books: { balanced: true } });
  });

  it('gets the events behind one that hangs, and the next attempt of that', async () => {
    const config = { timeoutMs: 300, retries: { count: 1, firstDelayMs: 10 } };
    const old = await house(config);
    old.send(...Array.from({ length: 20 }, (_, n) => ({ n })));
    const next = await house(config, {}, { version: 5, at: old.clock });
    old.send({ n: 20, how: 'hang' }, { n: 21 }, { n: 22 });
    await old.clock.advance(10);
    expect(old.rig.view().queue).toBe(3);
    next.rig.runner.inherit(old.rig.runner.handOver());
    await old.clock.advance(20_000);
    expect(old.runs().slice(20)).toEqual([20]);
    expect(next.runs().toSorted()).toEqual([20, 21, 22]);
    expect(old.rig.view().books).toMatchObject({ in: 20, out: 20, balanced: true });
    expect(next.rig.view().books).toMatchObject({ in: 3, out: 3, balanced: true });
  });

  it('answers who asked the old one, and takes over sources that waited there', async () => {
    const old = await house({ queue: { size: 1, whenFull: 'block-source' } });
    old.rig.runner.pause(true);
    old.send({ n: 1 });
    let taken = false;
    void Promise.resolve(old.rig.send({ n: 2 })).then(() => {
      taken = true;
    });
    const next = await swap(old);
    await old.clock.advance(1000);
    expect([taken, next.runs()]).toEqual([true, [1, 2]]);
    const third = await house({}, {}, { version: 6, at: old.clock });
    next.send(slow(3, 1000));
    const invoked = next.rig.runner.invoke(request({ n: 4 }), life);
    await old.clock.advance(10);
    third.rig.runner.inherit(next.rig.runner.handOver());
    await old.clock.advance(5000);
    expect([(await invoked).functionError, third.runs()]).toEqual(['', [4]]);
  });

  it('that cannot load refuses what it inherits, and keeps it as dead letters', async () => {
    const old = await house();
    old.rig.runner.pause(true);
    old.send({ n: 1 }, { n: 2 });
    const next = await swap(old, {}, { broken: () => true });
    await old.clock.advance(5000);
    expect(next.rig.view()).toMatchObject({ state: 'parked', books: { in: 2, dropped: { parked: 2 }, balanced: true } });
    expect(await next.rig.failed.list('alarm', null, 10)).toHaveLength(2);
  });

  it('shows the faults of the one before it with its own', async () => {
    const old = await house();
    old.send({ n: 1, how: 'throw' });
    await old.clock.advance(10);
    const next = await swap(old);
    next.send({ n: 2, how: 'throw' });
    await old.clock.advance(100);
    expect(next.rig.runner.errors()).toEqual([expect.objectContaining({ count: 2, versions: [4, 5], message: 'bad 2' })]);
  });
});
