import type { ReactNode } from 'react';
import type { DeviceView, PointView } from '../../core/contract/views.ts';
import { quality } from '../text/common.ts';
import { formatValue } from '../text/format.ts';
import { StateIcon } from './StateBadge.tsx';
import type { Tone } from './tone.ts';

export const QUALITY_TONE: Readonly<Record<PointView['quality'], Tone>> = { good: 'normal', stale: 'warn', bad: 'fault' };

/** The point that stands for a device where there is room for one: the first that has a value, or the first at all. */
export function keyPoint(device: DeviceView): PointView | undefined {
  return device.points.find((point) => point.value !== null) ?? device.points[0];
}

/** A value with its unit; what is not good is marked by shape and word. */
export function PointValue(props: { point: PointView; strong?: boolean }): ReactNode {
  const { point } = props;
  return (
    <span className="num" style={{ whiteSpace: 'nowrap' }} data-tone={QUALITY_TONE[point.quality]}>
      {point.quality !== 'good' && (
        <>
          <span style={{ verticalAlign: '-3px' }}>
            <StateIcon tone={QUALITY_TONE[point.quality]} size={16} />
          </span>
          <span className="visually-hidden"> {quality[point.quality]} </span>{' '}
        </>
      )}
      <span style={{ fontWeight: props.strong ? 600 : 500, color: point.quality === 'good' ? undefined : 'var(--ink-2)' }}>
        {formatValue(point.value, point.decimals)}
      </span>
      {point.unit !== '' && point.value !== null && <span className="muted"> {point.unit}</span>}
    </span>
  );
}
