import type { ReactNode } from 'react';
import type { FunctionView } from '../../../core/contract/views.ts';
import type { Column } from '../../components/DataTable.tsx';
import { StateBadge } from '../../components/StateBadge.tsx';
import { href } from '../../hooks/use-route.ts';
import { formatBytes, formatCount, formatMillis, formatRate } from '../../text/format.ts';
import { states, functions as text } from '../../text/functions.ts';
import { errorsOf, isTimed, MEGA, STATE_RANK, STATE_TONE } from './state.ts';

const duration = (row: FunctionView, ms: number): string => (isTimed(row) ? formatMillis(ms) : '–');

function Name(props: { row: FunctionView }): ReactNode {
  return (
    <a className="row-link function-name clip" href={href('functions', props.row.name)}>
      {props.row.name}
    </a>
  );
}
function Errors(props: { row: FunctionView }): ReactNode {
  const count = errorsOf(props.row);
  const { failedEvents } = props.row;
  return (
    <span className="function-cell">
      <span className={count > 0 ? 'function-errors' : undefined}>{formatCount(count)}</span>
      {failedEvents > 0 && <span className="small muted">{text.kept(formatCount(failedEvents))}</span>}
    </span>
  );
}

function Memory(props: { row: FunctionView }): ReactNode {
  return (
    <span className="function-cell">
      <span>{formatBytes(props.row.heapBytes)}</span>
      <span className="small muted">{text.limit(formatBytes(props.row.memoryMb * MEGA))}</span>
    </span>
  );
}

/** The columns of the list; module-level, as the table needs them to keep their identity. */
export const FUNCTION_COLUMNS: readonly Column<FunctionView>[] = [
  {
    id: 'state',
    head: text.columns.state,
    width: 'minmax(124px, 0.7fr)',
    cell: (row) => <StateBadge tone={STATE_TONE[row.state]} label={states[row.state]} size="s" />,
    sortBy: (row) => STATE_RANK[row.state],
  },
  {
    id: 'name',
    head: text.columns.name,
    width: 'minmax(160px, 2.4fr)',
    cell: (row) => (
      <div className="function-cell">
        <Name row={row} />
        <span className="small muted clip">{row.description}</span>
      </div>
    ),
    sortBy: (row) => row.name,
  },
  {
    id: 'rate',
    head: text.columns.rate,
    width: '80px',
    align: 'end',
    cell: (row) => formatRate(row.invocationsPerS),
    sortBy: (row) => row.invocationsPerS,
  },
  { id: 'errors', head: text.columns.errors, width: '96px', align: 'end', cell: (row) => <Errors row={row} />, sortBy: errorsOf },
  {
    id: 'p50',
    head: text.columns.p50,
    width: '88px',
    align: 'end',
    cell: (row) => duration(row, row.durationMs.p50),
    sortBy: (row) => row.durationMs.p50,
  },
  {
    id: 'p95',
    head: text.columns.p95,
    width: '88px',
    align: 'end',
    cell: (row) => duration(row, row.durationMs.p95),
    sortBy: (row) => row.durationMs.p95,
  },
  {
    id: 'p99',
    head: text.columns.p99,
    width: '88px',
    align: 'end',
    cell: (row) => duration(row, row.durationMs.p99),
    sortBy: (row) => row.durationMs.p99,
  },
  {
    id: 'memory',
    head: text.columns.memory,
    width: '116px',
    align: 'end',
    cell: (row) => <Memory row={row} />,
    sortBy: (row) => row.heapBytes,
  },
  {
    id: 'queue',
    head: text.columns.queue,
    width: '120px',
    align: 'end',
    cell: (row) => text.of(formatCount(row.queue), formatCount(row.queueSize)),
    sortBy: (row) => row.queue / Math.max(1, row.queueSize),
  },
  {
    id: 'restarts',
    head: text.columns.restarts,
    width: '96px',
    align: 'end',
    cell: (row) => formatCount(row.restarts),
    sortBy: (row) => row.restarts,
  },
];

/** Where there is less room; the function's page has the rest. */
export const NARROW_COLUMNS = FUNCTION_COLUMNS.filter((column) => column.id !== 'p50' && column.id !== 'restarts');

export function FunctionCard(props: { row: FunctionView }): ReactNode {
  const { row } = props;
  const count = errorsOf(row);
  return (
    <div className="function-card">
      <div className="row">
        <span className="grow clip">
          <Name row={row} />
        </span>
        <StateBadge tone={STATE_TONE[row.state]} label={states[row.state]} size="s" />
      </div>
      <p className="small muted clip">{row.description}</p>
      <p className="row small num">
        <span>{text.perSecond(formatRate(row.invocationsPerS))}</span>
        <span className="muted">
          {text.columns.p95} {duration(row, row.durationMs.p95)}
        </span>
        <span className="grow" />
        {count > 0 && <span className="function-errors">{text.errors(formatCount(count))}</span>}
        {row.restarts > 0 && <span className="muted">{text.restarts(formatCount(row.restarts))}</span>}
      </p>
    </div>
  );
}
