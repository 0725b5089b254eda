import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnyEvent } from '../../../core/api/frames/views.ts';
import { createHub, type Watcher } from '../../../core/api/hub.ts';
import { createLogHub } from '../../../core/base/log.ts';
import type { Row, TopicEvent } from '../../../core/contract/api.ts';
import type { Caller } from '../../../core/contract/desk.ts';
import { emptyTable, reduceTable } from '../../../core/contract/table.ts';
import { createFakeGateway } from '../../fakes/fake-gateway.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';

type Node = Row<'nodes'>;
const node = (id: string, detail = ''): Node => ({ id, kind: 'local', label: id, health: 'ok', detail, inPerS: 0, outPerS: 0 });
const logRow = (id: number): Row<'logs'> => ({
  id,
  at: 0,
  mono: 0,
  level: 'info',
  source: 's',
  event: 'e',
  message: '',
  data: {},
});

const CALLER: Caller = { kind: 'console', id: 'one' };

function createWatcher(): Watcher & { events: AnyEvent[]; buffered: number } {
  const events: AnyEvent[] = [];
  return { caller: CALLER, events, buffered: 0, emit: (event) => void events.push(event) };
}

/** A hub over sources that the test changes as it likes. */
function setUp() {
  const clock = createManualClock();
  const logs = createLogHub({ clock }, { keep: 100, level: 'debug' });
  const world = {
    nodes: [] as Node[],
    asked: 0,
    fails: false,
    open: 0,
    push: (_row: Row<'logs'>): void => {},
  };
  const hub = createHub({
    clock,
    log: logs.logger('hub'),
    sources: {
      ...createFakeGateway({ clock }).sources,
      nodes: {
        kind: 'table',
        rows() {
          world.asked += 1;
          if (world.fails) throw new Error('broken');
          return world.nodes;
        },
      },
      logs: {
        kind: 'log',
        open(_params, push) {
          world.open += 1;
          world.push = push;
          return {
            rows: [logRow(1)],
            close: () => {
              world.open -= 1;
            },
          };
        },
      },
    },
  });
  return { clock, hub, world, logs };
}

describe('hub', () => {
  it('sends a snapshot at once, then only the rows that say something new', async () => {
    const { clock, hub, world } = setUp();
    world.nodes = [node('a'), node('b'), node('c')];
    const watcher = createWatcher();
    hub.watch('nodes', {}, watcher);
    expect(watcher.events).toEqual([{ kind: 'snapshot', rev: 1, items: world.nodes }]);
    world.nodes = [node('a'), node('b', 'new'), node('d')];
    await clock.advance(200);
    world.nodes = world.nodes.map((row) => ({ ...row }));
    await clock.advance(2000);
    expect(watcher.events.slice(1)).toEqual([{ kind: 'patch', rev: 2, set: [node('b', 'new'), node('d')], gone: ['c'] }]);
  });

  it('asks a source once per tick for all its watchers, and not at all when nobody watches', async () => {
    const { clock, hub, world } = setUp();
    const watchers = [createWatcher(), createWatcher(), createWatcher()];
    const ends = watchers.map((one) => hub.watch('nodes', {}, one));
    expect(world.asked).toBe(1);
    world.nodes = [node('a')];
    await clock.advance(200);
    expect(world.asked).toBe(2);
    expect(new Set(watchers.map((one) => one.events[1])).size).toBe(1);
    for (const end of [...ends, ...ends]) end();
    expect([hub.watchers, clock.pending]).toEqual([0, 0]);
  });

  it('gives a late watcher a snapshot that the next patch follows', async () => {
    const { clock, hub, world } = setUp();
    hub.watch('nodes', {}, createWatcher());
    world.nodes = [node('a')];
    await clock.advance(200);
    world.nodes = [node('a'), node('b')];
    const late = createWatcher();
    hub.watch('nodes', {}, late);
    await clock.advance(200);
    expect(late.events).toEqual([
      { kind: 'snapshot', rev: 2, items: [node('a')] },
      { kind: 'patch', rev: 3, set: [node('b')], gone: [] },
    ]);
  });

  it('opens a log once per parameters, sends what came in one patch, and closes it with the last watcher', async () => {
    const { clock, hub, world } = setUp();
    const first = createWatcher();
    const ends = [hub.watch('logs', {}, first), hub.watch('logs', {}, createWatcher())];
    expect(world.open).toBe(1);
    for (let id = 2; id < 6000; id += 1) world.push(logRow(id));
    await clock.advance(400);
    expect(first.events).toHaveLength(2);
    expect(first.events[1]).toMatchObject({ kind: 'patch', rev: 2, gone: [] });
    const patch = first.events[1];
    if (patch?.kind !== 'patch') throw new Error('no patch');
    expect([patch.set.length, patch.set.at(-1)?.id]).toEqual([2000, 5999]);
    for (const end of ends) end();
    expect(world.open).toBe(0);
  });

  it('sends nothing to a watcher that lags, and a snapshot once it has caught up', async () => {
    const { clock, hub, world } = setUp();
    const slow = createWatcher();
    const quick = createWatcher();
    hub.watch('nodes', {}, slow);
    hub.watch('nodes', {}, quick);
    slow.buffered = 2_000_000;
    for (const detail of ['1', '2', '3']) {
      world.nodes = [node('a', detail)];
      await clock.advance(200);
    }
    expect([slow.events.length, quick.events.length]).toEqual([1, 4]);
    slow.buffered = 0;
    await clock.advance(200);
    expect(slow.events.slice(1)).toEqual([{ kind: 'snapshot', rev: 4, items: [node('a', '3')] }]);
  });

  it('logs a source that fails once, and goes on when it works again', async () => {
    const { clock, hub, world, logs } = setUp();
    const watcher = createWatcher();
    hub.watch('nodes', {}, watcher);
    world.fails = true;
    await clock.advance(2000);
    expect(logs.recent().filter((record) => record.event === 'api.view-failed')).toHaveLength(1);
    world.fails = false;
    world.nodes = [node('a')];
    await clock.advance(200);
    expect(watcher.events.at(-1)).toMatchObject({ kind: 'patch', set: [node('a')] });
  });

  it('goes on for the others when one watcher cannot be told', async () => {
    const { clock, hub, world } = setUp();
    const good = createWatcher();
    hub.watch(
      'nodes',
      {},
      {
        caller: CALLER,
        buffered: 0,
        emit(event) {
          if (event.kind === 'patch') throw new Error('cannot be sent');
        },
      },
    );
    hub.watch('nodes', {}, good);
    world.nodes = [node('a')];
    await clock.advance(200);
    expect(good.events.at(-1)).toMatchObject({ kind: 'patch', set: [node('a')] });
  });

  it('ends a watch that cannot be opened with the source’s own error and holds nothing', () => {
    const { clock, hub, world } = setUp();
    world.fails = true;
    expect(() => hub.watch('nodes', {}, createWatcher())).toThrow('broken');
    expect([hub.watchers, clock.pending]).toEqual([0, 0]);
  });

  it('stops: nothing is emitted any more', async () => {
    const { clock, hub, world } = setUp();
    const watcher = createWatcher();
    hub.watch('nodes', {}, watcher);
    hub.watch('logs', {}, watcher);
    hub.stop();
    world.nodes = [node('a')];
    await clock.advance(1000);
    expect([watcher.events.length, world.open, clock.pending]).toEqual([2, 0, 0]);
  });

  it('gives patches that fold to the rows, each row only when it changed', async () => {
    const rows = fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', '__proto__'), fc.constantFrom('x', 'y')), {
      selector: ([id]) => id,
    });
    const steps = fc.array(fc.record({ rows, lagging: fc.boolean() }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const { clock, hub, world } = setUp();
        const watcher = createWatcher();
        hub.watch('nodes', {}, watcher);
        for (const step of all) {
          world.nodes = step.rows.map(([id, detail]) => node(id, detail));
          watcher.buffered = step.lagging ? 9_000_000 : 0;
          await clock.advance(200);
        }
        watcher.buffered = 0;
        await clock.advance(200);
        let state = emptyTable<Node>();
        for (const event of watcher.events as TopicEvent<'nodes'>[]) {
          if (event.kind === 'patch') for (const row of event.set) expect(state.byId[row.id]).not.toEqual(row);
          state = reduceTable<'nodes'>(state, event, null);
          expect(state.status).toBe('live');
        }
        expect(new Set(state.order)).toEqual(new Set(world.nodes.map((row) => row.id)));
        for (const row of world.nodes) expect(state.byId[row.id]).toEqual(row);
        hub.stop();
      }),
      { numRuns: 60 },
    );
  });
});
