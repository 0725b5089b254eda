import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTopicListeners } from '../../../core/gateway/topic-listeners.ts';
import { topicMatches } from '../../../core/router/topics.ts';

const level = fc.constantFrom('a', 'b', '$x', '');
const filter = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([levels, open]) => [...levels, ...(open ? ['#'] : [])].join('/'));
const topic = fc.array(level, { minLength: 1, maxLength: 5 }).map((levels) => levels.join('/'));
const client = fc.constantFrom('one', 'two');

describe('listeners of topics', () => {
  it('are those whose filter matches and who want this client, whatever came and went before', () => {
    const step = fc.oneof(
      fc.record({ add: filter, client: fc.option(client, { nil: undefined }) }),
      fc.record({ remove: fc.nat(10) }),
      fc.record({ topic, client }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const listeners = createTopicListeners<{ filter: string; client: string | undefined }>();
        const there: { filter: string; client: string | undefined }[] = [];
        for (const one of steps) {
          if ('add' in one) {
            const value = { filter: one.add, client: one.client };
            there.push(value);
            listeners.add(value, one.add, one.client);
          } else if ('remove' in one) {
            const [value] = there.splice(one.remove, 1);
            if (value) expect([listeners.delete(value), listeners.delete(value)]).toEqual([true, false]);
          } else {
            const wanted = there.filter(
              (value) => topicMatches(value.filter, one.topic) && (value.client ?? one.client) === one.client,
            );
            const found = listeners.match(one.topic, one.client);
            expect(found).toHaveLength(wanted.length);
            expect(new Set(found)).toEqual(new Set(wanted));
          }
          expect(listeners.size).toBe(there.length);
        }
      }),
    );
  });

  it('of other clients of one template are not even looked at', () => {
    const listeners = createTopicListeners<{ id: number }>();
    for (let id = 0; id < 200; id += 1) listeners.add({ id }, '+/status', `c${id}`);
    expect(listeners.match('x/status', 'c7')).toEqual([{ id: 7 }]);
    expect(listeners.match('x/status', 'stranger')).toEqual([]);
  });

  it('remember a bounded number of topics', () => {
    const listeners = createTopicListeners<object>();
    const one = {};
    listeners.add(one, 'x/#', undefined);
    for (let i = 0; i < 25_000; i += 1) expect(listeners.match(`x/${i}`, 'c')).toEqual([one]);
    listeners.delete(one);
    expect(listeners.match('x/1', 'c')).toEqual([]);
  });
});
