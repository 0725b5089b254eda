import { useMemo } from 'react';
import type { Output } from '../../core/contract/api.ts';
import { type QueryState, useQuery } from './use-call.ts';
import { useNow } from './use-now.ts';

export type TrendQuery = QueryState<'history.trend'> & { readonly from: number; readonly to: number };

/** The newest `windowMs` of a series in at most `buckets` buckets, asked anew every `everyMs` (and when the series changes). */
export function useTrend(series: string | null, windowMs: number, buckets: number, everyMs: number): TrendQuery {
  const to = useNow(everyMs) + everyMs;
  const from = to - windowMs;
  const input = useMemo(() => (series === null ? null : { series, from, to, buckets }), [series, from, to, buckets]);
  return { ...useQuery('history.trend', input), from, to };
}

/** One number per bucket for a sparkline: the average, or null for a gap. */
export const sparkOf = (points: Output<'history.trend'>): (number | null)[] => points.map((point) => point.avg);
