import { type ReactNode, useMemo } from 'react';
import type { InstanceView } from '../../../core/contract/function-views.ts';
import type { FunctionView } from '../../../core/contract/views.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { EmptyNotice, Skeleton } from '../../components/Notices.tsx';
import { StateBadge } from '../../components/StateBadge.tsx';
import { useMedia, usePhone } from '../../hooks/use-media.ts';
import { useNow } from '../../hooks/use-now.ts';
import { rowsOf, useWatch } from '../../hooks/use-table.ts';
import { formatBytes, formatCount, formatDuration, formatMillis, formatPercent } from '../../text/format.ts';
import { instanceStates, now as text } from '../../text/function-now.ts';
import { INSTANCE_TONE } from './state.ts';

const ROW_HEIGHT = 60;
const CARD_HEIGHT = 128;
const HEAD_HEIGHT = 44;

const rowId = (row: InstanceView): string => row.id;
const memoryOf = (row: InstanceView): string => formatBytes(row.heapBytes + row.externalBytes);
const cpuOf = (row: InstanceView): string =>
  row.cpuPercent === null ? '–' : formatPercent(row.cpuPercent, row.cpuPercent < 10 ? 1 : 0);
const coldOf = (row: InstanceView): string => (row.coldMs === null ? '–' : formatMillis(row.coldMs));
const kindOf = (row: InstanceView): string => (row.isolation === 'thread' ? text.thread : text.process(String(row.pid ?? '–')));

function Name(props: { row: InstanceView }): ReactNode {
  return (
    <div className="function-cell">
      <span className="num clip">{props.row.id}</span>
      <span className="small muted num">{kindOf(props.row)}</span>
    </div>
  );
}

function Doing(props: { row: InstanceView }): ReactNode {
  const { event, inFlight } = props.row;
  if (event === null) return <span className="muted">{text.nothing}</span>;
  return (
    <div className="function-cell">
      <span className="mono small clip">{event.topic}</span>
      <span className="small muted num">
        {text.busyFor(formatMillis(event.forMs))}, {text.inFlight(formatCount(inFlight))}
      </span>
    </div>
  );
}

function Age(props: { row: InstanceView }): ReactNode {
  const now = useNow();
  return formatDuration(now - props.row.startedAt);
}

const badge = (row: InstanceView): ReactNode => (
  <StateBadge tone={INSTANCE_TONE[row.state]} label={instanceStates[row.state]} size="s" />
);

const COLUMNS: readonly Column<InstanceView>[] = [
  { id: 'state', head: text.columns.state, width: '124px', cell: badge },
  { id: 'id', head: text.columns.id, width: 'minmax(150px, 1.2fr)', cell: (row) => <Name row={row} /> },
  { id: 'doing', head: text.columns.doing, width: 'minmax(150px, 1.6fr)', cell: (row) => <Doing row={row} /> },
  { id: 'runs', head: text.columns.runs, width: '104px', align: 'end', cell: (row) => formatCount(row.invocations) },
  { id: 'memory', head: text.columns.memory, width: '96px', align: 'end', cell: memoryOf },
  { id: 'cpu', head: text.columns.cpu, width: '104px', align: 'end', cell: cpuOf },
  { id: 'cold', head: text.columns.cold, width: '88px', align: 'end', cell: coldOf },
  { id: 'age', head: text.columns.age, width: '104px', align: 'end', cell: (row) => <Age row={row} /> },
];
const NARROW = COLUMNS.filter((column) => column.id !== 'cold' && column.id !== 'age');

function card(row: InstanceView): ReactNode {
  return (
    <div className="function-card">
      <div className="row">
        <span className="grow">
          <Name row={row} />
        </span>
        {badge(row)}
      </div>
      <Doing row={row} />
      <p className="row small num">
        <span className="grow">{memoryOf(row)}</span>
        <span>{cpuOf(row)}</span>
        <span className="muted">
          {text.columns.runs} {formatCount(row.invocations)}
        </span>
      </p>
    </div>
  );
}

/** Why none is started by the next event. */
const NO_INSTANCE: Readonly<Partial<Record<FunctionView['state'], string>>> = {
  parked: text.noInstanceParked,
  paused: text.noInstancePaused,
};

/** The threads or processes that run this function now, and what each of them does. */
export function Instances(props: { row: FunctionView }): ReactNode {
  const { name, concurrency, threads, state } = props.row;
  const table = useWatch('instances', { function: name });
  const rows = useMemo(() => rowsOf(table), [table]);
  const narrow = useMedia('(max-width: 1199px)');
  const phone = usePhone();
  const rowHeight = phone ? CARD_HEIGHT : ROW_HEIGHT;
  return (
    <section
      className="sheet function-instances"
      style={{ '--rows-height': `${rows.length * rowHeight + (phone ? 0 : HEAD_HEIGHT)}px` }}
    >
      <header className="sheet-head">
        <h2 className="grow">{text.instances}</h2>
        <span className="small muted num">{text.instancesOf(formatCount(threads), formatCount(concurrency))}</span>
      </header>
      {table.status === 'loading' ? (
        <Skeleton rows={2} />
      ) : rows.length === 0 ? (
        <EmptyNotice title={text.noInstance} body={NO_INSTANCE[state] ?? text.noInstanceBody} />
      ) : (
        <DataTable
          label={text.instanceTable}
          rows={rows}
          columns={narrow ? NARROW : COLUMNS}
          rowId={rowId}
          rowHeight={ROW_HEIGHT}
          card={card}
          cardHeight={CARD_HEIGHT}
        />
      )}
    </section>
  );
}
