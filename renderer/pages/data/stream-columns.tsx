import type { ReactNode } from 'react';
import type { OutboxStreamView } from '../../../core/contract/outbox-views.ts';
import type { Column } from '../../components/DataTable.tsx';
import { StateIcon } from '../../components/StateBadge.tsx';
import { href } from '../../hooks/use-route.ts';
import { streams as text } from '../../text/data.ts';
import { formatBytes, formatCount, formatDuration, formatPercent, formatRate } from '../../text/format.ts';

/** From here on a stream is nearly full. */
const HIGH = 80;

/** The stream of everything that no other takes; it has no limits of its own. */
export const REST = 'rest';

export const nameOfStream = (id: string): string => (id === REST ? text.rest : id);
export const streamName = (stream: OutboxStreamView): string => nameOfStream(stream.id);

/** Time to drain as it is shown: `empty`, `12 min`, `grows`, or a dash where it neither grows nor shrinks. */
export function drainWords(stream: OutboxStreamView): string {
  if (stream.count === 0) return text.drained;
  if (stream.drainMs !== null) return formatDuration(stream.drainMs);
  return stream.inPerS > stream.outPerS ? text.growing : '–';
}

function Used(props: { percent: number }): ReactNode {
  const high = props.percent >= HIGH;
  return (
    <div className="used" data-tone={high ? 'warn' : 'normal'}>
      <span className="used-value num">
        {high && (
          <>
            <StateIcon tone="warn" size={14} />
            <span className="visually-hidden">{text.high}</span>
          </>
        )}
        {formatPercent(props.percent)}
      </span>
      <span className="used-bar" aria-hidden="true">
        <span style={{ width: `${Math.min(100, Math.max(0, props.percent))}%` }} />
      </span>
    </div>
  );
}

function Name(props: { stream: OutboxStreamView }): ReactNode {
  const { stream } = props;
  return (
    <a className="row-link clip data-name" href={href('data', 'stream', stream.id)}>
      {streamName(stream)}
    </a>
  );
}

const fault = (stream: OutboxStreamView): ReactNode =>
  stream.lastError === null ? (
    <span className="muted small">{text.noFault}</span>
  ) : (
    <span className="small clip-two" title={stream.lastError.message}>
      {stream.lastError.message}
    </span>
  );

export const STREAM_COLUMNS: readonly Column<OutboxStreamView>[] = [
  {
    id: 'name',
    head: text.columns.name,
    width: 'minmax(150px, 1.5fr)',
    cell: (stream) => (
      <>
        <Name stream={stream} />
        {stream.id !== REST && <p className="small muted clip">{stream.takes}</p>}
      </>
    ),
  },
  {
    id: 'waiting',
    head: text.columns.waiting,
    width: '110px',
    align: 'end',
    cell: (stream) => (
      <>
        <p>{formatCount(stream.count)}</p>
        <p className="small muted">{formatBytes(stream.bytes)}</p>
      </>
    ),
  },
  {
    id: 'oldest',
    head: text.columns.oldest,
    width: '104px',
    align: 'end',
    cell: (stream) => (stream.oldestAgeMs === null ? <span className="muted">–</span> : formatDuration(stream.oldestAgeMs)),
  },
  { id: 'in', head: text.columns.in, width: '76px', align: 'end', cell: (stream) => formatRate(stream.inPerS) },
  { id: 'out', head: text.columns.out, width: '76px', align: 'end', cell: (stream) => formatRate(stream.outPerS) },
  { id: 'drain', head: text.columns.drain, width: '100px', align: 'end', cell: drainWords },
  { id: 'used', head: text.columns.used, width: '104px', cell: (stream) => <Used percent={stream.usedPercent} /> },
  { id: 'fault', head: text.columns.fault, width: 'minmax(150px, 1.3fr)', cell: fault },
];

/** The same stream where the screen is too narrow for a table. */
export function StreamCard(props: { stream: OutboxStreamView }): ReactNode {
  const { stream } = props;
  return (
    <div className="card-lines">
      <div className="row">
        <span className="grow clip">
          <Name stream={stream} />
        </span>
        <strong className="num">{formatCount(stream.count)}</strong>
        <span className="muted small num">{formatBytes(stream.bytes)}</span>
      </div>
      <div className="row small muted num">
        <span className="grow clip">{stream.lastError?.message ?? stream.takes}</span>
        <span className="data-keep">{text.rates(formatRate(stream.inPerS), formatRate(stream.outPerS))}</span>
      </div>
      <div className="row small">
        <span className="grow num muted">
          {text.columns.oldest} {stream.oldestAgeMs === null ? '–' : formatDuration(stream.oldestAgeMs)}, {text.columns.drain}{' '}
          {drainWords(stream)}
        </span>
        <Used percent={stream.usedPercent} />
      </div>
    </div>
  );
}
