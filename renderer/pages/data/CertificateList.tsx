import { type ReactNode, useMemo } from 'react';
import type { CertificateView } from '../../../core/contract/outbox-views.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { EmptyNotice, Skeleton } from '../../components/Notices.tsx';
import { StateBadge } from '../../components/StateBadge.tsx';
import { href } from '../../hooks/use-route.ts';
import { rowsOf, useRows } from '../../hooks/use-table.ts';
import { certificates as text } from '../../text/certificates.ts';
import { formatCount, formatDateTime, formatDuration } from '../../text/format.ts';
import { sumOf } from '../../text/outbox-words.ts';
import { DataTabs } from './DataTabs.tsx';

const rowId = (row: CertificateView): string => row.id;

/** What the outage concerned: what waited before and what was accepted meanwhile. */
export const certifiedCount = (row: CertificateView): number => row.waitingBefore + row.accepted;

function State(props: { row: CertificateView }): ReactNode {
  const { state } = props.row;
  return <StateBadge tone={state === 'open' ? 'starting' : 'normal'} label={text.states[state]} size="s" />;
}

function Missing(props: { row: CertificateView }): ReactNode {
  const missing = sumOf(props.row.dropped) + props.row.deadLettered;
  return missing === 0 ? <span className="muted">0</span> : <strong>{formatCount(missing)}</strong>;
}

const link = (row: CertificateView): ReactNode => (
  <a className="row-link clip data-name num" href={href('data', 'certificates', row.id)}>
    {formatDateTime(row.from)}
  </a>
);

const COLUMNS: readonly Column<CertificateView>[] = [
  {
    id: 'from',
    head: text.columns.from,
    width: 'minmax(182px, 1.2fr)',
    cell: (row) => (
      <>
        {link(row)}
        <p className="small muted clip">{row.id}</p>
      </>
    ),
  },
  { id: 'span', head: text.columns.span, width: '96px', align: 'end', cell: (row) => formatDuration(row.offlineMs) },
  {
    id: 'cause',
    head: text.columns.cause,
    width: 'minmax(120px, 1.8fr)',
    cell: (row) => <p className="small clip-two">{row.cause?.message ?? text.noCause}</p>,
  },
  { id: 'accepted', head: text.columns.accepted, width: '92px', align: 'end', cell: (row) => formatCount(certifiedCount(row)) },
  { id: 'delivered', head: text.columns.delivered, width: '92px', align: 'end', cell: (row) => formatCount(row.delivered) },
  { id: 'missing', head: text.columns.missing, width: '96px', align: 'end', cell: (row) => <Missing row={row} /> },
  {
    id: 'duplicates',
    head: text.columns.duplicates,
    width: '100px',
    align: 'end',
    cell: (row) => formatCount(row.duplicatesPossible),
  },
  { id: 'state', head: text.columns.state, width: '128px', cell: (row) => <State row={row} /> },
];

const card = (row: CertificateView): ReactNode => (
  <div className="card-lines">
    <div className="row">
      <span className="grow clip">{link(row)}</span>
      <State row={row} />
    </div>
    <p className="small muted clip num">
      {formatDuration(row.offlineMs)}, {row.cause?.message ?? text.noCause}
    </p>
    <p className="small num">
      {text.columns.accepted} {formatCount(certifiedCount(row))}, {text.columns.delivered.toLowerCase()}{' '}
      {formatCount(row.delivered)}, {text.columns.missing.toLowerCase()} <Missing row={row} />
    </p>
  </div>
);

/** Every outage that was certified, newest first. */
export function CertificateList(): ReactNode {
  const table = useRows('certificates');
  const rows = useMemo(() => rowsOf(table).sort((a, b) => b.from - a.from), [table]);
  return (
    <div className="page page-fill">
      <h1 className="visually-hidden">{text.title}</h1>
      <DataTabs current="certificates" />
      <p className="small muted">
        {text.intro} {text.kept}
      </p>
      <div className="sheet sheet-fill">
        {table.status === 'loading' ? (
          <Skeleton rows={6} />
        ) : rows.length === 0 ? (
          <EmptyNotice title={text.none} body={text.noneBody} />
        ) : (
          <DataTable label={text.table} rows={rows} columns={COLUMNS} rowId={rowId} rowHeight={64} card={card} cardHeight={104} />
        )}
      </div>
    </div>
  );
}
