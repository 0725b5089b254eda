import type { ReactNode } from 'react';
import { useStore } from 'zustand';
import { useNow } from '../../hooks/use-now.ts';
import type { TrailPoint } from '../../stores/backlog-trail.ts';
import { useConsole } from '../../stores/context.tsx';
import { formatCount } from '../../text/format.ts';
import { overview } from '../../text/overview.ts';

const SPAN_MS = 300_000;
const W = 300;
const H = 72;

/** Top of the scale: the next 1, 2 or 5 times a power of ten. */
export function niceTop(most: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(most, 1)));
  const step = [1, 2, 5, 10].find((s) => s * power >= most) ?? 10;
  return Math.max(step * power, 10);
}

/** The outline of how many waited, from the left edge to now. */
export function trailPath(points: readonly TrailPoint[], now: number, top: number): string {
  return points
    .filter((point) => point.at >= now - SPAN_MS)
    .map((point, i) => {
      const x = ((point.at - (now - SPAN_MS)) / SPAN_MS) * W;
      const y = H - (point.count / top) * H;
      return `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}

/** How the backlog grew and drained over the last five minutes. */
export function BacklogChart(): ReactNode {
  const points = useStore(useConsole().trail.store);
  const now = useNow();
  const recent = points.filter((point) => point.at >= now - SPAN_MS);
  const top = niceTop(Math.max(0, ...recent.map((point) => point.count)));
  const line = trailPath(points, now, top);
  const first = recent[0];
  const left = first ? ((first.at - (now - SPAN_MS)) / SPAN_MS) * W : W;
  const right = recent.at(-1);
  const end = right ? ((right.at - (now - SPAN_MS)) / SPAN_MS) * W : W;
  return (
    <figure className="backlog-chart" aria-label={overview.cloud.chart}>
      <div className="backlog-plot">
        <span className="backlog-top num">{formatCount(top)}</span>
        <svg viewBox={`0 0 ${W} ${H}`} preserveAspectRatio="none" aria-hidden="true">
          <path className="backlog-grid" d={`M0 0H${W}M0 ${H / 2}H${W}`} />
          {line !== '' && <path className="backlog-area" d={`${line}L${end.toFixed(1)} ${H}L${left.toFixed(1)} ${H}Z`} />}
          {line !== '' && <path className="backlog-line" d={line} />}
        </svg>
      </div>
      <div className="backlog-axis">
        <span>{overview.cloud.chartFrom}</span>
        <span>{overview.cloud.chartNow}</span>
      </div>
    </figure>
  );
}
