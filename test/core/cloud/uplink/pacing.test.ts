import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReconnectPace } from '../../../../core/cloud/reconnect-pace.ts';
import { createScheduler, type Waiting } from '../../../../core/cloud/uplink/scheduler.ts';
import { createTokenBucket } from '../../../../core/cloud/uplink/token-bucket.ts';
import { createWindow } from '../../../../core/cloud/uplink/window.ts';
import type { PriorityName } from '../../../../core/contract/document/outbox.ts';

describe('scheduler', () => {
  const lane = (name: string, priority: PriorityName, cost = 100): Waiting => ({ name, priority, cost });
  function share(waiting: readonly Waiting[], turns: number): Record<string, number> {
    const scheduler = createScheduler();
    const bytes: Record<string, number> = {};
    for (let i = 0; i < turns; i += 1) {
      const { name, cost } = scheduler.next(waiting);
      bytes[name] = (bytes[name] ?? 0) + cost;
    }
    return bytes;
  }

  it('serves the higher class first, and never starves a lower one', () => {
    const { h = 0, n = 0, l = 0 } = share([lane('l', 'low'), lane('n', 'normal'), lane('h', 'high')], 10_000);
    expect(h).toBeGreaterThan(0.8 * (h + n + l));
    expect(n).toBeGreaterThan(l);
    expect(l).toBeGreaterThan(0.02 * (h + n + l));
  });

  it('divides a class by bytes, whatever the size of the messages', () => {
    const { big = 0, small = 0 } = share([lane('big', 'normal', 5000), lane('small', 'normal', 100)], 10_000);
    expect(big / small).toBeCloseTo(1, 1);
  });

  it('takes an urgent message that comes in between at once', () => {
    const scheduler = createScheduler();
    for (let i = 0; i < 50; i += 1) scheduler.next([lane('n', 'normal'), lane('l', 'low')]);
    expect(scheduler.next([lane('n', 'normal'), lane('h', 'high'), lane('l', 'low')]).name).toBe('h');
  });

  it('gives every stream that goes on waiting its turn', () => {
    const priority = fc.constantFrom<PriorityName>('high', 'normal', 'low');
    const lanes = fc.array(fc.record({ priority, cost: fc.integer({ min: 1, max: 2000 }) }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(lanes, (list) => {
        const waiting = list.map((one, index) => ({ ...one, name: String(index) }));
        const served = share(waiting, 2000 * waiting.length + 500_000 / Math.min(...list.map(({ cost }) => cost), 100));
        expect(Object.keys(served).length).toBe(waiting.length);
      }),
      { numRuns: 30 },
    );
  });
});

describe('window', () => {
  it('stays within its bounds whatever happens', () => {
    const event = fc.oneof(
      fc.record({ kind: fc.constant('ack' as const), ms: fc.integer({ min: 0, max: 60_000 }), busy: fc.boolean() }),
      fc.record({ kind: fc.constant('fail' as const) }),
      fc.record({ kind: fc.constant('connect' as const), most: fc.integer({ min: 0, max: 70_000 }) }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.array(event, { maxLength: 300 }), (max, events) => {
        const window = createWindow(max);
        events.forEach((one, i) => {
          if (one.kind === 'ack') window.acknowledged(one.ms, one.busy, i * 50);
          else if (one.kind === 'fail') window.failed(i * 50 - 10, i * 50);
          else window.connected(one.most);
          expect(window.limit).toBeGreaterThanOrEqual(1);
          expect(window.limit).toBeLessThanOrEqual(max);
        });
      }),
    );
  });

  it('opens up within a few rounds on a fast line, and only while it is used', () => {
    const window = createWindow(100);
    for (let i = 0; i < 50; i += 1) window.acknowledged(2, false, i);
    expect(window.limit).toBe(10);
    for (let i = 0; i < 90; i += 1) window.acknowledged(2, true, i);
    expect(window.limit).toBe(100);
  });

  it('halves once when the line hangs up, however much was in flight, again when the next round fails, and comes back', () => {
    const window = createWindow(100);
    for (let i = 0; i < 90; i += 1) window.acknowledged(2, true, i);
    for (let i = 0; i < 100; i += 1) window.failed(i, 100);
    expect(window.limit).toBe(50);
    for (let i = 0; i < 8; i += 1) window.failed(200 + i, 200 + i);
    expect(window.limit).toBe(1);
    for (let i = 0; i < 7000; i += 1) window.acknowledged(2, true, 300 + i);
    expect(window.limit).toBe(100);
  });

  it('finds what a slow line bears: 10 messages a second, 100 ms away', () => {
    const window = createWindow(1000);
    let now = 0;
    const limits: number[] = [];
    for (let i = 0; i < 3000; i += 1) {
      // One is answered every 100 ms: with n in flight an acknowledgement takes n times that.
      const tookMs = Math.max(100, window.limit * 100);
      now += 100;
      window.acknowledged(tookMs, true, now);
      limits.push(window.limit);
    }
    expect(Math.max(...limits.slice(500))).toBeLessThan(60);
    expect(Math.min(...limits.slice(500))).toBeGreaterThanOrEqual(1);
  });
});

describe('token bucket', () => {
  it('never lets more through than the rate and one second of burst, and wastes nothing', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 50, maxLength: 300 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 100, max: 10_000 }), sizes, (perS, bytesPerS, list) => {
        const bucket = createTokenBucket({ messagesPerS: perS, bytesPerS });
        let now = 1000;
        let bytes = 0;
        list.forEach((size, i) => {
          const wait = bucket.waitMs(now);
          now += wait;
          if (bucket.waitMs(now) > 0) now += 1;
          expect(bucket.waitMs(now)).toBe(0);
          bucket.take(size, now);
          bytes += size;
          const seconds = (now - 1000) / 1000 + 1;
          expect(i).toBeLessThanOrEqual(perS * seconds + 0.001);
          expect(bytes - size).toBeLessThanOrEqual(bytesPerS * seconds + 0.001);
        });
        const needed = Math.max((list.length - perS - 1) / perS, (bytes - bytesPerS - 3000) / bytesPerS);
        expect((now - 1000) / 1000).toBeLessThanOrEqual(Math.max(0, needed) * 1.2 + list.length * 0.002 + 3);
      }),
      { numRuns: 50 },
    );
  });

  it('lets everything through without limits, and keeps a rate of one in a hundred seconds', () => {
    const free = createTokenBucket({ messagesPerS: null, bytesPerS: null });
    for (let i = 0; i < 100; i += 1) free.take(1e6, 0);
    expect(free.waitMs(0)).toBe(0);
    const slow = createTokenBucket({ messagesPerS: 0.01, bytesPerS: null });
    slow.take(1, 0);
    expect(slow.waitMs(0)).toBeGreaterThan(98_000);
    expect(slow.waitMs(99_100)).toBe(0);
  });
});

describe('reconnect pace', () => {
  it('notices a line that is back within a second in the first minute, then slows down', () => {
    const pace = createReconnectPace(60_000, () => 1);
    for (let now = 0; now < 60_000; now += 800) expect(pace.next('line', now)).toBe(800);
    expect([60_000, 61_000, 63_000].map((now) => pace.next('line', now))).toEqual([1000, 2000, 4000]);
    for (let i = 0; i < 40; i += 1) expect(pace.next('line', 100_000)).toBeLessThanOrEqual(60_000);
    pace.stable();
    expect(pace.next('line', 200_000)).toBe(800);
  });

  it('does not press a cloud that answers', () => {
    const pace = createReconnectPace(5_000, () => 0);
    expect([0, 1, 2, 3, 4].map((now) => pace.next('answered', now))).toEqual([500, 1000, 2000, 2500, 2500]);
  });
});
