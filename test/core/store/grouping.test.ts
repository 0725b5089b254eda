import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGrouping } from '../../../core/store/sqlite/grouping.ts';

/** A disk that answers when it is told to. */
function make(options: { maxItems?: number; maxWaiting?: number; maxWaitingBytes?: number } = {}) {
  const groups: { items: readonly number[]; done: PromiseWithResolvers<readonly string[]> }[] = [];
  const grouping = createGrouping(
    (items: readonly number[]) => {
      const done = Promise.withResolvers<readonly string[]>();
      groups.push({ items, done });
      return done.promise;
    },
    { maxItems: 3, maxWaiting: 5, maxWaitingBytes: 1000, bytesOf: (item) => item, ...options },
  );
  const answer = async (): Promise<void> => {
    const group = groups.at(-1);
    group?.done.resolve(group.items.map((item) => `kept ${item}`));
    await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    grouping,
    answer,
    sent: () => groups.map(({ items }) => items),
    fail: (cause: Error) => groups.at(-1)?.done.reject(cause),
  };
}

describe('grouped writes', () => {
  it('go one group at a time, in order, and each gets its own result', async () => {
    const { grouping, answer, sent } = make();
    const results = Promise.all([1, 2, 3, 4, 5].map(grouping.put));
    expect(sent()).toEqual([[1]]);
    await answer();
    expect(sent()).toEqual([[1], [2, 3, 4]]);
    await answer();
    await answer();
    expect(await results).toEqual(['kept 1', 'kept 2', 'kept 3', 'kept 4', 'kept 5']);
    await grouping.settle();
  });

  it('fail as a group, and the next is tried', async () => {
    const { grouping, answer, fail } = make();
    const first = grouping.put(1);
    const second = grouping.put(2);
    fail(new Error('disk'));
    await expect(first).rejects.toThrow('disk');
    await answer();
    expect(await second).toBe('kept 2');
  });

  it('are refused when too many or too much wait, and taken again when there is room', async () => {
    const { grouping, answer } = make({ maxWaiting: 3, maxWaitingBytes: 100 });
    const under = grouping.put(1);
    const overloaded = { code: 'store/overloaded' };
    const large = grouping.put(90);
    await expect(grouping.put(20)).rejects.toMatchObject(overloaded);
    const small = [grouping.put(5), grouping.put(5)];
    await expect(grouping.put(0)).rejects.toMatchObject(overloaded);
    await answer();
    await answer();
    expect(await Promise.all([under, large, ...small])).toEqual(['kept 1', 'kept 90', 'kept 5', 'kept 5']);
    const next = grouping.put(99);
    await answer();
    expect(await next).toBe('kept 99');
  });

  it('settle means that nothing waits any more', async () => {
    const { grouping, answer } = make();
    let settled = false;
    const all = Promise.all([grouping.put(1), grouping.put(2)]);
    const settling = grouping.settle().then(() => {
      settled = true;
    });
    await answer();
    expect(settled).toBe(false);
    await answer();
    await settling;
    expect(await all).toHaveLength(2);
  });

  it('every write is settled once, by the group that it was in', async () => {
    const steps = fc.array(fc.constantFrom('put', 'answer', 'fail'), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        const { grouping, answer, fail, sent } = make();
        let number = 0;
        const outcomes: Promise<string>[] = [];
        for (const step of list) {
          if (step === 'put') {
            number += 1;
            outcomes.push(grouping.put(number).catch((cause: Error) => cause.message));
          } else if (step === 'fail') fail(new Error('disk'));
          await (step === 'answer' ? answer() : new Promise((resolve) => setImmediate(resolve)));
        }
        for (let rounds = 0; rounds < 10; rounds += 1) await answer();
        const results = await Promise.all(outcomes);
        const kept = results.flatMap((result, index) => (result === `kept ${index + 1}` ? [index + 1] : []));
        const wanted = results.filter((result) => result.startsWith('kept')).length;
        expect(kept).toHaveLength(wanted);
        const all = sent().flat();
        expect(all).toEqual([...all].sort((a, b) => a - b));
        expect(all).toHaveLength(new Set(all).size);
      }),
      { numRuns: 100 },
    );
  });
});
