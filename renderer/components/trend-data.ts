import type { TrendPoint } from '../../core/contract/views.ts';

/** Columns as the chart wants them: seconds, average, lower and upper edge of the band. Null is a gap. */
export interface TrendColumns {
  readonly at: number[];
  readonly line: (number | null)[];
  readonly low: (number | null)[];
  readonly high: (number | null)[];
}

export interface TrendFigures {
  readonly min: number;
  readonly max: number;
  readonly average: number;
  readonly count: number;
}

function median(numbers: number[]): number {
  return numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

/**
 * Puts a gap wherever the distance to the next value is far more than usual: a device that was away must not look as if its
 * value had moved in a straight line. `bucketMs` is the width of one bucket.
 */
export function trendColumns(points: readonly TrendPoint[], bucketMs: number): TrendColumns {
  const good = points.filter((point) => point.avg !== null);
  const steps = good.slice(1).map((point, i) => point.at - (good[i]?.at ?? point.at));
  const limit = Math.max(bucketMs * 2.5, median(steps) * 3.5);
  const columns: TrendColumns = { at: [], line: [], low: [], high: [] };
  const push = (at: number, line: number | null, low: number | null, high: number | null): void => {
    columns.at.push(at / 1000);
    columns.line.push(line);
    columns.low.push(low);
    columns.high.push(high);
  };
  let before: number | null = null;
  for (const point of good) {
    if (before !== null && point.at - before > limit) push(before + 1, null, null, null);
    push(point.at, point.avg, point.min ?? point.avg, point.max ?? point.avg);
    before = point.at;
  }
  return columns;
}

/** Least, greatest and mean (weighted by how many values each bucket has) of what is shown; null where there is no number. */
export function trendFigures(points: readonly TrendPoint[]): TrendFigures | null {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let count = 0;
  for (const point of points) {
    if (point.avg === null) continue;
    min = Math.min(min, point.min ?? point.avg);
    max = Math.max(max, point.max ?? point.avg);
    sum += point.avg * point.count;
    count += point.count;
  }
  return count === 0 ? null : { min, max, average: sum / count, count };
}
