import { describe, expect, it } from 'vitest';
import { createDeadLetterHandlers } from '../../../../core/api/handlers/dead-letter-handlers.ts';
import { METHODS } from '../../../../core/contract/api.ts';
import { CLI, createOutboxRuntime, message, REFUSED, signal } from './outbox-runtime.ts';

function build() {
  const world = createOutboxRuntime();
  return { ...world, handlers: createDeadLetterHandlers(world.runtime) };
}
type World = ReturnType<typeof build>;
const list = ({ handlers }: World, before: number | null = null, limit = 200) =>
  handlers['deadletter.list']({ before, limit }, signal, CLI);
const waiting = async ({ spool }: World) =>
  (await spool.peek({ stream: 'rest', from: 'oldest', limit: 100, maxBytes: 1e9 })).map(({ message: one }) => one);

describe('refused messages', () => {
  it('are listed newest first, with cause, time and a part of the payload; one alone with all of it', async () => {
    const world = build();
    await world.refuse(message(1), message(2, Buffer.alloc(5000, 7)), message(3));
    const rows = METHODS['deadletter.list'].output.parse(await list(world));
    expect(rows.map((row) => [row.topic, row.size, row.truncated])).toEqual([
      ['t/3', 7, false],
      ['t/2', 5000, true],
      ['t/1', 7, false],
    ]);
    expect(rows[0]).toMatchObject({
      fault: REFUSED,
      source: 'device:meter',
      at: 1_000_003,
      stream: 'rest',
      destination: 'cloud',
    });
    expect((await list(world, rows[0]?.id ?? 0, 1)).map((row) => row.topic)).toEqual(['t/2']);
    const whole = await world.handlers['deadletter.get']({ id: rows[1]?.id ?? 0 }, signal, CLI);
    expect([whole.truncated, Buffer.from(whole.payload, 'base64').equals(Buffer.alloc(5000, 7))]).toEqual([false, true]);
    await expect(world.handlers['deadletter.get']({ id: 99 }, signal, CLI)).rejects.toMatchObject({ code: 'deadletter/unknown' });
  });

  it('are sent again, some or all, and the log says who wanted it', async () => {
    const world = build();
    await world.refuse(message(1), message(2), message(3));
    const [newest] = await list(world);
    expect(await world.handlers['deadletter.retry']({ ids: [newest?.id ?? 0] }, signal, CLI)).toEqual({ count: 1 });
    expect((await waiting(world)).map((one) => one.topic)).toEqual(['t/3']);
    expect(await world.handlers['deadletter.retry']({ ids: null }, signal, CLI)).toEqual({ count: 2 });
    expect(await world.handlers['deadletter.retry']({ ids: null }, signal, CLI)).toEqual({ count: 0 });
    expect(await list(world)).toEqual([]);
    expect(world.audit().map((one) => [one['event'], one['count'], one['by']])).toEqual([
      ['dead-letter.retried', 1, 'cli'],
      ['dead-letter.retried', 2, 'cli'],
      ['dead-letter.retried', 0, 'cli'],
    ]);
  });

  it('are changed one at a time', async () => {
    const world = build();
    await world.refuse(message(1), message(2));
    const ids = (await list(world)).map((row) => row.id);
    const edit = { topic: 'other/topic', payload: Buffer.from('small').toString('base64') };
    await world.handlers['deadletter.retry']({ ids: ids.slice(0, 1), edit }, signal, CLI);
    expect((await waiting(world)).map((one) => `${one.topic} ${Buffer.from(one.payload).toString()}`)).toEqual([
      'other/topic small',
    ]);
  });

  it.each([
    ['two at once', (ids: number[]) => ({ ids, edit: { topic: 'a', payload: '' } }), 'api/bad-input'],
    ['all at once', () => ({ ids: null, edit: { topic: 'a', payload: '' } }), 'api/bad-input'],
    ['a wildcard', (ids: number[]) => ({ ids: ids.slice(1), edit: { topic: 'a/#', payload: '' } }), 'router/bad-topic'],
    ['no base64', (ids: number[]) => ({ ids: ids.slice(1), edit: { topic: 'a', payload: 'ab*d' } }), 'api/bad-input'],
    ['half a group', (ids: number[]) => ({ ids: ids.slice(1), edit: { topic: 'a', payload: 'abcde' } }), 'api/bad-input'],
    ['nothing', () => ({ ids: [] }), 'api/bad-input'],
    ['what is gone', () => ({ ids: [98, 99] }), 'deadletter/unknown'],
  ])('stay as they are when the change is %s', async (_what, input, code) => {
    const world = build();
    await world.refuse(message(1), message(2));
    const ids = (await list(world)).map((row) => row.id);
    const asked = world.handlers['deadletter.retry'](input(ids), signal, CLI);
    await expect(asked).rejects.toMatchObject({ code, remedy: expect.stringMatching(/^[A-Z].*\.$/) });
    expect([await waiting(world), (await list(world)).length, world.audit()]).toEqual([[], 2, []]);
  });

  it('are discarded, and the log says who wanted it', async () => {
    const world = build();
    await world.refuse(message(1), message(2), message(3));
    const [first, second] = await list(world);
    // One that is gone already does not hold up the others.
    expect(await world.handlers['deadletter.discard']({ ids: [first?.id ?? 0, 99] }, signal, CLI)).toEqual({ count: 1 });
    expect(await world.handlers['deadletter.discard']({ ids: null }, signal, CLI)).toEqual({ count: 2 });
    const again = world.handlers['deadletter.discard']({ ids: [second?.id ?? 0] }, signal, CLI);
    await expect(again).rejects.toMatchObject({ code: 'deadletter/unknown' });
    expect(await waiting(world)).toEqual([]);
    expect(world.audit().map((one) => [one['event'], one['count']])).toEqual([
      ['dead-letter.discarded', 1],
      ['dead-letter.discarded', 2],
    ]);
  });

  it('are exported whole, in pages that stay small, each message once', async () => {
    const world = build();
    const big = Array.from({ length: 60 }, (_, n) => message(n, Buffer.alloc(100_000, n)));
    await world.refuse(...big);
    const pages: string[] = [];
    let before: number | null = null;
    do {
      const page: { text: string; next: number | null } = await world.handlers['deadletter.export']({ before }, signal, CLI);
      pages.push(page.text);
      before = page.next;
    } while (before !== null);
    expect(pages.length).toBeGreaterThan(3);
    for (const page of pages) expect(page.length).toBeLessThan(2.5 * 1_048_576);
    const rows = pages
      .join('')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.map((row) => row.topic)).toEqual(Array.from({ length: 60 }, (_, i) => `t/${59 - i}`));
    expect(Buffer.from(rows[3].payload, 'base64').equals(Buffer.alloc(100_000, 56))).toBe(true);
    expect(rows[0]).toMatchObject({ at: '1970-01-01T00:16:40.059Z', sequence: 59, qos: 1, retain: false, fault: REFUSED });
  });

  it('are exported as nothing where there are none', async () => {
    expect(await build().handlers['deadletter.export']({ before: null }, signal, CLI)).toEqual({ text: '', next: null });
  });
});
