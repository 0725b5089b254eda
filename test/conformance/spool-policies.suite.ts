import { expect, it } from 'vitest';
import {
  expectBalanced,
  readStream,
  type SpoolUnderTest,
  sequences,
  series,
  spoolPlan,
  streamPlan,
  usingOf,
} from './spool.suite.ts';

/** What every spool must do when it is full, and with what is too old. */
export function spoolPoliciesConformance(name: string, build: () => Promise<SpoolUnderTest>): void {
  const using = usingOf(build);
  const numbered = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n);

  it(`${name} drops the oldest of a stream over its limit of messages, counts it and explains the numbers`, () =>
    using(async (sut) => {
      sut.spool.configure(spoolPlan([streamPlan('flow', { maxMessages: 3 })]));
      await sut.spool.append(series(1, 2), 'flow');
      await sut.spool.append(series(3, 5), 'flow');
      await sut.spool.append(series(6, 6), 'flow');
      expect(await sequences(sut.spool, 'flow')).toEqual([4, 5, 6]);
      expect(sut.spool.stats()).toMatchObject({ count: 3, bytes: 30, dropped: { limit: 3 }, oldestAt: 1_767_225_600_004 });
      const gap = { source: 'device:pump', first: 1, last: 3, count: 3, reason: 'limit', at: expect.any(Number) };
      expect(await sut.spool.gaps('device:pump', 1, 9, 10)).toEqual([gap]);
      expect(await sut.spool.gaps('device:pump', 4, 9, 10)).toEqual([]);
      expect(await sut.spool.gaps('device:other', 1, 9, 10)).toEqual([]);
      const again = await sut.reopen();
      expect(await again.spool.gaps('device:pump', 3, 3, 10)).toEqual([gap]);
      expectBalanced(again.spool.stats());
      return again;
    }));

  it(`${name} drops by bytes too, and only of the stream that is full`, () =>
    using(async (sut) => {
      sut.spool.configure(spoolPlan([streamPlan('flow', { maxBytes: 2500 })]));
      await sut.spool.append(series(1, 3), 'rest');
      await sut.spool.append(series(4, 7, 'flow', 1000), 'flow');
      expect(await sequences(sut.spool, 'flow')).toEqual([6, 7]);
      expect(await sequences(sut.spool)).toEqual([1, 2, 3]);
      expectBalanced(sut.spool.stats());
      return sut;
    }));

  it(`${name} refuses what is newest where the policy says so, and only that`, () =>
    using(async (sut) => {
      sut.spool.configure(spoolPlan([streamPlan('flow', { maxMessages: 3, whenFull: 'reject-newest' })]));
      const outcomes = await Promise.allSettled([
        sut.spool.append(series(1, 2), 'flow'),
        sut.spool.append(series(3, 4), 'flow'),
        sut.spool.append(series(5, 5), 'rest'),
        sut.spool.append(series(6, 6), 'flow'),
        sut.spool.append(series(7, 7), 'flow'),
      ]);
      expect(outcomes.map((one) => one.status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'rejected']);
      await expect(sut.spool.append(series(8, 8), 'flow')).rejects.toMatchObject({
        code: 'outbox/full',
        message: expect.stringMatching(/"flow".*3 messages/),
      });
      expect(await sequences(sut.spool, 'flow')).toEqual([1, 2, 6]);
      expect(sut.spool.stats()).toMatchObject({ appended: 4, count: 4, dropped: {} });
      expect((await readStream(sut.spool, 'flow')).map((entry) => entry.custody)).toEqual([1, 2, 4]);
      const [first = 0] = (await readStream(sut.spool, 'flow')).map((entry) => entry.id);
      await sut.spool.ack([first]);
      await sut.spool.append(series(9, 9), 'flow');
      return sut;
    }));

  it(`${name} thins a full stream out: every n-th of a topic stays, the newer half is whole`, () =>
    using(async (sut) => {
      sut.spool.configure(spoolPlan([streamPlan('flow', { maxMessages: 200, whenFull: 'thin-out', keepEvery: 10 })]));
      for (let n = 1; n <= 400; n += 10) await sut.spool.append(series(n, n + 9, n % 20 === 1 ? 'a' : 'b'), 'flow');
      const left = await sequences(sut.spool, 'flow');
      expect(left.length).toBeLessThanOrEqual(200);
      expect(left[0]).toBe(1);
      expect(left.slice(-100)).toEqual(numbered(301, 400));
      const { dropped } = sut.spool.stats();
      expect(Object.keys(dropped)).toEqual(['thinned']);
      const gaps = await sut.spool.gaps('device:pump', 1, 400, 100);
      expect(gaps).toHaveLength(1);
      expect(gaps[0]?.count).toBe(400 - left.length);
      expectBalanced(sut.spool.stats());
      return sut;
    }));

  it(`${name} drops the oldest when thinning gives nothing more`, () =>
    using(async (sut) => {
      sut.spool.configure(spoolPlan([streamPlan('flow', { maxMessages: 20, whenFull: 'thin-out', keepEvery: 2 })]));
      for (let n = 1; n <= 100; n += 1) await sut.spool.append(series(n, n, `topic-${n}`), 'flow');
      expect(await sequences(sut.spool, 'flow')).toEqual(numbered(81, 100));
      expect(sut.spool.stats().dropped).toEqual({ limit: 80 });
      return sut;
    }));

  it(`${name} takes from the lowest priority first when all streams together are full`, () =>
    using(async (sut) => {
      const streams = [streamPlan('low', { priority: 'low' }), streamPlan('high', { priority: 'high' })];
      sut.spool.configure(spoolPlan(streams, { maxMessages: 6 }));
      await sut.spool.append(series(1, 2), 'high');
      await sut.spool.append(series(3, 4), 'rest');
      await sut.spool.append(series(5, 6), 'low');
      await sut.spool.append(series(7, 9), 'high');
      expect(await sequences(sut.spool, 'low')).toEqual([]);
      expect(await sequences(sut.spool)).toEqual([4]);
      expect(await sequences(sut.spool, 'high')).toEqual([1, 2, 7, 8, 9]);
      expectBalanced(sut.spool.stats());
      return sut;
    }));

  it(`${name} takes the oldest of all streams where that is the policy`, () =>
    using(async (sut) => {
      sut.spool.configure(spoolPlan([streamPlan('low', { priority: 'low' })], { maxMessages: 4, whenFull: 'drop-oldest' }));
      for (const [n, stream] of ['rest', 'low', 'rest', 'low', 'rest', 'low'].entries()) {
        await sut.spool.append(series(n + 1, n + 1), stream);
        await sut.advance(1000);
      }
      expect(await sequences(sut.spool)).toEqual([3, 5]);
      expect(await sequences(sut.spool, 'low')).toEqual([4, 6]);
      return sut;
    }));

  it(`${name} refuses everybody when the whole is full and the policy says so`, () =>
    using(async (sut) => {
      sut.spool.configure(spoolPlan([], { maxBytes: 30, whenFull: 'reject-newest' }));
      await sut.spool.append(series(1, 3), 'rest');
      await expect(sut.spool.append(series(4, 4), 'other')).rejects.toMatchObject({ code: 'outbox/full', message: /30 bytes/ });
      expect(sut.spool.stats()).toMatchObject({ appended: 3, count: 3 });
      return sut;
    }));

  it(`${name} never gives what has expired: by its own limit, the subscription's or the stream's`, () =>
    using(async (sut) => {
      sut.spool.configure(spoolPlan([streamPlan('aged', { maxAgeMs: 5000 })]));
      const [one, two, three, four] = series(1, 4);
      if (!one || !two || !three || !four) throw new Error('four messages');
      await sut.spool.append([{ ...one, expiryMs: 1000 }, two], 'rest');
      await sut.spool.append([{ ...three, expiryMs: 60_000 }, four], 'rest', 3000);
      await sut.spool.append(series(5, 6), 'aged');
      await sut.advance(2000);
      await sut.spool.append(series(7, 7), 'aged');
      expect(await sequences(sut.spool)).toEqual([2, 3, 4]);
      const newest = await sut.spool.peek({ stream: 'rest', from: 'newest', limit: 9, maxBytes: 1e6 });
      expect(newest.map((entry) => entry.message.sequence)).toEqual([4, 3, 2]);
      await sut.advance(2000);
      expect(await sequences(sut.spool)).toEqual([2]);
      expect(await sequences(sut.spool, 'aged')).toEqual([5, 6, 7]);
      await sut.advance(2000);
      expect(await sequences(sut.spool, 'aged')).toEqual([7]);
      await sut.advance(20_000);
      expect(await sequences(sut.spool, 'aged')).toEqual([]);
      await expect.poll(() => sut.spool.stats(), { timeout: 5000 }).toMatchObject({ count: 1, dropped: { expired: 6 } });
      expectBalanced(sut.spool.stats());
      const gaps = await sut.spool.gaps('device:pump', 1, 7, 10);
      expect(gaps.flatMap((gap) => numbered(gap.first, gap.last)).sort()).toEqual([1, 3, 4, 5, 6, 7]);
      expect(gaps.every((gap) => gap.reason === 'expired')).toBe(true);
      return sut;
    }));

  it(`${name} thins the largest stream out, oldest first, where that is the policy of the whole`, () =>
    using(async (sut) => {
      sut.spool.configure(spoolPlan([streamPlan('other')], { maxMessages: 200, whenFull: 'thin-out' }));
      await sut.spool.append(series(1, 100), 'rest');
      await sut.advance(1000);
      await sut.spool.append(series(101, 260), 'other');
      expect(await sequences(sut.spool)).toEqual(numbered(1, 100));
      expect((await sequences(sut.spool, 'other')).slice(0, 3)).toEqual([101, 111, 121]);
      expect(sut.spool.stats().count).toBeLessThanOrEqual(200);
      expect(Object.keys(sut.spool.stats().dropped)).toEqual(['thinned']);
      expect((await sequences(sut.spool, 'other')).at(-1)).toBe(260);
      expectBalanced(sut.spool.stats());
      return sut;
    }));
}
