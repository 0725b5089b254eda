import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../core/base/errors.ts';
import { buildRouter, draft, heldSink, openSink, outcome, subscription, turn } from './router-under-test.ts';

const full = new GatewayError('store/full', 'The disk is full.', { remedy: 'Free room.' });
const refusedForGood = new GatewayError('cloud/rejected', 'Too large.');

function build(target: string, queue: { size?: number; whenFull?: 'reject-newest' | 'drop-oldest' | 'block-source' } = {}) {
  const all = buildRouter();
  all.router.apply(
    [subscription('r', 'device:*', '#', target, { queue }), subscription('c', 'local', '#', target, { queue })],
    8,
  );
  const books = (at = 0) => {
    const route = all.router.routes()[at];
    return route?.books.view(route.waiting);
  };
  return { ...all, books };
}

describe('a route whose queue is full', () => {
  it('reject-newest drops what comes and counts it', async () => {
    const { router, books } = build('history', { size: 2, whenFull: 'reject-newest' });
    const sink = heldSink();
    router.attach('history', sink);
    router.publish(draft('device:d', 't', '0'));
    await turn();
    for (const text of ['1', '2', '3', '4']) router.publish(draft('device:d', 't', text));
    expect(books()).toEqual({ in: 5, out: 0, waiting: 3, dropped: { 'queue-full': 2 }, balanced: true });
    sink.batches[0]?.resolve();
    await turn();
    expect(sink.texts).toEqual(['0', '1', '2']);
  });

  it('reject-newest tells the publisher where the target is durable', async () => {
    const { router } = build('cloud', { size: 1, whenFull: 'reject-newest' });
    const sink = heldSink(true);
    router.attach('cloud', sink);
    const seen = [outcome(router.publish(draft('client:x', 't', '0')))];
    await turn();
    for (const text of ['1', '2']) seen.push(outcome(router.publish(draft('client:x', 't', text))));
    await turn();
    expect(seen.map((one) => one.state)).toEqual(['waiting', 'waiting', 'router/queue-full']);
  });

  it('drop-oldest makes room at the front', async () => {
    const { router, books } = build('history', { size: 2, whenFull: 'drop-oldest' });
    const sink = heldSink();
    router.attach('history', sink);
    router.publish(draft('device:d', 't', '0'));
    await turn();
    for (const text of ['1', '2', '3', '4']) expect(router.publish(draft('device:d', 't', text))).toBeUndefined();
    expect(books()).toEqual({ in: 5, out: 0, waiting: 3, dropped: { 'queue-full': 2 }, balanced: true });
    sink.batches[0]?.resolve();
    await turn();
    expect(sink.texts).toEqual(['0', '3', '4']);
  });

  it('drop-oldest keeps its bound and its books when a refused batch comes back into a full queue', async () => {
    const { router, books } = build('history', { size: 2, whenFull: 'drop-oldest' });
    const sink = heldSink();
    router.attach('history', sink);
    for (const text of ['0', '1']) router.publish(draft('device:d', 't', text));
    await turn();
    for (const text of ['2', '3']) router.publish(draft('device:d', 't', text));
    sink.batches[0]?.reject(full);
    await turn();
    router.publish(draft('device:d', 't', '4'));
    expect(books()).toEqual({ in: 5, out: 0, waiting: 2, dropped: { 'queue-full': 3 }, balanced: true });
  });

  it('block-source lets the source wait until its message is delivered, in order', async () => {
    const { router, books } = build('history', { size: 1, whenFull: 'block-source' });
    const sink = heldSink();
    router.attach('history', sink);
    const seen = [outcome(router.publish(draft('device:d', 't', '0')))];
    await turn();
    for (const text of ['1', '2', '3']) seen.push(outcome(router.publish(draft('device:d', 't', text))));
    expect(seen.map((one) => one.state)).toEqual(['at once', 'at once', 'waiting', 'waiting']);
    for (let i = 0; i < 4; i += 1) {
      expect(books()?.balanced).toBe(true);
      sink.batches[i]?.resolve();
      await turn();
    }
    expect(sink.texts).toEqual(['0', '1', '2', '3']);
    expect(seen.map((one) => one.state)).toEqual(['at once', 'at once', 'done', 'done']);
    expect(books()).toEqual({ in: 4, out: 4, waiting: 0, dropped: {}, balanced: true });
  });

  it('block-source refuses when 10,000 sources wait already', async () => {
    const { router, books } = build('history', { size: 1, whenFull: 'block-source' });
    router.attach('history', heldSink());
    router.publish(draft('device:d', 't'));
    await turn();
    router.publish(draft('device:d', 't'));
    const seen = Array.from({ length: 10_002 }, () => outcome(router.publish(draft('device:d', 't'))));
    await turn();
    expect(seen.filter((one) => one.state === 'waiting')).toHaveLength(10_000);
    expect(seen.slice(-2).map((one) => one.state)).toEqual(['router/queue-full', 'router/queue-full']);
    expect(books()).toMatchObject({ waiting: 10_002, dropped: { 'queue-full': 2 }, balanced: true });
  });

  it('block-source lets nobody hang when the target goes away', async () => {
    const { router, books } = build('history', { size: 1, whenFull: 'block-source' });
    const sink = heldSink();
    router.attach('history', sink);
    router.publish(draft('device:d', 't'));
    await turn();
    router.publish(draft('device:d', 't'));
    const seen = [outcome(router.publish(draft('device:d', 't'))), outcome(router.publish(draft('device:d', 't')))];
    router.attach('history', undefined);
    sink.batches[0]?.resolve();
    await turn();
    expect(seen.map((one) => one.state)).toEqual(['done', 'done']);
    expect(books()).toEqual({ in: 4, out: 1, waiting: 0, dropped: { 'no-target': 3 }, balanced: true });
  });
});

describe('a route to a durable target', () => {
  it('settles a publish only after the commit', async () => {
    const { router } = build('cloud');
    const sink = heldSink(true);
    router.attach('cloud', sink);
    const seen = outcome(router.publish(draft('client:x', 't')));
    await turn();
    expect(seen.state).toBe('waiting');
    sink.batches[0]?.resolve();
    await turn();
    expect(seen.state).toBe('done');
  });

  it('tells a client and a function that the commit failed, and does not offer theirs again', async () => {
    const all = buildRouter();
    const sink = heldSink(true);
    all.router.attach('cloud', sink);
    all.router.apply([subscription('r', 'local', '#', 'cloud'), subscription('f', 'function:*', '#', 'cloud')], 8);
    const seen = [outcome(all.router.publish(draft('client:x', 't'))), outcome(all.router.publish(draft('function:f', 't')))];
    await turn();
    for (const batch of sink.batches) batch.reject(full);
    await all.clock.advance(10_000);
    expect(seen.map((one) => one.state)).toEqual(['store/full', 'store/full']);
    expect(sink.batches).toHaveLength(2);
    expect(all.router.routes().map((route) => route.books.view(route.waiting))).toEqual([
      { in: 1, out: 0, waiting: 0, dropped: { 'store/full': 1 }, balanced: true },
      { in: 1, out: 0, waiting: 0, dropped: { 'store/full': 1 }, balanced: true },
    ]);
  });

  it('drops what is queued behind a refused message of a client, and nothing else: the client sends all of it again', async () => {
    const { router, clock, books } = build('cloud');
    const sink = heldSink(true);
    router.attach('cloud', sink);
    const first = outcome(router.publish(draft('client:a', 't', 'first')));
    await turn();
    const behind = outcome(router.publish(draft('client:a', 't', 'behind')));
    const loose = outcome(router.publish({ ...draft('client:a', 't', 'QoS 0'), qos: 0 }));
    const other = outcome(router.publish(draft('client:b', 't', 'other')));
    sink.batches[0]?.reject(full);
    await clock.advance(1);
    expect([first.state, behind.state]).toEqual(['store/full', 'store/full']);
    sink.batches[1]?.resolve();
    await turn();
    expect([loose.state, other.state]).toEqual(['done', 'done']);
    expect(sink.texts).toEqual(['first', 'QoS 0', 'other']);
    expect(books(1)).toEqual({ in: 4, out: 2, waiting: 0, dropped: { 'store/full': 2 }, balanced: true });
  });

  it('keeps a device’s readings and offers them again, later and later, in order', async () => {
    const { router, clock, books, records } = build('cloud');
    const sink = heldSink(true);
    router.attach('cloud', sink);
    const seen = [outcome(router.publish(draft('device:d', 't', '0'))), outcome(router.publish(draft('device:d', 't', '1')))];
    await turn();
    const pauses: number[] = [];
    for (let attempt = 0; attempt < 9; attempt += 1) {
      const from = clock.monotonic();
      sink.batches[attempt]?.reject(full);
      for (let waited = 0; sink.batches.length === attempt + 1 && waited < 1000; waited += 1) await clock.advance(75);
      pauses.push(clock.monotonic() - from);
    }
    expect(pauses).toEqual([75, 150, 300, 600, 1200, 2400, 3750, 3750, 3750]);
    expect(router.routes()[0]?.lastFault).toMatchObject({
      code: 'store/full',
      message: 'The disk is full.',
      remedy: 'Free room.',
    });
    expect(records.filter((one) => one.event === 'route.refused')).toHaveLength(1);
    router.publish(draft('device:d', 't', '2'));
    sink.batches[9]?.resolve();
    await turn();
    sink.batches[10]?.resolve();
    await turn();
    expect(sink.texts.slice(-3)).toEqual(['0', '1', '2']);
    expect(seen.map((one) => one.state)).toEqual(['done', 'done']);
    expect(router.routes()[0]?.lastFault).toBeNull();
    expect(books()).toEqual({ in: 3, out: 3, waiting: 0, dropped: {}, balanced: true });
  });

  it('gives up what the target refuses for good', async () => {
    const { router, clock, books } = build('cloud');
    const sink = heldSink(true);
    router.attach('cloud', sink);
    const seen = outcome(router.publish(draft('device:d', 't', 'bad')));
    await turn();
    sink.batches[0]?.reject(refusedForGood);
    router.publish(draft('device:d', 't', 'good'));
    await clock.advance(1);
    sink.batches[1]?.resolve();
    await turn();
    expect(seen.state).toBe('cloud/rejected');
    expect(sink.texts).toEqual(['bad', 'good']);
    expect(books()).toEqual({ in: 2, out: 1, waiting: 0, dropped: { 'cloud/rejected': 1 }, balanced: true });
  });

  it('takes a target that throws for one that refuses', async () => {
    const { router, clock, books } = build('history');
    let broken = true;
    const taken = openSink();
    router.attach('history', {
      durable: false,
      deliver(batch, route) {
        if (broken) throw full;
        return taken.deliver(batch, route);
      },
    });
    router.publish(draft('device:d', 't', '0'));
    await turn();
    broken = false;
    await clock.advance(1000);
    expect(taken.texts).toEqual(['0']);
    expect(books()).toMatchObject({ in: 1, out: 1, balanced: true });
  });
});

describe('a route whose target is missing', () => {
  it('drops and counts; deliveries begin when it is there', async () => {
    const { router, books } = build('device:pump');
    router.publish(draft('device:d', 't', '0'));
    await turn();
    const sink = openSink();
    router.attach('device:pump', sink);
    router.publish(draft('device:d', 't', '1'));
    await turn();
    expect(sink.texts).toEqual(['1']);
    expect(books()).toEqual({ in: 2, out: 1, waiting: 0, dropped: { 'no-target': 1 }, balanced: true });
  });
});

describe('new subscriptions', () => {
  const one = subscription('one', 'device:*', 'a', 'history');
  const two = subscription('two', 'device:*', 'b', 'history');

  it('keep the queue and the books of a route that does not change', async () => {
    const { router } = buildRouter();
    const sink = heldSink();
    router.attach('history', sink);
    router.apply([one, two], 8);
    router.publish(draft('device:d', 'a', '0'));
    await turn();
    router.publish(draft('device:d', 'a', '1'));
    const before = router.routes()[0];
    router.apply([subscription('three', 'device:*', 'c', 'history'), { ...one }], 8);
    expect(router.routes()[1]).toBe(before);
    expect(before?.waiting).toBe(2);
    sink.batches[0]?.resolve();
    await turn();
    sink.batches[1]?.resolve();
    await turn();
    expect(sink.texts).toEqual(['0', '1']);
  });

  it('let a removed route deliver what waits, once, and take no more', async () => {
    const { router, clock } = buildRouter();
    const sink = heldSink(true);
    router.attach('history', sink);
    router.apply([one], 8);
    const seen = [outcome(router.publish(draft('device:d', 'a', '0')))];
    await turn();
    seen.push(outcome(router.publish(draft('device:d', 'a', '1'))));
    const gone = router.routes()[0];
    router.apply([two], 8);
    expect(router.publish(draft('device:d', 'a', '2'))).toBeUndefined();
    sink.batches[0]?.reject(full);
    await clock.advance(1000);
    sink.batches[1]?.resolve();
    await turn();
    for (const batch of sink.batches.slice(2)) batch.resolve();
    await turn();
    expect(sink.texts).toEqual(['0', '0', '1']);
    expect(seen.map((each) => each.state)).toEqual(['done', 'done']);
    expect(gone?.books.view(gone.waiting)).toEqual({ in: 2, out: 2, waiting: 0, dropped: {}, balanced: true });
  });

  it('take effect between two messages', async () => {
    const { router } = buildRouter();
    const sink = openSink();
    router.attach('history', sink);
    router.apply([one], 8);
    router.publish(draft('device:d', 'a', '0'));
    router.apply([two], 8);
    router.publish(draft('device:d', 'a', '1'));
    router.publish(draft('device:d', 'b', '2'));
    await turn();
    expect([...sink.texts].sort()).toEqual(['0', '2']);
  });
});

describe('stopping', () => {
  it('settles everyone who waits and counts what was dropped', async () => {
    const { router, clock } = build('cloud', { size: 1, whenFull: 'block-source' });
    const sink = heldSink(true);
    router.attach('cloud', sink);
    const seen = [outcome(router.publish(draft('device:d', 't', '0')))];
    await turn();
    for (const text of ['1', '2']) seen.push(outcome(router.publish(draft('device:d', 't', text))));
    router.stop();
    await turn();
    expect(seen.map((one) => one.state)).toEqual(['waiting', 'gateway/stopping', 'gateway/stopping']);
    sink.batches[0]?.reject(full);
    await clock.advance(10_000);
    // It was not stored: whoever waited must not take it for done.
    expect(seen[0]?.state).toBe('gateway/stopping');
    seen.push(outcome(router.publish(draft('device:d', 't', '3'))));
    await turn();
    expect(seen[3]?.state).toBe('gateway/stopping');
    const route = router.routes()[0];
    expect(route?.books.view(route.waiting)).toEqual({ in: 4, out: 0, waiting: 0, dropped: { stopping: 4 }, balanced: true });
    expect([sink.texts, clock.pending]).toEqual([['0'], 0]);
  });

  it('settles what waits for its next attempt', async () => {
    const { router, clock } = build('cloud');
    const sink = heldSink(true);
    router.attach('cloud', sink);
    const seen = outcome(router.publish(draft('device:d', 't')));
    await turn();
    sink.batches[0]?.reject(full);
    await turn();
    router.stop();
    await clock.advance(10_000);
    expect([seen.state, sink.batches.length, clock.pending]).toEqual(['gateway/stopping', 1, 0]);
  });
});
