import type { ReactNode } from 'react';
import type { PointView } from '../../../core/contract/views.ts';
import { StateIcon } from '../../components/StateBadge.tsx';
import type { Tone } from '../../components/tone.ts';
import { limits as text } from '../../text/devices.ts';
import { formatNumber } from '../../text/format.ts';
import { scaleOf } from './limit-scale.ts';

const TONE: Readonly<Record<NonNullable<PointView['limit']>, Tone>> = {
  'low-low': 'fault',
  low: 'warn',
  normal: 'normal',
  high: 'warn',
  'high-high': 'fault',
};
const NAMES = ['lowLow', 'low', 'high', 'highHigh'] as const;

const percent = (share: number): string => `${share * 100}%`;

/** All limits of a point in words, for those who do not see the bar. */
export function limitsInWords(point: PointView): string {
  const { limits } = point;
  if (!limits) return '';
  return NAMES.flatMap((name) => {
    const limit = limits[name];
    return limit === null ? [] : [`${text.names[name]} ${formatNumber(limit, point.decimals)}`];
  }).join(', ');
}

/** A value in the context of its limits: the normal band, the limits as lines, the value as a mark; beyond them a shape and a word. */
export function LimitBar(props: { point: PointView }): ReactNode {
  const { point } = props;
  if (!point.limits || typeof point.value !== 'number') return null;
  const scale = scaleOf(point.limits, point.value);
  if (!scale) return null;
  const tone = point.limit === null ? 'normal' : TONE[point.limit];
  const from = scale.low ?? scale.lowLow ?? 0;
  const to = scale.high ?? scale.highHigh ?? 1;
  return (
    <div className="limit" data-tone={tone} title={limitsInWords(point)}>
      <div className="limit-bar" aria-hidden="true">
        <span className="limit-band" style={{ left: percent(from), width: percent(to - from) }} />
        {NAMES.map((name) => {
          const at = scale[name];
          return at === null ? null : <span key={name} className="limit-line" data-name={name} style={{ left: percent(at) }} />;
        })}
        <span className="limit-value" style={{ left: percent(scale.value) }} />
      </div>
      <span className="visually-hidden">{limitsInWords(point)}</span>
      {point.limit !== null && point.limit !== 'normal' && (
        <span className="limit-word small">
          <StateIcon tone={tone} size={14} /> {text.states[point.limit]}
        </span>
      )}
    </div>
  );
}
