import { describe, expect, it } from 'vitest';
import type { TrendPoint } from '../../../core/contract/views.ts';
import { panned, zoomed } from '../../../renderer/components/pan-zoom.ts';
import { sparkPath } from '../../../renderer/components/Sparkline.tsx';
import { trendColumns, trendFigures } from '../../../renderer/components/trend-data.ts';

const point = (at: number, avg: number | null, count = 1): TrendPoint => ({
  at,
  avg,
  min: avg === null ? null : avg - 1,
  max: avg === null ? null : avg + 1,
  last: avg,
  count,
});

describe('trend data', () => {
  it('leaves a gap where values stayed away for far longer than usual', () => {
    const points = [1000, 2000, 3000, 60_000, 61_000].map((at) => point(at, 5));
    const columns = trendColumns(points, 1000);
    expect(columns.line).toEqual([5, 5, 5, null, 5, 5]);
    expect(columns.high).toEqual([6, 6, 6, null, 6, 6]);
  });

  it('does not take a slow device for one that is away', () => {
    const points = [0, 60_000, 120_000, 180_000].map((at) => point(at, 5));
    expect(trendColumns(points, 1000).line).toEqual([5, 5, 5, 5]);
  });

  it('skips buckets without a number', () => {
    expect(trendColumns([point(0, 1), point(1000, null), point(2000, 2)], 1000).line).toEqual([1, 2]);
  });

  it('weighs the mean by the number of values', () => {
    expect(trendFigures([point(0, 10, 3), point(1, 20, 1)])).toEqual({ min: 9, max: 21, average: 12.5, count: 4 });
    expect(trendFigures([point(0, null)])).toBeNull();
  });

  it('breaks a sparkline at a gap and draws a flat one through the middle', () => {
    expect(sparkPath([1, null, 2]).match(/M/g)).toHaveLength(2);
    expect(sparkPath([5, 5])).toBe('M0.0 14.0L100.0 14.0');
    expect(sparkPath([null])).toBe('');
  });
});

describe('pan and zoom', () => {
  const window = { from: 0, to: 100_000 };
  it('moves the window against the drag', () => {
    expect(panned(window, 0.1)).toEqual({ from: -10_000, to: 90_000 });
  });
  it('keeps the middle where it is, within limits', () => {
    expect(zoomed(window, 0.5, 0.5)).toEqual({ from: 25_000, to: 75_000 });
    const closest = zoomed(window, 0.0001, 0);
    expect(closest.to - closest.from).toBe(20_000);
  });
});
