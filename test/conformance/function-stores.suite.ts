import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '../../core/contract/message.ts';
import type { FailedEvents, StoredFailedEvent } from '../../core/store/failed-events.ts';
import type { FunctionState } from '../../core/store/function-state.ts';
import type { TestEvents } from '../../core/store/test-events.ts';
import { spoolMessage } from './spool.suite.ts';

export interface FunctionStores {
  readonly functionState: FunctionState;
  readonly failedEvents: FailedEvents;
  readonly testEvents: TestEvents;
}

export interface StoresUnderTest {
  open(): Promise<FunctionStores>;
  close(): Promise<void>;
}

export const failedEvent = (n: number, name = 'alarm', message: Partial<Message> = {}): Omit<StoredFailedEvent, 'id'> => ({
  function: name,
  version: 3,
  requestId: n % 2 === 0 ? null : `request-${n}`,
  context: n % 2 === 0 ? null : '{"custom":{"a":1}}',
  message: { ...spoolMessage(n, `payload ${n}`), ...message },
  attempts: n,
  code: 'function/failed',
  error: `error ${n}`,
  stack: 'at line 1',
  failedAt: 1000 + n,
});

const textOf = (event: StoredFailedEvent | undefined | null): string => Buffer.from(event?.message.payload ?? []).toString();

/** What every store of functions must do, on disk or in memory. */
export function functionStoresSuite(name: string, make: () => StoresUnderTest): void {
  describe(name, () => {
    let under: StoresUnderTest;
    let stores: FunctionStores;
    beforeEach(async () => {
      under = make();
      stores = await under.open();
    });
    afterEach(() => under.close());

    describe('function state', () => {
      it('gives what was set, per function, and counts revisions up', async () => {
        const { functionState: state } = stores;
        const first = await state.set('a', 'count', '1', null);
        const second = await state.set('a', 'count', '2', first);
        expect(second).toBeGreaterThan(first ?? 0);
        expect(await state.get('a', 'count')).toEqual({ json: '2', revision: second });
        expect(await state.get('b', 'count')).toBeNull();
      });

      it('sets nothing where another revision is there', async () => {
        const { functionState: state } = stores;
        const first = await state.set('a', 'k', '1', 0);
        expect(await state.set('a', 'k', '2', 0)).toBeNull();
        expect(await state.set('a', 'k', '2', (first ?? 0) + 1)).toBeNull();
        expect(await state.set('a', 'k', null, (first ?? 0) + 1)).toBeNull();
        expect((await state.get('a', 'k'))?.json).toBe('1');
      });

      it('lets one of many writers win who all expect the same revision', async () => {
        const { functionState: state } = stores;
        const first = await state.set('a', 'k', '0', 0);
        const results = await Promise.all(Array.from({ length: 20 }, (_, n) => state.set('a', 'k', String(n), first)));
        expect(results.filter((revision) => revision !== null)).toHaveLength(1);
      });

      it('uses no revision twice, also after a removal', async () => {
        const { functionState: state } = stores;
        const first = await state.set('a', 'k', '1', 0);
        expect(await state.set('a', 'k', null, null)).toBe(0);
        expect(await state.get('a', 'k')).toBeNull();
        const second = await state.set('a', 'k', '1', 0);
        expect(second).not.toBe(first);
        expect(await state.set('a', 'k', '2', first)).toBeNull();
        expect(await state.set('a', 'nothing', null, null)).toBe(0);
      });

      it('lists keys in their order, by prefix, up to a limit', async () => {
        const { functionState: state } = stores;
        const keys = ['b/2', 'b/10', 'a', 'b', 'b/\u{1F600}', 'b/\uFF5E', 'c', 'b%', 'B/1'];
        for (const key of keys) await state.set('a', key, '0', null);
        await state.set('other', 'b/9', '0', null);
        expect(await state.keys('a', 'b/', 10)).toEqual(['b/10', 'b/2', 'b/\uFF5E', 'b/\u{1F600}']);
        expect(await state.keys('a', '', 3)).toEqual(['B/1', 'a', 'b']);
        expect(await state.keys('nobody', '', 3)).toEqual([]);
      });

      it('refuses a value above 64 KB and a long key, and keeps what was there', async () => {
        const { functionState: state } = stores;
        await state.set('a', 'k', '1', null);
        const full = { code: 'function/state-full' };
        await expect(state.set('a', 'k', JSON.stringify('é'.repeat(32_768)), null)).rejects.toMatchObject(full);
        await expect(state.set('a', 'k'.repeat(1025), '1', null)).rejects.toMatchObject(full);
        await state.set('a', 'k2', JSON.stringify('x'.repeat(65_534)), null);
        expect((await state.get('a', 'k'))?.json).toBe('1');
      });

      it('refuses more than 16 MB a function, and takes it again when there is room', async () => {
        const { functionState: state } = stores;
        const large = JSON.stringify('x'.repeat(65_000));
        const results = await Promise.allSettled(Array.from({ length: 260 }, (_, n) => state.set('a', `k${n}`, large, null)));
        const refused = results.filter(({ status }) => status === 'rejected').length;
        expect(refused).toBe(260 - Math.floor(16_777_216 / 65_005));
        await expect(state.set('a', 'more', large, null)).rejects.toMatchObject({ code: 'function/state-full' });
        await state.set('b', 'more', large, null);
        await state.set('a', 'k0', null, null);
        expect(await state.set('a', 'k1', large, null)).toBeGreaterThan(0);
      });

      it('clears one function', async () => {
        const { functionState: state } = stores;
        for (const key of ['x', 'y']) await state.set('a', key, '1', null);
        await state.set('b', 'x', '1', null);
        expect(await state.clear('a')).toBe(2);
        expect([await state.keys('a', '', 9), await state.keys('b', '', 9)]).toEqual([[], ['x']]);
        expect(await state.set('a', 'x', '1', 0)).toBeGreaterThan(0);
      });
    });

    describe('failed events', () => {
      it('gives back all of an event, newest first', async () => {
        const { failedEvents: failed } = stores;
        await failed.add([failedEvent(1), failedEvent(2, 'other')]);
        await failed.add([failedEvent(3, 'alarm', { qos: 1, retain: true, traceId: 't', expiryMs: 5 })]);
        const all = await failed.list(null, null, 10);
        expect(all.map(({ error }) => error)).toEqual(['error 3', 'error 2', 'error 1']);
        const { id, message, ...rest } = all[0] ?? (await failed.list(null, null, 1))[0] ?? expect.fail('nothing');
        const { message: given, ...facts } = failedEvent(3, 'alarm', { qos: 1, retain: true, traceId: 't', expiryMs: 5 });
        expect(rest).toEqual(facts);
        expect({ ...message, payload: textOf(all[0]) }).toEqual({ ...given, payload: 'payload 3' });
        expect((await failed.get(id))?.error).toBe('error 3');
        expect(await failed.get(id + 1)).toBeNull();
      });

      it('lists those of one function, page by page', async () => {
        const { failedEvents: failed } = stores;
        await failed.add(Array.from({ length: 10 }, (_, n) => failedEvent(n, n % 2 === 0 ? 'even' : 'odd')));
        const first = await failed.list('odd', null, 3);
        const second = await failed.list('odd', first.at(-1)?.id ?? 0, 3);
        expect([...first, ...second].map(({ attempts }) => attempts)).toEqual([9, 7, 5, 3, 1]);
      });

      it('takes each once, oldest first, and only of the function', async () => {
        const { failedEvents: failed } = stores;
        await failed.add([failedEvent(1), failedEvent(2), failedEvent(3, 'other'), failedEvent(4)]);
        const ids = (await failed.list(null, null, 10)).map(({ id }) => id);
        const [two, again] = await Promise.all([failed.take('alarm', ids.slice(0, 2)), failed.take('alarm', ids.slice(0, 2))]);
        expect([...two, ...again].map(textOf)).toEqual(['payload 4']);
        expect((await failed.take('alarm', null)).map(textOf)).toEqual(['payload 1', 'payload 2']);
        expect(failed.counts()).toEqual(new Map([['other', 1]]));
        expect(await failed.take('nobody', null)).toEqual([]);
      });

      it('takes those that stand there for one reason', async () => {
        const { failedEvents: failed } = stores;
        const stopped = (n: number, name?: string) => ({
          ...failedEvent(n, name),
          code: 'function/stopped' as const,
          attempts: 0,
        });
        await failed.add([stopped(1), failedEvent(2), stopped(3, 'other'), stopped(4)]);
        const [oldest] = (await failed.list('alarm', null, 10)).toReversed();
        expect(await failed.take('alarm', [oldest?.id ?? 0], 'function/failed')).toEqual([]);
        const taken = await failed.take('alarm', null, 'function/stopped');
        expect(taken.map((one) => [textOf(one), one.attempts])).toEqual([
          ['payload 1', 0],
          ['payload 4', 0],
        ]);
        expect(failed.counts()).toEqual(
          new Map([
            ['alarm', 1],
            ['other', 1],
          ]),
        );
      });

      it('uses no id twice', async () => {
        const { failedEvents: failed } = stores;
        await failed.add([failedEvent(1)]);
        const [first] = await failed.take('alarm', null);
        await failed.add([failedEvent(2)]);
        expect((await failed.list(null, null, 1))[0]?.id).toBeGreaterThan(first?.id ?? 0);
      });

      it('counts and tells of changes', async () => {
        const { failedEvents: failed } = stores;
        let told = 0;
        const stop = failed.onChanged(() => {
          told += 1;
        });
        await failed.add([failedEvent(1), failedEvent(2), failedEvent(3, 'b')]);
        expect([failed.counts().get('alarm'), failed.counts().get('b')]).toEqual([2, 1]);
        expect(told).toBeGreaterThan(0);
        const before = told;
        await failed.take('b', null);
        expect(told).toBeGreaterThan(before);
        stop();
        await failed.add([failedEvent(4)]);
        expect(told).toBe(before + 1);
      });

      it('does not change with the bytes that were handed in', async () => {
        const payload = Buffer.from('before');
        const adding = stores.failedEvents.add([failedEvent(1, 'alarm', { payload })]);
        await adding;
        payload.write('after!');
        expect(textOf((await stores.failedEvents.list(null, null, 1))[0])).toBe('before');
      });

      it('keeps the newest 10,000', async () => {
        const { failedEvents: failed } = stores;
        for (let from = 0; from < 10_010; from += 1001)
          await failed.add(Array.from({ length: 1001 }, (_, n) => failedEvent(from + n)));
        expect(failed.counts().get('alarm')).toBe(10_000);
        expect((await failed.list(null, 12, 5)).map(({ attempts }) => attempts)).toEqual([10]);
      });

      it('keeps at most 64 MB', async () => {
        const { failedEvents: failed } = stores;
        const payload = new Uint8Array(1_048_576 - 9); // with the stack 1 MB
        for (let n = 0; n < 70; n += 1) await failed.add([{ ...failedEvent(n * 2, 'alarm', { payload }) }]);
        expect(failed.counts().get('alarm')).toBe(64);
      });
    });

    describe('test events', () => {
      const event = (name: string, text = name) => ({
        function: 'alarm',
        name,
        topic: 't/1',
        payload: Buffer.from(text),
        savedAt: 5,
      });
      const names = async (of = 'alarm') => (await stores.testEvents.list(of)).map(({ name }) => name);

      it('saves, replaces, lists in order and removes', async () => {
        const { testEvents: events } = stores;
        for (const one of [event('b'), event('a'), event('b', 'new')]) await events.save(one);
        await events.save({ ...event('a'), function: 'other' });
        const found = await events.list('alarm');
        expect(found.map(({ name, payload }) => [name, Buffer.from(payload).toString()])).toEqual([
          ['a', 'a'],
          ['b', 'new'],
        ]);
        expect(found[0]).toMatchObject({ function: 'alarm', topic: 't/1', savedAt: 5 });
        expect([await events.remove('alarm', 'a'), await events.remove('alarm', 'a')]).toEqual([true, false]);
        expect([await names(), await names('other'), await names('nobody')]).toEqual([['b'], ['a'], []]);
      });

      it('refuses the 201st of a function, but replaces one, and refuses what is above 256 KB', async () => {
        const { testEvents: events } = stores;
        for (let n = 0; n < 200; n += 1) await events.save(event(`e${n}`));
        const full = { code: 'function/test-events-full' };
        await expect(events.save(event('one more'))).rejects.toMatchObject(full);
        await expect(events.save(event('e1', 'x'.repeat(262_145)))).rejects.toMatchObject(full);
        await events.save(event('e1', 'x'.repeat(262_144)));
        await events.save({ ...event('e1'), function: 'other' });
        expect(await names()).toHaveLength(200);
      });
    });
  });
}
