import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../core/base/errors.ts';
import type { Job, Ticket } from '../../../core/functions/invocation.ts';
import { CELL, type FromInstance } from '../../../core/functions/protocol.ts';
import { type InstanceRig, instanceOf, out, THROWN } from '../../fakes/functions/instance-rig.ts';
import { message } from '../../fakes/functions/rig.ts';

const MB = 1024 * 1024;

describe('an instance', () => {
  it('tells what its events gave, in order, what was seen before the end of each', () => {
    const rig = instanceOf();
    rig.begin(1, 2);
    const results = [[1, new Uint8Array(4)]] as const;
    rig.say(
      out(2, { failures: [[0, THROWN]], results, logs: [['info', 'x']], metrics: [{ name: 'n', kind: 'count', value: 2 }] }, [
        'a',
      ]),
    );
    expect(rig.said).toEqual([
      'ready',
      'info x',
      'metric n 2',
      'publish a hops 3 for 1',
      'published 1',
      'ended 1 3 no level -',
      'ended 2 3 ok 4',
      'room',
    ]);
    expect(rig.instance.inFlight).toBe(0);
  });

  it('says with a batch who waits for a result, and what belongs to an invocation', () => {
    const rig = instanceOf();
    rig.say({ t: 'ready', loadMs: 1 });
    const ticket: Ticket = { attempt: 2, requestId: 'r-1', settle() {} };
    const jobs: Job[] = [
      message({}, 1),
      { ...message({}, 2), ticket },
      { ...message({}, 3), ticket: { attempt: 3, requestId: 'r-2' } },
    ];
    rig.instance.send(jobs);
    expect(rig.sent[0]).toMatchObject({
      t: 'batch',
      extras: [
        { index: 1, requestId: 'r-1', clientContext: null, attempt: 2, wantsResult: true },
        { index: 2, requestId: 'r-2', clientContext: null, attempt: 3, wantsResult: false },
      ],
    });
  });

  it('has room for two batches, and for none once it is being ended', () => {
    const rig = instanceOf();
    expect(rig.instance.hasRoom()).toBe(false);
    rig.begin(1);
    expect([rig.instance.hasRoom(1), rig.instance.hasRoom()]).toEqual([false, true]);
    rig.instance.stop(1000);
    expect(rig.instance.hasRoom()).toBe(false);
    expect(rig.places[CELL.stop]).toBe(1);
  });
});

describe('the deadline of an instance', () => {
  it('ends it with the event that took too long', async () => {
    const rig = instanceOf();
    rig.begin(1, 2);
    rig.places[CELL.running] = 1;
    await rig.clock.advance(1200);
    expect(rig.terminated()).toBe(1);
    rig.die(1);
    expect(rig.end()?.end).toMatchObject({ kind: 'timeout', code: 'function/timeout' });
    expect(rig.end()?.wreck).toMatchObject({ culprit: { sequence: 1 }, rest: [{ sequence: 2 }], quiet: [] });
  });

  it('ends one that takes nothing, and blames what ended before', async () => {
    const rig = instanceOf('process');
    rig.begin(1);
    rig.say(out(1));
    rig.instance.send([message({}, 2)]);
    await rig.clock.advance(1200);
    rig.die(null);
    expect(rig.end()?.end).toMatchObject({
      kind: 'timeout',
      last: { sequence: 1 },
      message: expect.stringMatching(/its process$/),
    });
    expect(rig.end()?.wreck).toMatchObject({ culprit: undefined, rest: [{ sequence: 2 }] });
  });

  it('ends one that only feigns progress in its cell', async () => {
    const rig = instanceOf('process');
    rig.begin(1);
    for (let i = 0; rig.terminated() === 0 && i < 100; i += 1) {
      rig.places[CELL.running] = 1 + (i % 2);
      await rig.clock.advance(100);
    }
    expect(rig.terminated()).toBe(1);
    expect(rig.clock.monotonic()).toBeGreaterThan(4000);
  });

  it('lets many events take their time, as long as it tells of their ends', async () => {
    const rig = instanceOf();
    rig.begin(...Array.from({ length: 20 }, (_, i) => i));
    for (let i = 0; i < 20; i += 1) {
      rig.places[CELL.running] = i + 1;
      await rig.clock.advance(900);
      rig.say(out(1));
    }
    expect(rig.terminated()).toBe(0);
  });

  it.each<Extract<FromInstance, { thrown: unknown }>>([
    { t: 'uncaught', thrown: THROWN, running: false },
    { t: 'load-failed', thrown: { ...THROWN, code: 'function/load-failed' } },
  ])('ends one that has said its last words and does not end: $t', async (words) => {
    const rig = instanceOf();
    rig.begin();
    rig.say(words);
    await rig.clock.advance(900);
    expect(rig.terminated()).toBe(0);
    await rig.clock.advance(200);
    expect(rig.terminated()).toBe(1);
    rig.die(1);
    expect(rig.end()?.end.message).toMatch(/no level/);
  });

  it('bounds the lines of one that does not bound them itself', () => {
    const rig = instanceOf('process');
    rig.begin();
    for (let i = 0; i < 20; i += 1) rig.say(out(0, { logs: Array.from({ length: 100 }, () => ['info', 'x'.repeat(20_000)]) }));
    const lines = rig.said.filter((one) => one.startsWith('info'));
    expect(lines.length).toBe(400);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(9000);
  });

  it('ends one that is not loaded after 10 s', async () => {
    const rig = instanceOf();
    await rig.clock.advance(10_000);
    rig.say({ t: 'ready', loadMs: 1 });
    rig.die(1);
    expect(rig.said).toEqual([]);
    expect(rig.end()?.end).toMatchObject({ kind: 'load', message: expect.stringMatching(/not loaded after 10 s/) });
  });
});

describe('the end of an instance', () => {
  it.each<[string, (rig: InstanceRig) => void, object]>([
    [
      'an exit',
      (rig) => rig.die(3),
      { kind: 'crash', code: 'function/exited', exitCode: 3, message: /its own process with code 3/ },
    ],
    ['V8’s limit', (rig) => rig.die(null, { outOfMemory: true }), { kind: 'crash', code: 'function/out-of-memory' }],
    [
      'a signal',
      (rig) => rig.die(null, { cause: new Error('SIGKILL') }),
      { kind: 'crash', code: 'function/failed', message: /SIGKILL/ },
    ],
    [
      'an error that nobody caught',
      (rig) => {
        rig.say({ t: 'uncaught', thrown: THROWN, running: true });
        rig.die(1);
      },
      { kind: 'crash', code: 'function/failed', message: /nobody caught this: no level/, thrown: THROWN },
    ],
    [
      'too much scratch space',
      (rig) => {
        rig.instance.scratchFull();
        rig.die(null);
      },
      { kind: 'crash', code: 'function/scratch-full' },
    ],
    [
      'a stop',
      (rig) => {
        rig.instance.stop(100);
        rig.die(0);
      },
      { kind: 'stopped' },
    ],
    [
      '"stopped", which it was not asked to be',
      (rig) => {
        rig.say({ t: 'stopped' });
        rig.places[CELL.stop] = 1;
        rig.die(0);
      },
      { kind: 'crash', code: 'function/exited' },
    ],
  ])('by %s', (_what, how, { message: words, ...expected }: { message?: RegExp }) => {
    const rig = instanceOf('process');
    rig.begin(1);
    rig.places[CELL.running] = 1;
    how(rig);
    expect(rig.end()?.end).toMatchObject(expected);
    if (words) expect(rig.end()?.end.message).toMatch(words);
    expect(rig.instance.inFlight).toBe(0);
  });

  it('comes at once by a stop when the time is over', async () => {
    const rig = instanceOf();
    rig.begin(1);
    rig.instance.stop(500);
    await rig.clock.advance(499);
    expect(rig.terminated()).toBe(0);
    await rig.clock.advance(1);
    expect(rig.terminated()).toBe(1);
  });
});

describe('memory of an instance', () => {
  it.each<['thread' | 'process', number]>([
    ['thread', 10 * 2 + 16 + 1024],
    ['process', 10 * 2 + 16],
  ])('leaves V8 its own limit (%s)', (isolation, limit) => {
    expect(instanceOf(isolation).heapLimitMb()).toBe(limit);
  });

  it.each([
    [{ heapBytes: 36 * MB, externalBytes: 42 * MB, cpuMs: 5 }, undefined],
    [{ heapBytes: 37 * MB, externalBytes: 0, cpuMs: 5 }, 'function/out-of-memory'],
    [{ heapBytes: 0, externalBytes: 43 * MB, cpuMs: null }, 'function/out-of-memory'],
  ])('%j', async (sample, code) => {
    const rig = instanceOf();
    rig.begin(1);
    rig.holds(sample);
    rig.instance.sample();
    await rig.clock.advance(0);
    expect(rig.instance.use).toEqual(sample);
    if (rig.terminated() > 0) rig.die(null);
    expect(rig.end()?.end.code).toBe(code);
  });
});

describe('calls of an instance', () => {
  const call = (owner: number): FromInstance => ({ t: 'call', id: 7, owner, method: 'state.get', input: { key: 'a' } });

  it('go to the desk with the event that asks, and their answers come back', async () => {
    const rig = instanceOf('thread', async () => ({ value: 1, revision: 2 }));
    rig.begin(1);
    rig.say(call(0));
    rig.say(call(-1));
    await rig.clock.advance(0);
    expect(rig.asked.map(({ facts }) => facts)).toEqual([
      { function: 'alarm', hops: 2, traceId: undefined },
      { function: 'alarm', hops: 0, traceId: undefined },
    ]);
    expect(rig.sent.at(-1)).toEqual({ t: 'answer', id: 7, value: { value: 1, revision: 2 }, fault: null });
  });

  it.each([
    [
      new GatewayError('function/denied', 'not this', { details: { status: 403 } }),
      { code: 'function/denied', message: 'not this', details: { status: 403 } },
    ],
    [new Error('the password is 7'), { code: 'gateway/internal', message: 'The call failed.', details: {} }],
  ])('tell a refusal as data: %s', async (cause, fault) => {
    const rig = instanceOf('thread', async () => {
      throw cause;
    });
    rig.begin(1);
    rig.say(call(0));
    await rig.clock.advance(0);
    expect(rig.sent.at(-1)).toEqual({ t: 'answer', id: 7, value: null, fault });
  });

  it('are given up when it ends', async () => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const rig = instanceOf('thread', () => promise);
    rig.begin(1);
    rig.say(call(0));
    rig.die(0);
    expect(rig.asked[0]?.signal.aborted).toBe(true);
    const before = rig.sent.length;
    resolve(1);
    await rig.clock.advance(0);
    expect(rig.sent).toHaveLength(before);
  });
});
