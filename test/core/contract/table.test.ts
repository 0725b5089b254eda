import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Row, TOPICS, type TopicEvent } from '../../../core/contract/api.ts';
import { emptyTable, reduceTable, TOPIC_KEEP } from '../../../core/contract/table.ts';

type LogRow = Row<'logs'>;
const row = (id: number, message = ''): LogRow => ({
  id,
  at: 0,
  mono: 0,
  level: 'info',
  source: 's',
  event: 'e',
  message,
  data: {},
});
const node = (id: string, detail = ''): Row<'nodes'> => ({
  id,
  kind: 'local',
  label: id,
  health: 'ok',
  detail,
  inPerS: 0,
  outPerS: 0,
});
const snapshot = (rev: number, ...items: Row<'nodes'>[]): TopicEvent<'nodes'> => ({ kind: 'snapshot', rev, items });

describe('reduceTable', () => {
  it('holds the same bounds as the contract', () => {
    expect(TOPIC_KEEP).toEqual(Object.fromEntries(Object.entries(TOPICS).map(([topic, { keep }]) => [topic, keep])));
  });

  it('goes from loading to live to stale and back, keeping rows that did not change', () => {
    let state = reduceTable<'nodes'>(emptyTable(), { kind: 'offline' }, null);
    expect(state.status).toBe('loading');
    state = reduceTable<'nodes'>(state, snapshot(4, node('a'), node('b')), null);
    const { a } = state.byId;
    state = reduceTable<'nodes'>(state, { kind: 'patch', rev: 5, set: [node('c'), node('b', 'new')], gone: [] }, null);
    expect(state).toMatchObject({ status: 'live', rev: 5, order: ['a', 'b', 'c'] });
    expect(state.byId['a']).toBe(a);
    expect(state.byId['b']?.detail).toBe('new');
    state = reduceTable<'nodes'>(state, { kind: 'patch', rev: 6, set: [], gone: ['a', 'unknown'] }, null);
    expect(state.order).toEqual(['b', 'c']);
    const stale = reduceTable<'nodes'>(state, { kind: 'offline' }, null);
    expect(stale).toMatchObject({ status: 'stale', order: ['b', 'c'] });
    expect(reduceTable<'nodes'>(stale, snapshot(1, node('z')), null)).toMatchObject({ status: 'live', rev: 1, order: ['z'] });
  });

  it('does not apply a patch after a gap, nor one that it had', () => {
    const live = reduceTable<'nodes'>(emptyTable(), snapshot(4, node('a')), null);
    const gap = reduceTable<'nodes'>(live, { kind: 'patch', rev: 6, set: [node('b')], gone: [] }, null);
    expect(gap).toMatchObject({ status: 'stale', order: ['a'] });
    expect(reduceTable<'nodes'>(live, { kind: 'patch', rev: 4, set: [node('b')], gone: [] }, null)).toBe(live);
  });

  it('takes ids that are names of built-ins', () => {
    const state = reduceTable<'nodes'>(emptyTable(), snapshot(1, node('__proto__'), node('constructor')), null);
    expect(state.order).toEqual(['__proto__', 'constructor']);
    const next = reduceTable<'nodes'>(state, { kind: 'patch', rev: 2, set: [node('x')], gone: ['constructor'] }, null);
    const [first = ''] = next.order;
    expect(next.byId[first]?.id).toBe('__proto__');
    expect(next.byId['constructor']).toBeUndefined();
  });

  it('folds any events into what a plain model says, within the bound', () => {
    const ids = fc.integer({ min: 1, max: 40 });
    const step = fc.record({
      snapshot: fc.boolean(),
      set: fc.array(ids, { maxLength: 12 }),
      gone: fc.array(ids, { maxLength: 5 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), fc.constantFrom(3, 10, null), (steps, keep) => {
        let model = new Set<number>();
        let state = reduceTable<'logs'>(emptyTable(), { kind: 'snapshot', rev: 0, items: [] }, keep);
        steps.forEach((one, i) => {
          const set = one.set.map((id) => row(id, `${i}`));
          if (one.snapshot) model = new Set(one.set);
          else {
            for (const id of one.gone) model.delete(id);
            for (const id of one.set) model.add(id);
          }
          if (keep !== null) model = new Set([...model].sort((a, b) => a - b).slice(-keep));
          state = reduceTable<'logs'>(
            state,
            one.snapshot ? { kind: 'snapshot', rev: i + 1, items: set } : { kind: 'patch', rev: i + 1, set, gone: one.gone },
            keep,
          );
        });
        expect(state.order.map(Number).sort((a, b) => a - b)).toEqual([...model].sort((a, b) => a - b));
        expect(Object.keys(state.byId).sort()).toEqual([...state.order].sort());
        if (keep !== null) expect(state.order.map(Number)).toEqual([...state.order.map(Number)].sort((a, b) => a - b));
      }),
    );
  });
});
