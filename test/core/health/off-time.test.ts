import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClockTrust } from '../../../core/contract/message.ts';
import { missed, offTime, UNCHECKED_MAX_MS } from '../../../core/health/off-time.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;
const T0 = Date.UTC(2026, 6, 1);

type Case = readonly [last: ClockTrust, now: ClockTrust, movedMs: number, countedMs: number];
const CASES: readonly Case[] = [
  ['synced', 'synced', 5000, 5000],
  ['synced', 'synced', 40 * DAY, 40 * DAY],
  ['synced', 'synced', -5000, 0],
  ['synced', 'holding', 3 * HOUR, 3 * HOUR],
  ['synced', 'holding', 40 * DAY, DAY],
  ['synced', 'holding', YEAR, DAY],
  ['synced', 'holding', -YEAR, 0],
  ['synced', 'never', YEAR, 0],
  ['synced', 'never', 1970 - T0, 0],
  ['holding', 'synced', HOUR, HOUR],
  ['holding', 'synced', YEAR, DAY],
  ['holding', 'synced', -YEAR, 0],
  ['holding', 'holding', YEAR, DAY],
  ['holding', 'holding', HOUR, HOUR],
  ['holding', 'never', HOUR, 0],
  ['never', 'synced', T0, 0],
  ['never', 'holding', HOUR, 0],
  ['never', 'never', HOUR, 0],
];

describe('the time off', () => {
  it.each(CASES)('%s at the last commit, %s now, the clock moved by %d ms: %d ms are counted', (last, now, moved, counted) => {
    expect(offTime({ wallMs: T0, trust: last }, T0 + moved, now)).toBe(counted);
  });

  it('is never negative, and never more than a day where an end was not checked', () => {
    const trust = fc.constantFrom<ClockTrust>('never', 'holding', 'synced');
    const wall = fc.integer({ min: 0, max: 2 * T0 });
    fc.assert(
      fc.property(trust, trust, wall, wall, (last, now, from, to) => {
        const counted = offTime({ wallMs: from, trust: last }, to, now);
        expect(counted).toBeGreaterThanOrEqual(0);
        if (last !== 'synced' || now !== 'synced') expect(counted).toBeLessThanOrEqual(UNCHECKED_MAX_MS);
      }),
    );
  });

  it('is made up for from the last moment that was certain', () => {
    const anchor = { steadyMs: 1000, wallMs: T0 };
    expect(missed(anchor, T0 + 40 * DAY, 1000 + DAY)).toBe(39 * DAY);
    expect(missed(anchor, T0 + DAY, 1000 + DAY)).toBe(0);
    expect(missed(anchor, T0 - YEAR, 1000 + DAY)).toBe(0);
  });
});
