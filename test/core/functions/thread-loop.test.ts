import { describe, expect, it } from 'vitest';
import type { Handler } from '../../../core/functions/lambda/contract.ts';
import { createOutbox } from '../../../core/functions/outbox.ts';
import { packEvents, unpackOutbox } from '../../../core/functions/packing.ts';
import { CELL, type EventExtra, type FromInstance, type OutMessage } from '../../../core/functions/protocol.ts';
import { createThreadLoop } from '../../../core/functions/thread-loop.ts';

function loopOf(call: Handler['call'], takesCallback = false) {
  const sent: FromInstance[] = [];
  let now = 0;
  const places = new Int32Array(CELL.size);
  const cell = {
    load: (place: number): number => places[place] ?? 0,
    store: (place: number, value: number): void => {
      places[place] = value;
    },
  };
  const outbox = createOutbox({ monotonic: () => now, send: (message) => sent.push(message), soon() {}, unsent: () => false });
  const data = {
    name: 'alarm',
    version: 1,
    path: '',
    directory: '/nowhere',
    handler: ['handler'],
    encoding: 'json',
    functionArn: 'arn:aws:lambda:local:000000000000:function:alarm:1',
    longLived: false,
  } as const;
  const limits = { timeoutMs: 100, memoryMb: 8, maxPublishes: 5, requestPrefix: '00000000-0000-0000-0000-' };
  const loop = createThreadLoop(
    { takesCallback, call },
    {
      data: { ...data, ...limits },
      cell,
      outbox,
      line: { answer() {} },
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
      await this.batch(first, payloads, []);
    },
    async batch(first: number, payloads: readonly unknown[], extras: readonly EventExtra[]): Promise<void> {
      const source = { kind: 'device', id: 'meter' } as const;
      const events = payloads.map((one) => ({ topic: 'in', source, payload: Buffer.from(JSON.stringify(one)) }));
      loop.receive({ t: 'batch', first, ...packEvents(events), extras });
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

  it('counts for an event only the time from its own beginning', async () => {
    const loop = loopOf((event) => loop.pass((event as { ms: number }).ms));
    await loop.events(0, { ms: 0.1 }, { ms: 0.2 });
    loop.pass(50);
    await loop.events(2, { ms: 0.3 });
    const times = loop.outs().flatMap(({ bytes, count }) => [...unpackOutbox(bytes, count, 0).times]);
    expect(times.map((ms) => Number(ms.toFixed(3)))).toEqual([0, 0.1, 0.1, 0.2, 50.3, 0.3]);
  });

  it('says a topic once, however often it is published to, in any form of payload', async () => {
    const loop = loopOf(() => [
      { topic: 'a', payload: 'Größe' },
      { topic: 'b', payload: { n: 1 } },
      { topic: 'a', payload: new Uint8Array([1, 2]) },
      { topic: 'a', payload: `${'x'.repeat(40_000)}ü` },
    ]);
    await loop.events(0, {});
    const [out] = loop.outs();
    expect(out?.publishes).toMatchObject({ count: 4, topics: ['a', 'b'] });
    const { publishes } = unpackOutbox(out?.bytes ?? new ArrayBuffer(0), 1, 4);
    expect(publishes.map(({ topic }) => topic)).toEqual([0, 1, 0, 0]);
    expect(publishes.map(({ payload }) => Buffer.from(payload).toString())).toEqual([
      'Größe',
      '{"n":1}',
      '\u0001\u0002',
      `${'x'.repeat(40_000)}ü`,
    ]);
  });

  it('marks in shared memory what ended with nothing left to tell', async () => {
    const seen: number[] = [];
    const loop = loopOf((event) => {
      seen.push(loop.cell.load(CELL.clean));
      return (event as { publish?: boolean }).publish ? { topic: 'out', payload: 1 } : undefined;
    });
    await loop.events(7, {}, {}, { publish: true }, {}, {});
    expect(seen).toEqual([0, 8, 9, 9, 9]);
    expect(loop.cell.load(CELL.running)).toBe(0);
  });

  it('begins no further event once it is told to stop', async () => {
    let calls = 0;
    const loop = loopOf(() => {
      calls += 1;
      loop.cell.store(CELL.stop, 1);
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

describe('an event of which more was said than a message says', () => {
  const extra = (index: number, more: Partial<EventExtra> = {}): EventExtra => ({
    index,
    requestId: `request-${index}`,
    attempt: 1,
    clientContext: null,
    wantsResult: true,
    ...more,
  });
  const text = (out: OutMessage | undefined): (readonly [number, string])[] =>
    (out?.results ?? []).map(([index, bytes]) => [index, Buffer.from(bytes).toString()]);

  it('sends back the results that somebody waits for, and no others', async () => {
    const loop = loopOf((event) => event);
    await loop.batch(0, [{ a: 1 }, { b: 2 }, 3], [extra(1), extra(2)]);
    expect(text(loop.outs()[0])).toEqual([
      [1, '{"b":2}'],
      [2, '3'],
    ]);
  });

  it('hands its request id, attempt and client context to the handler', async () => {
    const seen: unknown[] = [];
    const loop = loopOf((_event, context) => {
      const { awsRequestId, clientContext, gatehouse } = context;
      seen.push([awsRequestId, clientContext.custom, clientContext.Custom === clientContext.custom, gatehouse.attempt]);
    });
    await loop.batch(0, [{}, {}], [extra(1, { attempt: 3, clientContext: { custom: { k: 'v' } } })]);
    expect(seen).toEqual([
      ['00000000-0000-0000-0000-000000000001', { subject: 'in' }, true, 1],
      ['request-1', { k: 'v', subject: 'in' }, true, 3],
    ]);
  });

  it('fails an invocation whose promised result JSON cannot say, but not for a plain return, which is no result in Lambda', async () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    const promised = loopOf(async () => circle);
    await promised.batch(0, [{}, {}], [extra(1)]);
    expect(promised.outs().flatMap(({ failures }) => failures.map(([index, { message }]) => [index, message]))).toEqual([
      [0, expect.stringMatching(/result cannot be written as JSON/)],
      [1, expect.stringMatching(/result cannot be written as JSON/)],
    ]);
    const plain = loopOf(() => circle);
    await plain.batch(0, [{}, {}], [extra(1)]);
    expect(plain.outs().flatMap(({ failures }) => failures)).toEqual([]);
    expect(text(plain.outs()[0])).toEqual([[1, 'null']]);
  });

  it('tells a failure in Lambda’s words', async () => {
    const loop = loopOf(() => {
      throw Object.assign(new RangeError('too high'), { code: 'E_LEVEL' });
    });
    await loop.batch(0, [{}], [extra(0)]);
    const [, thrown] = loop.outs()[0]?.failures[0] ?? [];
    expect(thrown).toMatchObject({ errorType: 'E_LEVEL', errorMessage: 'too high' });
    expect(thrown?.stackTrace[0]).toBe('RangeError: too high');
    expect(loop.outs()[0]?.results).toEqual([]);
  });
});
