import { describe, expect, it } from 'vitest';
import { createBackoff } from '../../../core/base/backoff.ts';
import { createRate } from '../../../core/base/rate.ts';

describe('the rate', () => {
  it('is 0 before anything came, and what came so far in the first second', () => {
    const rate = createRate();
    expect(rate.perS(123)).toBe(0);
    rate.add(100, 7);
    expect(rate.perS(900)).toBe(7);
  });

  it('is the mean of the whole seconds since the begin, at most five', () => {
    const rate = createRate();
    for (let second = 0; second < 10; second += 1) rate.add(second * 1000 + 500, second + 1);
    expect(rate.perS(9600)).toBe((5 + 6 + 7 + 8 + 9) / 5);
    expect(rate.perS(10_000)).toBe((6 + 7 + 8 + 9 + 10) / 5);
    const young = createRate();
    young.add(500_000, 4);
    young.add(501_000, 8);
    expect(young.perS(502_000)).toBe(6);
  });

  it('falls to 0 when nothing comes any more, and begins anew after a long pause', () => {
    const rate = createRate();
    rate.add(0, 100);
    expect([1000, 3000, 5000, 6000].map((at) => rate.perS(at))).toEqual([100, 100 / 3, 20, 0]);
    rate.add(1_000_000, 10);
    expect(rate.perS(1_001_000)).toBe(2);
  });
});

describe('the backoff', () => {
  it('doubles up to its maximum and begins anew after a reset', () => {
    const backoff = createBackoff({ firstMs: 100, maxMs: 1000, jitter: 0 });
    expect([1, 2, 3, 4, 5].map(() => backoff.next())).toEqual([100, 200, 400, 800, 1000]);
    expect(backoff.attempt).toBe(5);
    backoff.reset();
    expect([backoff.attempt, backoff.next()]).toEqual([0, 100]);
  });

  it('spreads by its jitter, between the half and the whole', () => {
    const at = (random: number): number => createBackoff({ firstMs: 1000, maxMs: 5000 }, () => random).next();
    expect([at(0), at(0.5), at(1)]).toEqual([500, 750, 1000]);
  });

  it('stays at its maximum however often it is asked', () => {
    const backoff = createBackoff({ firstMs: 1, maxMs: 60_000, factor: 3, jitter: 0 });
    for (let i = 0; i < 2000; i += 1) backoff.next();
    expect(backoff.next()).toBe(60_000);
  });
});
