import ArrowRight from 'lucide-react/icons/arrow-right';
import { type ReactNode, useMemo, useState } from 'react';
import type { FlowEdgeView } from '../../../core/contract/views.ts';
import { SearchField } from '../../components/Choices.tsx';
import { type Column, DataTable, type Sorting, sortRows } from '../../components/DataTable.tsx';
import { NoMatch } from '../../components/NoMatch.tsx';
import { HealthBadge } from '../../components/StateBadge.tsx';
import { HEALTH_RANK } from '../../components/tone.ts';
import { useMedia } from '../../hooks/use-media.ts';
import { flows, flowList as text } from '../../text/flows.ts';
import { formatCount, formatRate } from '../../text/format.ts';
import { droppedOf, isShared } from './graph.ts';

/** An edge with the names of its ends, as the list shows it. */
export interface FlowRow {
  readonly edge: FlowEdgeView;
  readonly from: string;
  readonly to: string;
  readonly chosen: boolean;
  readonly onChoose: (id: string) => void;
}

const rowId = (row: FlowRow): string => row.edge.id;

function Name(props: { row: FlowRow }): ReactNode {
  const { edge, chosen, onChoose } = props.row;
  return (
    <button type="button" className="row-link flow-pick clip" aria-pressed={chosen} onClick={() => onChoose(edge.id)}>
      {edge.subscription}
    </button>
  );
}
const Way = (props: { row: FlowRow }): ReactNode => (
  <span className="row flow-way">
    <span className="clip">{props.row.from}</span>
    <ArrowRight size={14} aria-hidden="true" />
    <span className="clip">{props.row.to}</span>
  </span>
);
function Dropped(props: { edge: FlowEdgeView }): ReactNode {
  const count = droppedOf(props.edge);
  return count === 0 ? null : <span className="flow-dropped num">{flows.dropped(formatCount(count))}</span>;
}

const COLUMNS: readonly Column<FlowRow>[] = [
  {
    id: 'state',
    head: text.columns.state,
    width: 'minmax(136px, 0.7fr)',
    cell: (row) => <HealthBadge health={row.edge.health} size="s" />,
    sortBy: (row) => HEALTH_RANK[row.edge.health],
  },
  {
    id: 'name',
    head: text.columns.name,
    width: 'minmax(140px, 1.5fr)',
    cell: (row) => <Name row={row} />,
    sortBy: (row) => row.edge.subscription,
  },
  {
    id: 'way',
    head: text.columns.way,
    width: 'minmax(150px, 2fr)',
    cell: (row) => <Way row={row} />,
    sortBy: (row) => `${row.from} ${row.to}`,
  },
  {
    id: 'subject',
    head: text.columns.subject,
    width: 'minmax(130px, 1.6fr)',
    cell: (row) => <span className="mono flow-subject clip">{row.edge.subject}</span>,
    sortBy: (row) => row.edge.subject,
  },
  {
    id: 'rate',
    head: text.columns.rate,
    width: '76px',
    align: 'end',
    cell: (row) => formatRate(row.edge.perS),
    sortBy: (row) => row.edge.perS,
  },
  {
    id: 'queue',
    head: text.columns.queue,
    width: '112px',
    align: 'end',
    cell: (row) => text.queue(formatCount(row.edge.books.waiting), formatCount(row.edge.queueSize)),
    sortBy: (row) => row.edge.books.waiting / Math.max(1, row.edge.queueSize),
  },
  {
    id: 'books',
    head: text.columns.books,
    width: 'minmax(170px, 1fr)',
    align: 'end',
    cell: (row) => (
      <span className="flow-books">
        <span title={isShared(row.edge) ? text.shared : undefined}>
          {text.books(formatCount(row.edge.books.in), formatCount(row.edge.books.out))}
        </span>
        <Dropped edge={row.edge} />
      </span>
    ),
    sortBy: (row) => row.edge.books.in,
  },
];

/** Where there is less room: the queue is in the panel too. */
const NARROW = COLUMNS.filter((column) => column.id !== 'queue');
/** Beside an open panel, which shows the rest. */
const BESIDE = COLUMNS.filter((column) => ['state', 'name', 'way', 'rate'].includes(column.id));

const card = (row: FlowRow): ReactNode => (
  <div className="flow-card">
    <div className="row">
      <span className="grow clip">
        <Name row={row} />
      </span>
      <HealthBadge health={row.edge.health} size="s" />
    </div>
    <Way row={row} />
    <div className="row small muted">
      <span className="grow mono clip">{row.edge.subject}</span>
      <Dropped edge={row.edge} />
      <span className="num">{flows.rate(formatRate(row.edge.perS))}</span>
    </div>
  </div>
);

/** Every flow as a row, for keyboards, screen readers and phones. */
export function FlowList(props: { rows: readonly FlowRow[]; beside: boolean }): ReactNode {
  const narrow = useMedia('(max-width: 1199px)');
  const [search, setSearch] = useState('');
  const [sorting, setSorting] = useState<Sorting>({ column: 'state', down: false });
  const shown = useMemo(() => {
    const wanted = search.trim().toLowerCase();
    const found = props.rows.filter(({ edge, from, to }) =>
      `${edge.subscription} ${edge.from} ${edge.to} ${from} ${to} ${edge.subject}`.toLowerCase().includes(wanted),
    );
    return sortRows(found, COLUMNS, sorting);
  }, [props.rows, search, sorting]);
  return (
    <div className="sheet flow-list">
      <div className="flow-list-head">
        <SearchField label={text.search} value={search} onChange={setSearch} />
      </div>
      {shown.length === 0 ? (
        <NoMatch words={text} onShowAll={() => setSearch('')} />
      ) : (
        <DataTable
          label={text.table}
          rows={shown}
          columns={props.beside ? BESIDE : narrow ? NARROW : COLUMNS}
          rowId={rowId}
          sorting={sorting}
          onSort={setSorting}
          card={card}
          cardHeight={104}
        />
      )}
    </div>
  );
}
