import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../core/base/errors.ts';
import type { SubscriptionConfig } from '../../../core/contract/document/subscriptions.ts';
import type { Route } from '../../../core/router/route.ts';
import { buildRouter, draft, heldSink, outcome, subscription, textOf, turn } from './router-under-test.ts';

const POLICIES = ['reject-newest', 'drop-oldest', 'block-source'] as const;
const SOURCES = ['device:a', 'device:b', 'client:x', 'function:f', 'cloud:cloud'] as const;
const TARGETS = ['cloud', 'history', 'device:pump'] as const;

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('publish' as const), source: fc.constantFrom(...SOURCES) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('take' as const), target: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('refuse' as const), target: fc.nat(2), retry: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(3000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('detach' as const), target: fc.nat(2) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('apply' as const), policy: fc.nat(2), size: fc.integer({ min: 1, max: 3 }) }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const retryLater = (): GatewayError => new GatewayError('store/full', 'full');
const never = (): GatewayError => new GatewayError('cloud/rejected', 'no');

function routesFor(policy: number, size: number): SubscriptionConfig[] {
  const whenFull = POLICIES[policy] ?? 'block-source';
  return TARGETS.flatMap((target) => [
    subscription(`d-${target.replace(':', '-')}`, 'device:*', '#', target, { queue: { size, whenFull } }),
    subscription(`a-${target.replace(':', '-')}`, 'device:a', '#', target, { queue: { size: 2, whenFull: 'block-source' } }),
    subscription(`l-${target.replace(':', '-')}`, 'local', '#', target, { queue: { size, whenFull } }),
    subscription(`f-${target.replace(':', '-')}`, 'function:*', '#', target, { queue: { size, whenFull } }),
    subscription(`c-${target.replace(':', '-')}`, 'cloud', '#', target, { queue: { size, whenFull } }),
  ]);
}

function world() {
  const built = buildRouter();
  const sinks = TARGETS.map((_, i) => heldSink(i === 0));
  const routes = new Set<Route>();
  const outcomes: { state: string }[] = [];
  let count = 0;
  const open = (target: number) => sinks[target]?.batches.shift();
  const attach = (target: number): void => built.router.attach(TARGETS[target] ?? '', sinks[target]);
  for (const i of TARGETS.keys()) attach(i);
  async function run(one: Step): Promise<void> {
    switch (one.do) {
      case 'publish':
        count += 1;
        outcomes.push(outcome(built.router.publish(draft(one.source, 't', String(count)))));
        break;
      case 'take':
        attach(one.target);
        open(one.target)?.resolve();
        break;
      case 'refuse':
        open(one.target)?.reject(one.retry ? retryLater() : never());
        break;
      case 'wait':
        await built.clock.advance(one.ms);
        break;
      case 'detach':
        built.router.attach(TARGETS[one.target] ?? '', undefined);
        break;
      case 'apply':
        built.router.apply(routesFor(one.policy, one.size), 8);
        break;
    }
    for (const route of built.router.routes()) routes.add(route);
  }
  const figures: Record<string, number> = {};
  const saved = (): Record<string, number> => {
    for (const [key, value] of Object.entries(built.router.save())) {
      if (value === null) delete figures[key];
      else figures[key] = value;
    }
    return figures;
  };
  const balanced = (): boolean => [...routes].every((route) => route.books.view(route.waiting).balanced);
  return { ...built, sinks, routes, outcomes, run, balanced, saved, open };
}

describe('whatever happens', () => {
  it('the books of every route balance at every moment, and a stop settles everyone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(step, fc.boolean()), { maxLength: 60 }), async (steps) => {
        const { router, run, balanced, saved, routes, outcomes, sinks, clock } = world();
        await run({ do: 'apply', policy: 2, size: 1 });
        for (const [one, settle] of steps) {
          await run(one);
          expect(balanced()).toBe(true);
          if (settle) await turn();
          expect(balanced()).toBe(true);
        }
        // A crash at this moment: the next start accounts for every message that was in memory.
        const next = buildRouter().router;
        next.restore(saved(), []);
        next.apply(routesFor(2, 1), 8);
        for (const route of next.routes()) {
          const own = router.routes().find((each) => each.config.id === route.config.id);
          const books = route.books.view(0);
          expect(books.balanced).toBe(true);
          if (own) expect(books.dropped['restart'] ?? 0).toBeGreaterThanOrEqual(own.waiting);
        }
        await turn();
        router.stop();
        for (const sink of sinks) for (const batch of sink.batches.splice(0)) batch.reject(retryLater());
        await turn();
        expect([...routes].map((route) => route.waiting).filter((waiting) => waiting > 0)).toEqual([]);
        expect(balanced()).toBe(true);
        expect(outcomes.filter((one) => one.state === 'waiting')).toEqual([]);
        await clock.advance(10_000);
        expect([clock.pending, ...sinks.map((sink) => sink.batches.length)]).toEqual([0, 0, 0, 0]);
      }),
      { numRuns: 60 },
    );
  });

  it('a route delivers each source’s messages in order and none of them twice', async () => {
    const delay = fc.record({
      ms: fc.nat(200),
      fails: fc.boolean(),
      sources: fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(delay, { minLength: 1, maxLength: 15 }),
        fc.constantFrom(...POLICIES),
        async (script, whenFull) => {
          const { router, clock } = buildRouter();
          const taken: string[] = [];
          let turnOf = 0;
          router.attach('history', {
            durable: false,
            async deliver(batch) {
              const now = script[turnOf % script.length];
              turnOf += 1;
              await clock.sleep(now?.ms ?? 0);
              if (now?.fails && turnOf < 40) throw retryLater();
              taken.push(...batch.map((message) => `${message.source.id}${textOf(message)}`));
            },
          });
          router.apply([subscription('r', 'device:*', '#', 'history', { queue: { size: 3, whenFull } })], 8);
          let count = 0;
          for (const { ms, sources } of script) {
            for (const source of sources) {
              count += 1;
              outcome(router.publish(draft(`device:${source}`, 't', String(count))));
            }
            await clock.advance(ms);
          }
          await clock.advance(600_000);
          for (const source of ['a', 'b', 'c']) {
            const numbers = taken.filter((text) => text.startsWith(source)).map((text) => Number(text.slice(1)));
            expect(numbers).toEqual([...new Set(numbers)].sort((x, y) => x - y));
          }
          const route = router.routes()[0];
          expect(route?.books.view(0)).toMatchObject({ in: count, out: taken.length, balanced: true });
          if (whenFull === 'block-source') expect(taken).toHaveLength(count);
        },
      ),
      { numRuns: 40 },
    );
  });
});
