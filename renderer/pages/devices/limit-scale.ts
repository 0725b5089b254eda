import type { PointView } from '../../../core/contract/views.ts';

type Limits = NonNullable<PointView['limits']>;

export interface LimitScale {
  /** Places on the bar, 0..1. */
  readonly value: number;
  readonly lowLow: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly highHigh: number | null;
}

/** Where a value and its limits stand on a bar that shows all of them with a margin. Null without a limit. */
export function scaleOf(limits: Limits, value: number): LimitScale | null {
  const set = [limits.lowLow, limits.low, limits.high, limits.highHigh].filter((one) => one !== null);
  if (set.length === 0) return null;
  const from = Math.min(...set);
  const to = Math.max(...set);
  // with one limit only, the bar reaches from it as far as to zero, or a tenth
  const span = to > from ? to - from : Math.max(Math.abs(to), 1);
  const least = from - span * 0.25;
  const most = to + span * 0.25;
  const at = (one: number): number => Math.min(Math.max((one - least) / (most - least), 0), 1);
  const place = (one: number | null): number | null => (one === null ? null : at(one));
  return {
    value: at(value),
    lowLow: place(limits.lowLow),
    low: place(limits.low),
    high: place(limits.high),
    highHigh: place(limits.highHigh),
  };
}
