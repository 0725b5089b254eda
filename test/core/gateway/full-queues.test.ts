import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fullQueues } from '../../../core/gateway/full-queues.ts';
import { buildRouter, draft, heldSink, subscription } from '../router/router-under-test.ts';

const NOBODY = new Map<string, never>();

function functionWith(more: Partial<{ queue: number; queueSize: number; retrying: number; running: number; parked: boolean }>) {
  const { queue = 0, queueSize = 10, retrying = 0, running = 0, parked = false } = more;
  const instance = {
    id: 'f/1',
    function: 'f',
    version: 1,
    isolation: 'thread' as const,
    pid: null,
    state: 'busy' as const,
    startedAt: 0,
    coldMs: null,
    invocations: 0,
    inFlight: running,
    event: null,
    heapBytes: 0,
    externalBytes: 0,
    cpuPercent: null,
  };
  return new Map([
    [
      'f',
      {
        view: () => ({ queue, queueSize, retrying, state: parked ? ('parked' as const) : ('running' as const) }),
        instances: () => [instance],
      },
    ],
  ]);
}

it('asked and published in one turn: what had room takes it, and what is named would have dropped it or kept it waiting', () => {
  const route = fc.record({
    source: fc.constantFrom('function:f', 'function:*', 'function:other', 'device:*'),
    subject: fc.constantFrom('a/#', 'a/b', 'c'),
    size: fc.integer({ min: 1, max: 4 }),
    whenFull: fc.constantFrom('reject-newest', 'drop-oldest', 'block-source'),
    enabled: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(route, { maxLength: 5 }), fc.integer({ min: 0, max: 6 }), (routes, before) => {
      const { router } = buildRouter();
      router.attach('history', heldSink());
      router.apply(
        routes.map(({ source, subject, size, whenFull, enabled }, i) =>
          subscription(`r${i}`, source, subject, 'history', { queue: { size, whenFull }, enabled }),
        ),
        8,
      );
      const one = draft('function:f', 'a/b');
      for (let i = 0; i < before; i += 1) router.publish(one)?.catch(() => {});
      const full = fullQueues(one, router.routes(), NOBODY, () => '');
      const old = router.routes().map(({ config, books, waiting }) => ({ config, counts: books.counts(), waiting }));
      router.publish(one)?.catch(() => {});
      for (const { config, books } of router.routes()) {
        const was = old.find((other) => other.config.id === config.id);
        const isNamed = full.includes(`the queue of subscription "${config.id}"`);
        const refused = (books.counts().dropped['queue-full'] ?? 0) - (was?.counts.dropped['queue-full'] ?? 0);
        if (config.queue.whenFull === 'reject-newest') expect(refused).toBe(isNamed ? 1 : 0);
        if (config.queue.whenFull === 'drop-oldest') expect(isNamed).toBe(false);
        const came = books.counts().in - (was?.counts.in ?? 0);
        expect(came === 0 && isNamed).toBe(false);
        if (isNamed) expect(was?.waiting).toBeGreaterThanOrEqual(config.queue.size);
      }
    }),
    { numRuns: 300 },
  );
});

it.each([
  [functionWith({ queue: 9 }), 'reject-newest', []],
  [functionWith({ queue: 10 }), 'reject-newest', ['the queue of function "f"']],
  [functionWith({ queue: 10 }), 'block-source', ['the queue of function "f"']],
  [functionWith({ queue: 10 }), 'drop-oldest', []],
  [functionWith({ queue: 12, running: 2, retrying: 1 }), 'reject-newest', []],
  [functionWith({ queue: 13, running: 2, retrying: 1 }), 'reject-newest', ['the queue of function "f"']],
  [functionWith({ parked: true }), 'drop-oldest', ['the queue of the parked function "f"']],
] as const)('looks into the queue of a function behind a route: case %#', (functions, whenFull, expected) => {
  const { router } = buildRouter();
  router.apply([subscription('r', 'function:*', '#', 'function:f')], 8);
  expect(fullQueues(draft('function:g', 'a'), router.routes(), functions, () => whenFull)).toEqual(expected);
});

it('counts what is on its way into a function’s queue', () => {
  const { router } = buildRouter();
  router.apply([subscription('r', 'function:*', '#', 'function:f')], 8);
  const one = draft('function:g', 'a');
  const full = () => fullQueues(one, router.routes(), functionWith({ queueSize: 2 }), () => 'reject-newest');
  router.publish(one);
  expect(full()).toEqual([]);
  router.publish(one);
  expect(full()).toEqual(['the queue of function "f"']);
});
