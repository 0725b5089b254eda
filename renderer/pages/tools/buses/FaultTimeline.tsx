import { type ReactNode, useMemo } from 'react';
import { ProblemNotice, Skeleton } from '../../../components/Notices.tsx';
import { useQuery } from '../../../hooks/use-call.ts';
import { buses as text } from '../../../text/buses.ts';
import { formatCount, formatMillis, formatTime } from '../../../text/format.ts';
import { type MinuteFaults, minutesOf } from './bus-words.ts';

const MINUTES = 120;
const EVERY_MS = 15_000;
const W = 6;
const H = 64;
const KINDS = ['timeouts', 'crc', 'late'] as const;

function Bar(props: { minute: MinuteFaults; at: number; most: number }): ReactNode {
  const { minute, at, most } = props;
  let below = 0;
  return (
    <g>
      {KINDS.map((kind) => {
        const height = (minute[kind] / most) * (H - 4);
        const y = H - below - height;
        below += height;
        return height > 0 ? (
          <rect key={kind} className="fault-bar" data-kind={kind} x={at * W + 1} y={y} width={W - 2} height={height} />
        ) : null;
      })}
    </g>
  );
}

/** Timeouts, damaged frames and late answers minute by minute; null asks for the whole bus. */
export function FaultTimeline(props: { bus: string; unit: number | null }): ReactNode {
  const { data, problem } = useQuery('bus.timeline', { bus: props.bus, unit: props.unit }, EVERY_MS);
  const minutes = useMemo(() => minutesOf(data ?? [], MINUTES), [data]);
  if (problem && !data) return <ProblemNotice problem={problem} />;
  if (!data) return <Skeleton height={H} />;
  const first = minutes[0];
  const last = minutes.at(-1);
  if (!first || !last) return <p className="muted">{text.timelineNone}</p>;
  const total = (kind: (typeof KINDS)[number]): number => minutes.reduce((sum, minute) => sum + minute[kind], 0);
  const most = Math.max(1, ...minutes.map(({ sum }) => sum));
  const sums = KINDS.map((kind) => `${text.timelineKinds[kind]} ${formatCount(total(kind))}`).join(', ');
  const newest = data.at(-1);
  return (
    <figure className="fault-line">
      <svg viewBox={`0 0 ${MINUTES * W} ${H}`} preserveAspectRatio="none" role="img" aria-label={sums}>
        <line className="fault-base" x1="0" x2={MINUTES * W} y1={H - 0.5} y2={H - 0.5} />
        {minutes.map((minute, i) => (minute.sum > 0 ? <Bar key={minute.at} minute={minute} at={i} most={most} /> : null))}
      </svg>
      <div className="row small muted num">
        <span className="grow">{formatTime(first.at).slice(0, 5)}</span>
        <span>{formatTime(last.at).slice(0, 5)}</span>
      </div>
      <figcaption className="row row-wrap small">
        {most === 1 && minutes.every(({ sum }) => sum === 0) ? (
          <span>{text.timelineFine}</span>
        ) : (
          KINDS.map((kind) => (
            <span key={kind} className="row fault-key">
              <span className="fault-swatch" data-kind={kind} aria-hidden="true" />
              {text.timelineKinds[kind]} <span className="num">{formatCount(total(kind))}</span>
            </span>
          ))
        )}
        {newest && newest.p95Ms > 0 && (
          <span className="muted">
            {text.p95} <span className="num">{formatMillis(newest.p95Ms)}</span>
          </span>
        )}
      </figcaption>
    </figure>
  );
}
