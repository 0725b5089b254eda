import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message } from '../../../core/contract/message.ts';
import type { StoredSource } from '../../../core/router/sequences.ts';
import {
  buildRouter,
  draft,
  heldSink,
  openSink,
  outcome,
  type RouterUnderTest,
  subscription,
  turn,
} from './router-under-test.ts';

type Figures = Readonly<Record<string, number>>;
const one = subscription('one', 'device:*', 'a', 'history');

/** A router that goes on from figures; its own are added to them with `saved`. */
function begin(figures: Figures = {}, stored: readonly StoredSource[] = []) {
  const built = buildRouter();
  built.router.restore(figures, stored);
  const kept = new Map(Object.entries(figures));
  const saved = (): Record<string, number> => {
    for (const [key, value] of Object.entries(built.router.save())) {
      if (value === null) kept.delete(key);
      else kept.set(key, value);
    }
    return Object.fromEntries(kept);
  };
  return { ...built, saved };
}
const booksOf = ({ router }: Pick<RouterUnderTest, 'router'>, id: string) => {
  const route = router.routes().find((each) => each.config.id === id);
  return route?.books.view(route.waiting);
};

describe('the books after a restart', () => {
  it('go on', async () => {
    const first = begin();
    first.router.attach('history', openSink());
    first.router.apply([one], 8);
    for (let i = 0; i < 5; i += 1) first.router.publish(draft('device:d', 'a'));
    first.router.publish(draft('device:d', 'nobody'));
    await turn();
    first.router.stop();
    const second = begin(first.saved());
    second.router.attach('history', openSink());
    second.router.apply([one], 8);
    second.router.publish(draft('device:d', 'a'));
    await turn();
    expect(booksOf(second, 'one')).toEqual({ in: 6, out: 6, waiting: 0, dropped: {}, balanced: true });
    expect(second.saved()).toMatchObject({ 'router/published': 7, 'router/unrouted': 1 });
  });

  it('say what a crash took: what waited in memory is dropped, by the restart', async () => {
    const first = begin();
    const sink = heldSink();
    first.router.attach('history', sink);
    first.router.apply([one], 8);
    first.router.publish(draft('device:d', 'a'));
    await turn();
    sink.batches[0]?.resolve();
    await turn();
    for (let i = 0; i < 3; i += 1) first.router.publish(draft('device:d', 'a'));
    await turn();
    const second = begin(first.saved());
    second.router.apply([one], 8);
    expect(booksOf(second, 'one')).toEqual({ in: 4, out: 1, waiting: 0, dropped: { restart: 3 }, balanced: true });
    const third = begin(second.saved());
    third.router.apply([one], 8);
    expect(booksOf(third, 'one')).toEqual({ in: 4, out: 1, waiting: 0, dropped: { restart: 3 }, balanced: true });
  });

  it('are those of the subscription: a changed one goes on, with what the old route still delivers', async () => {
    const built = begin();
    const sink = heldSink();
    built.router.attach('history', sink);
    built.router.apply([one], 8);
    built.router.publish(draft('device:d', 'a'));
    await turn();
    built.router.publish(draft('device:d', 'a'));
    built.router.apply([subscription('one', 'device:*', 'a', 'history', { queue: { size: 5 } })], 8);
    expect(booksOf(built, 'one')).toEqual({ in: 0, out: 0, waiting: 0, dropped: {}, balanced: true });
    expect(built.saved()).toMatchObject({ 'route/one/in': 2, 'route/one/out': 0 });
    built.router.publish(draft('device:d', 'a'));
    for (let i = 0; i < 3; i += 1) {
      await turn();
      for (const batch of sink.batches) batch.resolve();
    }
    await turn();
    expect(booksOf(built, 'one')).toEqual({ in: 3, out: 3, waiting: 0, dropped: {}, balanced: true });
  });

  it('come back with a subscription that was removed, and are forgotten when a hundred others went after it', async () => {
    const built = begin();
    built.router.attach('history', openSink());
    built.router.apply([one], 8);
    built.router.publish(draft('device:d', 'a'));
    await turn();
    built.router.apply([], 8);
    await turn();
    expect(built.saved()['route/one/in']).toBe(1);
    built.router.apply([one], 8);
    expect(booksOf(built, 'one')?.in).toBe(1);
    built.router.apply([], 8);
    for (let i = 0; i < 101; i += 1) built.router.apply([subscription(`other-${i}`, 'device:*', 'a', 'history')], 8);
    const figures = built.saved();
    expect(figures['route/one/in']).toBeUndefined();
    expect(Object.keys(figures).filter((key) => /^route\/.*\/in$/.test(key)).length).toBeLessThanOrEqual(101);
  });

  it('begin balanced whatever the figures are', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.oneof(
            fc.constantFrom(
              'route/one/in',
              'route/one/out',
              'route/one/drop/queue-full',
              'route/one/drop/store/full',
              'sequence/device:d',
            ),
            fc.string(),
          ),
          fc.oneof(fc.nat(1000), fc.constantFrom(-1, Number.NaN)),
        ),
        (figures) => {
          const built = begin(figures);
          built.router.apply([one], 8);
          expect(booksOf(built, 'one')?.balanced).toBe(true);
          built.router.publish(draft('device:d', 'a'));
          expect(booksOf(built, 'one')?.balanced).toBe(true);
        },
      ),
    );
  });

  it('are written only where something has changed', async () => {
    const built = begin();
    built.router.attach('history', openSink());
    built.router.apply([one, subscription('two', 'device:*', 'b', 'history')], 8);
    built.saved();
    expect(built.router.save()).toEqual({});
    built.router.publish(draft('device:d', 'a'));
    await turn();
    expect(built.router.save()).toEqual({
      'route/one/in': 1,
      'route/one/out': 1,
      'router/published': 1,
      'sequence/device:d': 1,
    });
  });
});

describe('sequences after a restart', () => {
  const numbers = (built: RouterUnderTest, source: `${'device' | 'client'}:${string}`, count: number): number[] => {
    const seen: number[] = [];
    const stop = built.router.tap((message: Message) => seen.push(message.sequence));
    for (let i = 0; i < count; i += 1) outcome(built.router.publish(draft(source, 'a')));
    stop();
    return seen;
  };

  it('go on without a gap after an orderly end', () => {
    const first = begin();
    expect(numbers(first, 'device:d', 3)).toEqual([1, 2, 3]);
    first.router.stop();
    expect(numbers(begin(first.saved()), 'device:d', 2)).toEqual([4, 5]);
  });

  it('leave a wide gap after a crash, for new sources too', () => {
    const first = begin();
    numbers(first, 'device:d', 3);
    const left = first.saved();
    numbers(first, 'device:d', 10);
    const second = begin(left);
    expect(numbers(second, 'device:d', 1)).toEqual([1_000_004]);
    expect(numbers(second, 'device:new', 1)).toEqual([1_000_001]);
  });

  it('are above what the outbox has stored, also where the figures look orderly or are lost', () => {
    const first = begin();
    numbers(first, 'device:d', 3);
    first.router.stop();
    expect(numbers(begin(first.saved(), [{ source: 'device:d', sequence: 9 }]), 'device:d', 1)).toEqual([1_000_010]);
    expect(numbers(begin(first.saved(), [{ source: 'device:d', sequence: 3 }]), 'device:d', 1)).toEqual([4]);
    expect(numbers(begin({}, [{ source: 'device:d', sequence: 9 }]), 'device:d', 1)).toEqual([1_000_010]);
  });

  it('of forgotten clients are not given to anybody again', () => {
    const first = begin();
    numbers(first, 'client:busy', 50);
    for (let i = 0; i < 2500; i += 1) numbers(first, `client:c${i}`, 1);
    first.router.stop();
    const left = first.saved();
    expect(Object.keys(left).filter((key) => key.startsWith('sequence/'))).toHaveLength(2000);
    expect(numbers(begin(left), 'client:busy', 1)).toEqual([51]);
    expect(numbers(begin(left), `client:${'x'.repeat(5000)}`, 1)).toEqual([51]);
  });

  it('never repeat, however the starts end', async () => {
    const life = fc.record({
      publishes: fc.array(fc.constantFrom('device:a', 'device:b', 'client:x'), { maxLength: 20 }),
      saveAt: fc.nat(20),
      clean: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 6 }), async (lives) => {
        const given = new Map<string, number>();
        let figures: Figures = {};
        const stored = new Map<string, number>();
        for (const { publishes, saveAt, clean } of lives) {
          const built = begin(
            figures,
            [...stored].map(([source, sequence]) => ({ source, sequence })),
          );
          figures = built.saved();
          built.router.tap(({ source, sequence }) => {
            const name = `${source.kind}:${source.id}`;
            expect(sequence).toBeGreaterThan(given.get(name) ?? 0);
            given.set(name, sequence);
            if (name === 'device:a') stored.set(name, sequence);
          });
          for (const [i, source] of publishes.entries()) {
            if (i === saveAt) figures = built.saved();
            outcome(built.router.publish(draft(source, 'a')));
          }
          if (!clean) continue;
          built.router.stop();
          figures = built.saved();
        }
      }),
    );
  });
});
