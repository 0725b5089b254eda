import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemClock } from '../../../core/base/clock.ts';

const DAY = 86_400_000;
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('waits for sixty days, longer than a timer of the machine can', async () => {
  const rang: string[] = [];
  systemClock.after(60 * DAY, () => rang.push('after'));
  systemClock.after(60 * DAY, () => rang.push('cancelled'))();
  void systemClock.sleep(60 * DAY).then(() => rang.push('slept'));
  const aborted = new AbortController();
  systemClock.sleep(60 * DAY, aborted.signal).catch(() => rang.push('aborted'));
  await vi.advanceTimersByTimeAsync(60 * DAY - 1);
  expect(rang).toEqual([]);
  aborted.abort();
  await vi.advanceTimersByTimeAsync(1);
  expect(rang).toEqual(['aborted', 'after', 'slept']);
  expect(vi.getTimerCount()).toBe(0);
});

it('does not take a period that is longer than a timer can be', () => {
  expect(() => systemClock.every(25 * DAY, () => {})).toThrow(RangeError);
});
