import { describe, expect, it } from 'vitest';
import { type Handler, invoke } from '../../../core/functions/lambda/handler.ts';
import { createOutbox } from '../../../core/functions/outbox.ts';
import { packPayloads, unpackOutbox } from '../../../core/functions/packing.ts';
import { CELL, type FromThread, type OutMessage } from '../../../core/functions/protocol.ts';
import { createThreadLoop } from '../../../core/functions/thread-loop.ts';

function loopOf(call: Handler['call'], takesCallback = false) {
  const sent: FromThread[] = [];
  let now = 0;
  const cell = new Int32Array(CELL.size);
  const outbox = createOutbox({ monotonic: () => now, send: (message) => sent.push(message), soon() {} });
  const data = {
    cell,
    name: 'alarm',
    version: 1,
    path: '',
    directory: '/nowhere',
    handler: 'handler',
    encoding: 'json',
  } as const;
  const limits = { timeoutMs: 100, memoryMb: 8, maxPublishes: 5, requestPrefix: '00000000-0000-0000-0000-' };
  const loop = createThreadLoop(
    { takesCallback, call },
    {
      data: { ...data, ...limits },
      outbox,
      emptyLoop: { onEmpty: () => () => {} },
      monotonic: () => now,
      sharedOffsetMs: 0,
      send: (message) => sent.push(message),
    },
  );
  const outs = (): OutMessage[] => sent.filter((message) => message.t === 'out');
  return {
    cell,
    sent,
    outs,
    pass: (ms: number): void => {
      now += ms;
    },
    async events(first: number, ...payloads: unknown[]): Promise<void> {
      const bytes = packPayloads(payloads.map((one) => Buffer.from(JSON.stringify(one))));
      loop.receive({ t: 'batch', first, topics: payloads.map(() => 'in'), sources: payloads.map(() => 'device:meter'), bytes });
      await new Promise((done) => setImmediate(done));
    },
    topics: () => outs().flatMap(({ publishes }) => publishes.topics),
  };
}

describe('the loop of a thread', () => {
  it('tells of a quick batch in one message', async () => {
    const loop = loopOf((event) => ({ topic: `out/${(event as { n: number }).n}`, payload: event }));
    await loop.events(0, { n: 1 }, { n: 2 }, { n: 3 });
    const [out, ...more] = loop.outs();
    expect(more).toEqual([]);
    expect(out).toMatchObject({
      count: 3,
      failures: [],
      publishes: { first: 0, topics: ['out/1', 'out/2', 'out/3'], answer: false },
    });
    const { publishes } = unpackOutbox(out?.bytes ?? new ArrayBuffer(0), 3, 3);
    expect(publishes.map(({ owner }) => owner)).toEqual([0, 1, 2]);
  });

  it('tells what is ready before the next call when the last telling is old', async () => {
    const loop = loopOf(() => {
      loop.pass(2);
      return { topic: 'out', payload: 1 };
    });
    await loop.events(0, {}, {}, {});
    expect(loop.outs().map(({ count, publishes }) => [publishes.first, count])).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
    ]);
  });

  it('marks in shared memory what ended with nothing left to tell', async () => {
    const seen: number[] = [];
    const loop = loopOf((event) => {
      seen.push(Atomics.load(loop.cell, CELL.clean));
      return (event as { publish?: boolean }).publish ? { topic: 'out', payload: 1 } : undefined;
    });
    await loop.events(7, {}, {}, { publish: true }, {}, {});
    expect(seen).toEqual([0, 8, 9, 9, 9]);
    expect(Atomics.load(loop.cell, CELL.running)).toBe(0);
  });

  it('begins no further event once it is told to stop', async () => {
    let calls = 0;
    const loop = loopOf(() => {
      calls += 1;
      Atomics.store(loop.cell, CELL.stop, 1);
    });
    await loop.events(0, {}, {}, {});
    expect(calls).toBe(1);
    expect(loop.outs()[0]?.count).toBe(1);
    expect(loop.sent.at(-1)).toEqual({ t: 'stopped' });
  });

  it('keeps the count of serials over their end', async () => {
    const loop = loopOf(() => ({ topic: 'out', payload: 1 }));
    await loop.events(2 ** 30 - 1, {}, {});
    const [out] = loop.outs();
    expect(unpackOutbox(out?.bytes ?? new ArrayBuffer(0), 2, 2).publishes.map(({ owner }) => owner)).toEqual([2 ** 30 - 1, 0]);
  });

  it('refuses a publish without a topic or with a wrong qos', async () => {
    const loop = loopOf((event, context) => {
      const { topic, qos } = event as { topic: string; qos: 0 };
      return context.gatehouse.publish(topic, 'x', { qos });
    });
    await loop.events(0, { topic: '', qos: 0 });
    await loop.events(1, { topic: 'out', qos: 3 });
    expect(loop.outs().flatMap(({ failures }) => failures.map(([, { message }]) => message))).toEqual([
      expect.stringMatching(/publish needs a topic/),
      expect.stringMatching(/publish to "out": qos must be 0, 1 or 2/),
    ]);
  });
});

describe('the three ways of a handler', () => {
  const context = {} as Parameters<typeof invoke>[2];
  const never = { onEmpty: () => () => {} };

  it('takes the first callback and lets its error win', async () => {
    const twice = invoke({ takesCallback: true, call: (_e, _c, done) => [done(null, 1), done(null, 2)] }, {}, context, never);
    expect(twice).toBe(1);
    const late = invoke(
      { takesCallback: true, call: (_e, _c, done) => void queueMicrotask(() => done('bad', 1)) },
      {},
      context,
      never,
    );
    await expect(late).rejects.toBe('bad');
  });

  it('prefers a promise, and takes a plain return only without a callback', async () => {
    await expect(invoke({ takesCallback: true, call: async () => 3 }, {}, context, never)).resolves.toBe(3);
    expect(invoke({ takesCallback: false, call: () => 4 }, {}, context, never)).toBe(4);
    const empty = {
      onEmpty(fn: () => void) {
        queueMicrotask(fn);
        return () => {};
      },
    };
    await expect(invoke({ takesCallback: true, call: () => 5 }, {}, context, empty)).resolves.toBeNull();
  });
});
