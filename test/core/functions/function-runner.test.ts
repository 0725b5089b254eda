import { afterEach, describe, expect, it } from 'vitest';
import { closeHouses, house, life, request, slow } from '../../fakes/functions/house.ts';

afterEach(closeHouses);

describe('instances on demand', () => {
  it('starts the ones that are kept warm, and no more for what one can do', async () => {
    const { rig, double, clock, send } = await house({ concurrency: 4 });
    expect(rig.view()).toMatchObject({ threads: 1, state: 'running', cold: { count: 1 } });
    for (let n = 0; n < 50; n += 1) {
      send({ n });
      await clock.advance(50);
    }
    expect([double.started, rig.view().invocations]).toEqual([1, 50]);
  });

  it('starts more for events that take long, up to its concurrency', async () => {
    const { rig, double, clock, send } = await house({ concurrency: 3 });
    for (let n = 0; n < 6; n += 1) send(slow(n, 1000));
    await clock.advance(300);
    expect([double.started, rig.view().threads]).toEqual([3, 3]);
    await clock.advance(5000);
    expect(rig.view()).toMatchObject({ invocations: 6, books: { in: 6, out: 6, waiting: 0, balanced: true } });
    expect(double.started).toBe(3);
  });

  it('starts another when work lies untouched behind one that hangs, whatever was usual', async () => {
    const { rig, double, clock, send } = await house({ concurrency: 2, timeoutMs: 60_000 });
    for (let n = 0; n < 100; n += 1) send({ n });
    await clock.advance(1000);
    expect(double.started).toBe(1);
    send({ n: 100, how: 'hang' });
    await clock.advance(10);
    for (let n = 101; n < 400; n += 1) send({ n });
    await clock.advance(1000);
    expect([double.started, rig.view().threads]).toEqual([2, 2]);
  });

  it('ends what has had nothing to do, and keeps the warm ones', async () => {
    const { rig, clock, send } = await house({ concurrency: 3, keepWarm: 1, idleMs: 5000, timeoutMs: 20_000 });
    for (let n = 0; n < 3; n += 1) send(slow(n, 1000));
    await clock.advance(5500);
    expect(rig.view().threads).toBe(3);
    await clock.advance(2000);
    expect(rig.view().threads).toBe(1);
    expect(rig.view()).toMatchObject({ restarts: 0, failures: 0 });
    // One that works is not idle, however long it takes.
    send(slow(8, 15_000));
    await clock.advance(14_000);
    expect(rig.view()).toMatchObject({ threads: 1, queue: 1 });
  });

  it('starts none before the first event, and ends the last, with keepWarm 0', async () => {
    const { rig, double, clock, send } = await house({ keepWarm: 0, idleMs: 1000 });
    expect([double.started, rig.view().state]).toEqual([0, 'running']);
    send({ n: 1 });
    await clock.advance(100);
    expect([double.started, rig.view().threads, rig.view().invocations]).toEqual([1, 1, 1]);
    await clock.advance(3000);
    expect([rig.view().threads, double.alive, rig.view().state]).toEqual([0, 0, 'running']);
    send({ n: 2 });
    await clock.advance(100);
    expect([double.started, rig.view().invocations, rig.view().cold.count]).toEqual([2, 2, 2]);
  });

  it('keeps a long-lived function’s one instance', async () => {
    const { rig, double, clock } = await house({ lifetime: 'long-lived', keepWarm: 0, idleMs: 1000 });
    await clock.advance(600_000);
    expect([double.started, rig.view().threads]).toEqual([1, 1]);
  });

  it('does not start others while it recovers from one that crashed', async () => {
    const { rig, double, clock, send } = await house({ concurrency: 4 });
    send({ n: 1, how: 'exit' });
    await clock.advance(20);
    for (let n = 2; n < 6; n += 1) send(slow(n));
    expect([double.alive, rig.view().state]).toEqual([0, 'restarting']);
    await clock.advance(5000);
    expect(rig.view()).toMatchObject({ invocations: 5, failures: 1, state: 'running', books: { balanced: true } });
  });

  it('parks at the third failed load, and says so to all who wait', async () => {
    const { rig, clock } = await house({ keepWarm: 0 }, { broken: () => true });
    const invoked = rig.runner.invoke(request({ n: 1 }), life);
    const refused = expect(invoked).rejects.toMatchObject({ code: 'function/parked' });
    rig.send({ n: 2 });
    await clock.advance(5000);
    await refused;
    expect(rig.view()).toMatchObject({ state: 'parked', threads: 0, lastError: { code: 'function/load-failed' } });
    expect(rig.view().books).toEqual({ in: 2, out: 0, waiting: 0, dropped: { parked: 2 }, balanced: true });
    const [letter, ...others] = await rig.failed.list('alarm', null, 10);
    expect([letter?.code, letter?.message.sequence, others]).toEqual(['function/parked', 1, []]);
  });

  it('is parked with the reason where it is to be a process and none can be started', async () => {
    const { rig } = await house({ isolation: 'process' });
    expect(rig.view()).toMatchObject({ state: 'parked', lastError: { code: 'function/isolation-unavailable' } });
  });

  it('shows its instances', async () => {
    const { rig, clock, send } = await house({ concurrency: 2, keepWarm: 2 });
    send({ n: 1, ms: 2000, topic: 'plant/slow' });
    await clock.advance(500);
    expect(rig.runner.instances()).toEqual([
      expect.objectContaining({ id: 'alarm/1', state: 'busy', coldMs: 10, event: { topic: 'plant/slow', forMs: 500 } }),
      expect.objectContaining({ id: 'alarm/2', state: 'idle', invocations: 0, event: null, version: 4 }),
    ]);
  });
});

describe('retries', () => {
  const config = { retries: { count: 2, firstDelayMs: 1000, maxDelayMs: 60_000 } };

  it('tries again after growing pauses, under the same request id, then keeps the event', async () => {
    const { rig, double, clock, send } = await house(config);
    send({ n: 1, how: 'throw' });
    await clock.advance(10);
    expect(rig.view()).toMatchObject({
      failures: 1,
      retrying: 1,
      queue: 1,
      books: { in: 1, out: 0, waiting: 1, balanced: true },
    });
    await clock.advance(60_000);
    // Without chance the pauses are half of what they may be.
    const [first, second, third] = double.runs;
    expect(double.runs).toHaveLength(3);
    expect([(second?.from ?? 0) - (first?.from ?? 0), (third?.from ?? 0) - (second?.from ?? 0)]).toEqual([500, 1000]);
    expect(first?.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(second?.requestId).toBe(first?.requestId);
    expect(third?.requestId).toBe(second?.requestId);
    expect(rig.view()).toMatchObject({ invocations: 3, failures: 3, retries: 2, retrying: 0, failedEvents: 1 });
    expect(rig.view().books).toEqual({ in: 1, out: 1, waiting: 0, dropped: {}, balanced: true });
    const [letter] = await rig.failed.list('alarm', null, 10);
    expect(letter).toMatchObject({ function: 'alarm', version: 4, attempts: 3, code: 'function/failed', error: 'bad 1' });
    expect(letter?.requestId).toBe(third?.requestId);
  });

  it('of what crashed its instance, too; without dead letters the event is only counted', async () => {
    const { rig, clock, send } = await house({ timeoutMs: 100, retries: { count: 1, firstDelayMs: 10, deadLetter: false } });
    send({ n: 1, how: 'hang' }, { n: 2, how: 'exit' });
    await clock.advance(20_000);
    expect(rig.view()).toMatchObject({
      failures: 4,
      timeouts: 2,
      retries: 2,
      failedEvents: 0,
      books: { out: 2, balanced: true },
    });
  });

  it('holds the key of an event until it is done with', async () => {
    const { double, clock, send } = await house({ ...config, orderBy: 'topic' });
    send({ n: 1, how: 'throw', topic: 'a' }, { n: 2, topic: 'a' }, { n: 3, topic: 'b' });
    await clock.advance(60_000);
    expect(double.runs.map(({ n }) => n)).toEqual([1, 3, 1, 1, 2]);
  });

  it('lets later events pass without a key', async () => {
    const { runs, clock, send } = await house(config);
    send({ n: 1, how: 'throw' }, { n: 2 });
    await clock.advance(60_000);
    expect(runs()).toEqual([1, 2, 1, 1]);
  });

  it('never of what somebody waits for', async () => {
    const { rig, double, clock } = await house(config);
    const invoked = rig.runner.invoke(request({ n: 1, how: 'throw' }), life);
    await clock.advance(60_000);
    expect((await invoked).functionError).toBe('Handled');
    expect(double.runs).toHaveLength(1);
    expect(rig.view()).toMatchObject({ retries: 0, failedEvents: 0 });
  });

  it('keeps what waited for its next attempt when it stops', async () => {
    const { rig, clock, send } = await house(config);
    send({ n: 1, how: 'throw' });
    await clock.advance(10);
    const stopped = rig.runner.stop();
    await clock.advance(5000);
    await stopped;
    expect(rig.view().books).toEqual({ in: 1, out: 0, waiting: 0, dropped: { stopping: 1 }, balanced: true });
    const letters = await rig.failed.list('alarm', null, 10);
    expect(letters).toMatchObject([{ code: 'function/stopped', attempts: 1 }]);
    expect(letters[0]?.error).toContain('bad 1');
  });

  it('takes an event of the dead-letter list again as the first attempt', async () => {
    const { rig, double, clock, send } = await house({ retries: { count: 0 } });
    send({ n: 1, how: 'throw' });
    await clock.advance(10);
    const [letter] = await rig.failed.take('alarm', null);
    if (letter) rig.runner.retry(letter);
    await clock.advance(10);
    expect(double.runs.map(({ n, requestId }) => [n, requestId])).toEqual([
      [1, ''],
      [1, letter?.requestId ?? expect.stringMatching(/^[0-9a-f-]{36}$/)],
    ]);
    expect(rig.view().failedEvents).toBe(1);
  });

  it('says what the store did not take', async () => {
    const add = (): Promise<void> => Promise.reject(new Error('disk full'));
    const failed = { add, counts: () => new Map<string, number>() };
    const { rig, clock, send } = await house({}, {}, { deps: { failed: { ...failed } as never } });
    send({ n: 1, how: 'throw' });
    await clock.advance(10);
    expect(rig.records.filter(({ event }) => event === 'function.dead-letters-lost')).toHaveLength(1);
    expect(rig.view().books).toMatchObject({ out: 1, balanced: true });
  });
});

describe('a stop', () => {
  const config = { concurrency: 1, timeoutMs: 60_000, retries: { count: 2, firstDelayMs: 1000, deadLetter: false } };
  async function leaving() {
    const { rig, clock, send, runs } = await house(config);
    send({ n: 1, how: 'throw' });
    await clock.advance(10);
    send({ n: 2, how: 'hang' });
    for (let n = 3; n < 8; n += 1) send({ n });
    const asked = expect(rig.runner.invoke(request({ n: 8 }), life)).rejects.toMatchObject({ code: 'gateway/stopping' });
    await clock.advance(10);
    expect(runs()).toEqual([1, 2]);
    const stopped = rig.runner.stop();
    await clock.advance(5000);
    await Promise.all([stopped, asked]);
    return rig;
  }

  it('loses nothing that was taken in: what was not done with is kept, also without dead letters', async () => {
    const rig = await leaving();
    expect(rig.view().books).toMatchObject({ in: 8, waiting: 0, balanced: true });
    const letters = await rig.failed.list('alarm', null, 10);
    const numbers = letters.map(({ message }) => JSON.parse(Buffer.from(message.payload).toString()).n);
    expect(numbers.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(new Set(letters.map(({ code }) => code))).toEqual(new Set(['function/stopped']));
  });

  it('is no end for them: the next start begins with them, in their order and with the attempts that are left', async () => {
    const { failed } = await leaving();
    const [first] = (await failed.list('alarm', null, 10)).filter(({ attempts }) => attempts === 1);
    if (first) await failed.add([{ ...first, code: 'function/failed' }]);
    const next = await house(config, {}, { deps: { failed } });
    next.send({ n: 9 });
    expect(next.runs()).toEqual([1, 2]);
    expect(next.double.runs[0]?.requestId).toBe(first?.requestId);
    expect(failed.counts().get('alarm')).toBe(1); // what had failed for good stays where it is
  });

  it('keeps more than dead letters may come at once', async () => {
    const { rig, clock, send } = await house({ queue: { size: 5000 }, timeoutMs: 60_000 });
    rig.runner.pause(true);
    for (let n = 0; n < 3000; n += 1) send({ n });
    const stopped = rig.runner.stop();
    await clock.advance(5000);
    await stopped;
    expect(rig.failed.counts().get('alarm')).toBe(3000);
  });
});

describe('invocation', () => {
  it('answers with the result, its timing, and whether an instance had to be started', async () => {
    const { rig, clock } = await house({ keepWarm: 0 });
    const first = rig.runner.invoke(request(slow(7)), life);
    await clock.advance(500);
    expect(await first).toMatchObject({
      functionError: '',
      statusCode: 200,
      durationMs: 100,
      cold: true,
      logs: [],
      published: [],
    });
    expect((await first).waitedMs).toBeGreaterThanOrEqual(10);
    expect(Buffer.from((await first).payload).toString()).toBe('7');
    const second = rig.runner.invoke(request({ n: 8 }), life);
    await clock.advance(500);
    expect(await second).toMatchObject({ cold: false });
    expect((await second).requestId).not.toBe((await first).requestId);
  });

  it.each([
    ['throw', 'Handled', 'Error', /^bad 1$/],
    ['hang', 'Unhandled', 'Sandbox.Timedout', /^[0-9a-f-]{36} Task timed out after 0\.30 seconds$/],
    ['exit', 'Unhandled', 'Runtime.ExitError', /exit status 3/],
  ] as const)('answers in Lambda’s words when the event ends by %s', async (how, functionError, errorType, message) => {
    const { rig, clock } = await house({ timeoutMs: 300 });
    const invoked = rig.runner.invoke(request({ n: 1, how }), life);
    await clock.advance(1000);
    const outcome = await invoked;
    expect(outcome).toMatchObject({ functionError, statusCode: 200 });
    const body: unknown = JSON.parse(Buffer.from(outcome.payload).toString());
    expect(body).toEqual({ errorType, errorMessage: expect.stringMatching(message), stackTrace: expect.any(Array) });
  });

  it('is refused when the queue is full, the function is paused or parked, or the gateway stops', async () => {
    const { rig, clock, send } = await house({ queue: { size: 1 } });
    rig.runner.pause(true);
    await expect(rig.runner.invoke(request({ n: 1 }), life)).rejects.toMatchObject({ code: 'function/paused' });
    send({ n: 2 });
    await expect(rig.runner.invokeLater(request({ n: 3 }))).rejects.toMatchObject({ code: 'function/busy' });
    expect(rig.view().throttles).toBe(1);
    rig.runner.pause(false);
    const cut = expect(rig.runner.invoke(request({ n: 4, how: 'hang' }), life)).rejects.toMatchObject({
      code: 'gateway/stopping',
    });
    await clock.advance(100);
    const stopped = rig.runner.stop();
    await clock.advance(5000);
    await Promise.all([stopped, cut]);
    await expect(rig.runner.invoke(request({ n: 5 }), life)).rejects.toMatchObject({ code: 'gateway/stopping' });
    expect(rig.view().books.balanced).toBe(true);
  });

  it('goes on when the caller leaves', async () => {
    const { rig, clock } = await house();
    const caller = new AbortController();
    const invoked = expect(rig.runner.invoke(request(slow(1)), caller.signal)).rejects.toThrow('enough');
    await clock.advance(10);
    caller.abort(new Error('enough'));
    await invoked;
    await clock.advance(500);
    expect(rig.view()).toMatchObject({ invocations: 1, failures: 0, books: { out: 1, balanced: true } });
  });

  it('takes back what a person has cancelled before it began, and leaves what runs', async () => {
    const { rig, double, clock, send, runs } = await house();
    for (let n = 0; n < 40; n += 1) send(slow(0));
    await clock.advance(10_000); // from now on it is known that one takes long, and none is given to an instance ahead of its time
    const running = new AbortController();
    const waiting = new AbortController();
    const first = expect(rig.runner.invoke(request(slow(1), { observe: true }), running.signal)).rejects.toThrow('enough');
    await clock.advance(10);
    const second = expect(rig.runner.invoke(request({ n: 2 }, { observe: true }), waiting.signal)).rejects.toThrow('enough');
    const third = rig.runner.invoke(request({ n: 3 }, { observe: true }), life);
    running.abort(new Error('enough'));
    waiting.abort(new Error('enough'));
    await Promise.all([first, second]);
    await clock.advance(500);
    expect(runs().slice(40)).toEqual([1, 3]);
    expect(await third).toMatchObject({ functionError: '' });
    expect(double.started).toBe(1);
    expect(rig.view().books).toEqual({ in: 43, out: 42, waiting: 0, dropped: { cancelled: 1 }, balanced: true });
    expect(rig.view()).toMatchObject({ throttles: 0, failures: 0 });
  });

  it('as an event is queued under an id, also while paused', async () => {
    const { rig, double, clock } = await house();
    rig.runner.pause(true);
    const id = await rig.runner.invokeLater(request({ n: 1 }));
    rig.runner.pause(false);
    await clock.advance(10);
    expect(double.runs.map(({ requestId, topic }) => [requestId, topic])).toEqual([[id, 'test/event']]);
  });
});
