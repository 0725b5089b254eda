import type { LimitsConfig } from '../../contract/document/points.ts';
import type { PointView } from '../../contract/views.ts';

export type LimitBand = NonNullable<PointView['limit']>;

interface Edge {
  readonly band: LimitBand;
  readonly limit: number | undefined;
  /** 1: violated at and above the limit; -1: at and below. */
  readonly side: 1 | -1;
}

/** The worst of each side first. */
const edgesOf = ({ lowLow, low, high, highHigh }: LimitsConfig): readonly Edge[] => [
  { band: 'high-high', limit: highHigh, side: 1 },
  { band: 'low-low', limit: lowLow, side: -1 },
  { band: 'high', limit: high, side: 1 },
  { band: 'low', limit: low, side: -1 },
];
/** What is violated together with a band: who is above high-high is above high. */
const HELD: Readonly<Record<LimitBand, readonly LimitBand[]>> = {
  'high-high': ['high-high', 'high'],
  high: ['high'],
  normal: [],
  low: ['low'],
  'low-low': ['low-low', 'low'],
};

const violates = ({ limit, side }: Edge, value: number, ease: number): boolean =>
  limit !== undefined && (side === 1 ? value >= limit - ease : value <= limit + ease);

/**
 * Where a value stands. A value at or beyond a limit violates it; a limit that was violated before is so until the value has come back
 * by more than the hysteresis, or violates the other side. Pure; `before` is null for the first value.
 */
export function limitBand(limits: LimitsConfig, value: number, before: LimitBand | null): LimitBand {
  const edges = edgesOf(limits);
  const now = edges.find((edge) => violates(edge, value, 0));
  const held = before === null ? [] : HELD[before];
  const kept = edges.find((edge) => held.includes(edge.band) && violates(edge, value, limits.hysteresis ?? 0));
  if (!kept || (now && now.side !== kept.side)) return now?.band ?? 'normal';
  // Both on one side: the order of the edges is the order of their weight there.
  return now && edges.indexOf(now) < edges.indexOf(kept) ? now.band : kept.band;
}
