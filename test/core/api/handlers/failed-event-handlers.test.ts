import { describe, expect, it } from 'vitest';
import { createFailedEventHandlers } from '../../../../core/api/handlers/failed-event-handlers.ts';
import { METHODS } from '../../../../core/contract/api.ts';
import { CLI, createFunctionRuntime, signal } from './function-runtime.ts';
import { message } from './outbox-runtime.ts';

const NAME = 'pump-vibration';

async function build(count: number, size = 10) {
  const world = createFunctionRuntime();
  const handlers = createFailedEventHandlers(world.runtime);
  await world.failedEvents.add(
    Array.from({ length: count }, (_, i) => ({
      function: NAME,
      version: 2,
      requestId: `r-${i}`,
      context: null,
      message: message(i, Buffer.alloc(size, i)),
      attempts: 4,
      code: 'function/failed' as const,
      error: 'no such unit',
      stack: 'at index.mjs:1:1',
      failedAt: 1000 + i,
    })),
  );
  const list = async () => await handlers['function.failed.list']({ name: NAME, before: null, limit: 200 }, signal, CLI);
  const topics = async () => (await list()).map((one) => one.topic);
  return { ...world, handlers, list, topics };
}

describe('failed events', () => {
  it('are listed newest first, with cause and a part of the payload; one alone with all of it', async () => {
    const { handlers, list } = await build(3, 5000);
    const rows = METHODS['function.failed.list'].output.parse(await list());
    expect(rows.map((one) => [one.topic, one.size, one.truncated])).toEqual([
      ['t/2', 5000, true],
      ['t/1', 5000, true],
      ['t/0', 5000, true],
    ]);
    expect(rows[0]).toMatchObject({ error: 'no such unit', source: 'device:meter', attempts: 4, failedAt: 1002, version: 2 });
    const one = await handlers['function.failed.get']({ id: rows[0]?.id ?? 0 }, signal, CLI);
    expect([one.truncated, Buffer.from(one.payload, 'base64').equals(Buffer.alloc(5000, 2))]).toEqual([false, true]);
    await expect(handlers['function.failed.get']({ id: 99 }, signal, CLI)).rejects.toMatchObject({ code: 'deadletter/unknown' });
  });

  it('are tried again, oldest first, with their request id, and the log says who wanted it', async () => {
    const world = await build(3);
    expect(await world.handlers['function.failed.retry']({ name: NAME, ids: null }, signal, CLI)).toEqual({ count: 3 });
    expect(world.retried.map((one) => [one.requestId, one.message.topic])).toEqual([
      ['r-0', 't/0'],
      ['r-1', 't/1'],
      ['r-2', 't/2'],
    ]);
    expect(await world.topics()).toEqual([]);
    expect(world.audit()).toEqual([`function:${NAME} function.failed-retried 3 failed event(s) of ${NAME} are tried again.`]);
  });

  it('are tried again only as far as the queue has room; the rest stays', async () => {
    const world = await build(450);
    Object.assign(world.own, { queueSize: 1000, queue: 990 });
    expect(await world.handlers['function.failed.retry']({ name: NAME, ids: null }, signal, CLI)).toEqual({ count: 10 });
    expect(world.retried.map((one) => one.requestId)).toEqual(Array.from({ length: 10 }, (_, i) => `r-${i}`));
    expect((await world.failedEvents.list(NAME, null, 1000)).length).toBe(440);
  });

  it('go back to the list when the function takes no more in the middle', async () => {
    const world = await build(5);
    world.room.left = 2;
    expect(await world.handlers['function.failed.retry']({ name: NAME, ids: null }, signal, CLI)).toEqual({ count: 2 });
    expect(await world.topics()).toEqual(['t/4', 't/3', 't/2']);
    await expect(world.handlers['function.failed.retry']({ name: NAME, ids: null }, signal, CLI)).rejects.toMatchObject({
      code: 'function/busy',
    });
    expect(await world.topics()).toEqual(['t/4', 't/3', 't/2']);
  });

  it.each([
    ['parked', { state: 'parked' as const }, null, 'function/parked'],
    ['full', { queue: 1000, queueSize: 1000 }, null, 'function/busy'],
    ['asked for what is gone', {}, [98, 99], 'deadletter/unknown'],
    ['asked for nothing', {}, [], 'api/bad-input'],
  ])('stay where they are when the function is %s', async (_what, own, ids, code) => {
    const world = await build(2);
    Object.assign(world.own, own);
    const asked = world.handlers['function.failed.retry']({ name: NAME, ids }, signal, CLI);
    await expect(asked).rejects.toMatchObject({ code, remedy: expect.stringMatching(/^[A-Z].*\.$/) });
    expect([await world.topics(), world.retried]).toEqual([['t/1', 't/0'], []]);
  });

  it('are discarded, some or all, also of a function that a deployment has removed', async () => {
    const world = await build(3);
    const [newest] = await world.list();
    const discard = (name: string, ids: number[] | null) => world.handlers['function.failed.discard']({ name, ids }, signal, CLI);
    expect(await discard(NAME, [newest?.id ?? 0, 99])).toEqual({ count: 1 });
    await expect(discard('other', [1])).rejects.toMatchObject({ code: 'deadletter/unknown' });
    expect(await discard('removed', null)).toEqual({ count: 0 });
    expect(await discard(NAME, null)).toEqual({ count: 2 });
    expect(await world.topics()).toEqual([]);
  });
});
