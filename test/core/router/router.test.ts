import { describe, expect, it } from 'vitest';
import type { Message } from '../../../core/contract/message.ts';
import { buildRouter, draft, openSink, outcome, subscription, textOf, turn } from './router-under-test.ts';

describe('the router', () => {
  it.each([
    ['device:*', ['device:a', 'device:b']],
    ['device:a', ['device:a']],
    ['function:*', ['function:f']],
    ['function:f', ['function:f']],
    ['local', ['client:x', 'client:y']],
    ['cloud', ['cloud:cloud']],
  ] as const)('takes for the source %s what comes from %j', async (source, wanted) => {
    const { router } = buildRouter();
    const sink = openSink();
    router.attach('history', sink);
    router.apply([subscription('r', source, '#', 'history')], 8);
    for (const from of ['device:a', 'device:b', 'function:f', 'client:x', 'client:y', 'cloud:cloud', 'system:system'] as const) {
      router.publish(draft(from, 't', from));
    }
    await turn();
    expect(sink.texts).toEqual(wanted);
  });

  it('stamps the message with sequence, time, boot and hops', async () => {
    const { router, clock } = buildRouter();
    const sink = openSink();
    router.attach('history', sink);
    router.apply([subscription('r', 'device:*', '#', 'history')], 8);
    await clock.advance(500);
    router.publish(draft('device:a', 't'));
    router.publish(draft('device:b', 't'));
    router.publish(draft('device:a', 't', '', 3));
    await turn();
    expect(sink.messages.map((one) => [one.source.id, one.sequence, one.hops])).toEqual([
      ['a', 1, 0],
      ['b', 1, 0],
      ['a', 2, 3],
    ]);
    expect(sink.messages[0]?.at).toEqual({ wallMs: clock.now(), monoMs: 500, bootId: 'boot', trust: 'synced' });
  });

  it('gives one time to what is published together, and again each its own afterwards, also when that failed', () => {
    const { router, clock } = buildRouter();
    const seen: Message[] = [];
    router.tap((message) => seen.push(message));
    const one = (): void => {
      void router.publish(draft('device:meter', 'a'));
      clock.jumpWall(5);
    };
    router.together(() => {
      one();
      router.together(one);
      one();
    });
    one();
    const failing = (): void =>
      router.together(() => {
        one();
        throw new Error('no');
      });
    expect(failing).toThrow('no');
    one();
    const [first = 0, ...others] = seen.map(({ at }) => at.wallMs);
    expect(others.map((at) => at - first)).toEqual([0, 0, 15, 20, 25]);
  });

  it('counts on where a source publishes what nobody wants', async () => {
    const { router } = buildRouter();
    const sink = openSink();
    router.attach('history', sink);
    router.apply([subscription('r', 'device:*', 'a', 'history')], 8);
    for (const topic of ['a', 'b', 'a']) expect(router.publish(draft('device:d', topic))).toBeUndefined();
    await turn();
    expect(sink.messages.map((one) => one.sequence)).toEqual([1, 3]);
  });

  it('keeps the sequence of a device while thousands of clients come and go', async () => {
    const { router } = buildRouter();
    const sink = openSink();
    router.attach('history', sink);
    router.apply([subscription('r', 'device:*', '#', 'history')], 8);
    router.publish(draft('device:d', 't'));
    for (let i = 0; i < 20_500; i += 1) router.publish(draft(`client:c${i}`, 't'));
    router.publish(draft('device:d', 't'));
    await turn();
    expect(sink.messages.map((one) => one.sequence)).toEqual([1, 2]);
  });

  it.each(['', 'a/#', '+', 'a\u0000', 'x'.repeat(257)])('refuses the topic %j', async (topic) => {
    const { router } = buildRouter();
    await expect(router.publish(draft('client:x', topic))).rejects.toMatchObject({ code: 'router/bad-topic' });
  });

  it('stops what goes in circles and says so once in a while, with the remedy', async () => {
    const { router, records, clock } = buildRouter();
    const sink = openSink();
    router.attach('history', sink);
    router.apply([subscription('r', 'function:*', '#', 'history')], 2);
    for (const hops of [1, 2, 3, 4, 5]) router.publish(draft('function:f', 't', String(hops), hops));
    await turn();
    expect(sink.texts).toEqual(['1', '2']);
    const warnings = () => records.filter((one) => one.event === 'router.hop-limit');
    expect(warnings()).toHaveLength(1);
    expect(warnings()[0]?.message).toContain('"t"');
    await clock.advance(10_001);
    router.publish(draft('function:f', 't', '', 3));
    expect(warnings()).toHaveLength(2);
  });

  it('leads one message over several routes, and waits for all durable ones', async () => {
    const { router } = buildRouter();
    const [history, local, cloud] = [openSink(), openSink(), openSink(true)];
    router.attach('history', history);
    router.attach('local', local);
    router.attach('cloud', cloud);
    router.apply(
      [
        subscription('r1', 'local', 'a/#', 'history'),
        subscription('r2', 'local', 'a/+', 'cloud'),
        subscription('r3', 'local', '#', 'cloud'),
        subscription('r4', 'local', 'b', 'local'),
      ],
      8,
    );
    const seen = outcome(router.publish(draft('client:x', 'a/b', 'm')));
    expect(seen.state).toBe('waiting');
    await turn();
    expect(seen.state).toBe('done');
    expect([history.texts, cloud.texts, local.texts]).toEqual([['m'], ['m', 'm'], []]);
  });

  it('shows a wildcard source as one edge for each device, with their own rate and last time', async () => {
    const { router, clock } = buildRouter();
    router.attach('history', openSink());
    router.apply([subscription('all', 'device:*', '#', 'history'), subscription('one', 'device:a', '#', 'history')], 8);
    expect(router.edges().map((edge) => edge.id)).toEqual(['one']);
    await clock.advance(1000);
    for (let i = 0; i < 4; i += 1) router.publish(draft('device:a', 't'));
    router.publish(draft('device:b', 't'));
    await clock.advance(1000);
    const shown = router.edges().map((edge) => [edge.id, edge.from, edge.rate.perS(clock.monotonic()), edge.lastAt]);
    const at = clock.now() - 1000;
    expect(shown).toEqual([
      ['one', 'device:a', 4, at],
      ['all/a', 'device:a', 4, at],
      ['all/b', 'device:b', 1, at],
    ]);
    expect(router.rateOf('device:a')).toEqual({ inPerS: 0, outPerS: 4 });
    expect(router.rateOf('history')).toEqual({ inPerS: 9, outPerS: 0 });
    await clock.advance(7000);
    expect(router.rateOf('device:a')).toEqual({ inPerS: 0, outPerS: 0 });
  });

  it('sums what all local clients send', async () => {
    const { router, clock } = buildRouter();
    for (const id of ['x', 'y', 'z'] as const) router.publish(draft(`client:${id}`, 't'));
    await clock.advance(1000);
    expect(router.rateOf('local').outPerS).toBe(3);
  });

  it('lets taps see every message with its edge, and null where nobody wants it', () => {
    const { router } = buildRouter();
    router.apply([subscription('r', 'device:*', 'a', 'history'), subscription('s', 'device:d', '#', 'history')], 8);
    const seen: string[] = [];
    const stop = router.tap((message, edge) => seen.push(`${message.topic} ${edge?.id ?? null}`));
    router.publish(draft('device:d', 'a'));
    router.publish(draft('device:d', 'b'));
    router.publish(draft('device:e', 'b'));
    stop();
    router.publish(draft('device:d', 'a'));
    expect(seen).toEqual(['a r/d', 'a s', 'b s', 'b null']);
  });

  it('reports each hop of a traced message', async () => {
    const { router, traces } = buildRouter();
    router.attach('cloud', openSink(true));
    router.attach('history', openSink());
    router.apply([subscription('up', 'device:d', '#', 'cloud'), subscription('keep', 'device:d', '#', 'history')], 8);
    router.publish(draft('device:d', 't'));
    await turn();
    expect(traces.traces()[0]?.hops.map((hop) => `${hop.kind} ${hop.place}`)).toEqual([
      'published device:d',
      'routed up',
      'routed keep',
      'stored cloud',
      'delivered history',
    ]);
  });

  it('leaves out subscriptions that are switched off', async () => {
    const { router } = buildRouter();
    const sink = openSink();
    router.attach('history', sink);
    router.apply([subscription('r', 'device:*', '#', 'history', { enabled: false })], 8);
    router.publish(draft('device:d', 't'));
    await turn();
    expect([sink.messages, router.routes()]).toEqual([[], []]);
  });

  it('delivers in the order of publishing, in batches', async () => {
    const { router } = buildRouter();
    const sink = openSink();
    router.attach('history', sink);
    router.apply([subscription('r', 'device:*', '#', 'history', { queue: { size: 1000 } })], 8);
    for (let i = 0; i < 600; i += 1) router.publish(draft('device:d', 't', String(i)));
    await turn();
    expect(sink.messages.map(textOf)).toEqual(Array.from({ length: 600 }, (_, i) => String(i)));
  });
});
