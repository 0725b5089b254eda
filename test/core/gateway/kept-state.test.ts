import { expect, it } from 'vitest';
import { GatewayError } from '../../../core/base/errors.ts';
import { createLogHub } from '../../../core/base/log.ts';
import { createKeptState } from '../../../core/gateway/kept-state.ts';
import { buildKeeper, HOUR, T0 } from '../health/keeper-under-test.ts';
import { buildRouter, draft, openSink, subscription, turn } from '../router/router-under-test.ts';

type Changed = Readonly<Record<string, number | null>>;

/** The disk, which outlives the starts. `commit` is what a write at once waits for. */
function disk(commit: () => Promise<void> = async () => {}) {
  const figures = new Map<string, number>();
  let writes = 0;
  function save(changed: Changed): void {
    writes += 1;
    for (const [key, value] of Object.entries(changed)) {
      if (value === null) figures.delete(key);
      else figures.set(key, value);
    }
  }
  return {
    figures,
    writes: () => writes,
    store: {
      figures: {
        load: async () => Object.fromEntries(figures),
        save,
        async commit(changed: Changed) {
          await commit();
          save(changed);
        },
      },
      history: { move: async () => 0, followTime: () => {} },
      spool: { sources: async () => [{ source: 'device:d', sequence: 2 }] },
      lastLife: () => ({ steadyMs: HOUR, wallMs: T0 - HOUR, trust: 'synced' as const }),
    },
  };
}

async function begin(on: ReturnType<typeof disk>) {
  const keeper = buildKeeper({ synced: true });
  const { router } = buildRouter();
  const log = createLogHub({ clock: keeper.clock }, { keep: 10, level: 'debug' }).logger('gateway');
  const kept = createKeptState({ clock: keeper.clock, log, time: keeper.time, router, store: on.store });
  await kept.resume(new AbortController().signal);
  router.attach('history', openSink());
  router.apply([subscription('one', 'device:*', '#', 'history')], 8);
  return { ...keeper, router, kept };
}

it('counters, sequences and time go on over an orderly stop', async () => {
  const on = disk();
  const first = await begin(on);
  expect(first.time.steady()).toBe(2 * HOUR);
  for (let i = 0; i < 5; i += 1) first.router.publish(draft('device:d', 'a'));
  await turn();
  first.router.stop();
  await first.kept.stop();
  expect(first.clock.pending).toBe(0);
  const second = await begin(on);
  const seen: number[] = [];
  second.router.tap(({ sequence }) => seen.push(sequence));
  second.router.publish(draft('device:d', 'a'));
  await turn();
  expect(second.router.routes()[0]?.books.view(0)).toMatchObject({ in: 6, out: 6, balanced: true });
  expect(seen).toEqual([1_000_008]); // the outbox knew of 2 in a new store: the first start was no orderly one
});

it('saves at once when it begins, then what has changed, and nothing where nothing happens', async () => {
  const on = disk();
  const { clock, router } = await begin(on);
  expect(on.figures.get('sequences/clean')).toBe(0);
  await clock.advance(1000);
  const quiet = on.writes();
  await clock.advance(50_000);
  expect(on.writes()).toBe(quiet);
  router.publish(draft('device:d', 'a'));
  await clock.advance(1000);
  expect([on.figures.get('route/one/out'), on.writes()]).toEqual([1, quiet + 1]);
  await clock.advance(60_000);
  expect(on.figures.get('time/steady')).toBeGreaterThan(2 * HOUR);
});

/** A start on a store that answers a write at once as told; what it has logged. */
function startOn(commit: () => Promise<void>) {
  const on = disk(commit);
  const { clock, time } = buildKeeper({ synced: true });
  const logs = createLogHub({ clock }, { keep: 10, level: 'debug' });
  const kept = createKeptState({ clock, log: logs.logger('time'), time, router: buildRouter().router, store: on.store });
  let resumed = false;
  const start = kept.resume(new AbortController().signal).then(() => {
    resumed = true;
  });
  const warned = (): unknown[] => logs.recent().filter((one) => one.event === 'time.start-not-kept');
  return { on, clock, start, resumed: () => resumed, warned, kept };
}

it('begins only when its time and the mark of a start without an end are on disk, in one write', async () => {
  const gate = Promise.withResolvers<void>();
  const { on, clock, start, resumed, warned } = startOn(() => gate.promise);
  await clock.advance(1000);
  expect([resumed(), on.writes()]).toEqual([false, 0]);
  gate.resolve();
  await start;
  expect(on.writes()).toBe(1);
  expect(on.figures.get('sequences/clean')).toBe(0);
  expect(on.figures.get('time/steady')).toBeGreaterThan(HOUR);
  expect(warned()).toEqual([]);
});

it('says so and goes on where the store refuses to write, and where it does not answer', async () => {
  const refused = startOn(async () => {
    throw new GatewayError('store/full', 'The disk is full.');
  });
  await refused.start;
  expect(refused.warned()).toHaveLength(1);
  const hanging = startOn(() => new Promise(() => {}));
  await hanging.clock.advance(2999);
  expect(hanging.resumed()).toBe(false);
  await hanging.clock.advance(1);
  await hanging.start;
  expect(hanging.warned()).toHaveLength(1);
});

it('writes nothing where it never began', async () => {
  const on = disk();
  const keeper = buildKeeper();
  const log = createLogHub({ clock: keeper.clock }, { keep: 10, level: 'debug' }).logger('gateway');
  const kept = createKeptState({ clock: keeper.clock, log, time: keeper.time, router: buildRouter().router, store: on.store });
  await kept.stop();
  expect(on.writes()).toBe(0);
});
