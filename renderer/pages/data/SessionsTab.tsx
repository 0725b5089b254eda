import UserX from 'lucide-react/icons/user-x';
import { type ReactNode, useMemo, useState } from 'react';
import type { SessionView } from '../../../core/contract/outbox-views.ts';
import { Button } from '../../components/Button.tsx';
import { ConfirmHold } from '../../components/ConfirmHold.tsx';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { Ago, EmptyNotice, ErrorNotice, ProblemNotice, Skeleton } from '../../components/Notices.tsx';
import { StateBadge } from '../../components/StateBadge.tsx';
import { useCall } from '../../hooks/use-call.ts';
import { useNow } from '../../hooks/use-now.ts';
import { rowsOf, useRows } from '../../hooks/use-table.ts';
import { common } from '../../text/common.ts';
import { formatAgo, formatBytes, formatCount, formatDateTime } from '../../text/format.ts';
import { byName } from '../../text/locale.ts';
import { sessions as text } from '../../text/storage.ts';
import { DataTabs } from './DataTabs.tsx';

const rowId = (row: SessionView): string => row.id;
const isFull = (row: SessionView): boolean => row.queued >= row.maxQueued;

function State(props: { row: SessionView }): ReactNode {
  const { row } = props;
  if (!row.connected && isFull(row)) return <StateBadge tone="warn" label={`${text.away}, ${text.full}`} size="s" />;
  return <StateBadge tone="normal" label={row.connected ? text.here : text.away} size="s" />;
}

function Expires(props: { row: SessionView }): ReactNode {
  const now = useNow();
  const { expiresAt } = props.row;
  if (expiresAt === null) return <span className="muted small">{text.never}</span>;
  return (
    <time className="small num" title={formatDateTime(expiresAt)}>
      {formatAgo(expiresAt, now)}
    </time>
  );
}

function Queued(props: { row: SessionView }): ReactNode {
  const { row } = props;
  return (
    <>
      <p>{text.queued(formatCount(row.queued), formatCount(row.maxQueued))}</p>
      <p className="small muted">{formatBytes(row.queuedBytes)}</p>
    </>
  );
}

function Forget(props: { row: SessionView; onForget: (id: string) => void }): ReactNode {
  const { id } = props.row;
  return (
    <Button
      icon={<UserX size={18} aria-hidden="true" />}
      aria-label={text.forgetName(id)}
      title={text.forgetName(id)}
      onClick={() => props.onForget(id)}
    />
  );
}

const columnsOf = (onForget: (id: string) => void): readonly Column<SessionView>[] => [
  {
    id: 'client',
    head: text.columns.client,
    width: 'minmax(130px, 1.6fr)',
    cell: (row) => <p className="clip-two data-topic data-name">{row.id}</p>,
  },
  { id: 'state', head: text.columns.state, width: '132px', cell: (row) => <State row={row} /> },
  {
    id: 'since',
    head: text.columns.since,
    width: '108px',
    cell: (row) => (
      <span className="small">
        <Ago at={row.since} />
      </span>
    ),
  },
  {
    id: 'subscriptions',
    head: text.columns.subscriptions,
    width: '116px',
    align: 'end',
    cell: (row) => formatCount(row.subscriptions),
  },
  { id: 'queued', head: text.columns.queued, width: '136px', align: 'end', cell: (row) => <Queued row={row} /> },
  {
    id: 'dropped',
    head: text.columns.dropped,
    width: '88px',
    align: 'end',
    cell: (row) => (row.dropped === 0 ? <span className="muted">0</span> : <strong>{formatCount(row.dropped)}</strong>),
  },
  { id: 'expires', head: text.columns.expires, width: 'minmax(108px, 1fr)', cell: (row) => <Expires row={row} /> },
  { id: 'forget', head: '', width: '84px', cell: (row) => <Forget row={row} onForget={onForget} /> },
];

function Card(props: { row: SessionView; onForget: (id: string) => void }): ReactNode {
  const { row } = props;
  return (
    <div className="session-card">
      <div className="card-lines">
        <div className="row">
          <span className="grow clip data-name">{row.id}</span>
          <State row={row} />
        </div>
        <p className="small muted num">
          {text.columns.queued} {text.queued(formatCount(row.queued), formatCount(row.maxQueued))},{' '}
          {text.columns.dropped.toLowerCase()} {formatCount(row.dropped)}
        </p>
        <p className="small muted num">
          {text.columns.since} <Ago at={row.since} />, {text.columns.expires.toLowerCase()} <Expires row={row} />
        </p>
      </div>
      <Forget row={row} onForget={props.onForget} />
    </div>
  );
}

function ForgetDialog(props: { row: SessionView; onClose: () => void }): ReactNode {
  const { row, onClose } = props;
  const { run, busy, problem } = useCall('session.forget', { done: text.done(row.id), inline: true, onDone: onClose });
  return (
    <Dialog
      open
      title={text.forgetTitle(row.id)}
      onClose={onClose}
      actions={
        <>
          <Button kind="quiet" onClick={onClose}>
            {common.cancel}
          </Button>
          <ConfirmHold kind="primary" label={text.hold} busy={busy} onConfirm={() => void run({ id: row.id })} />
        </>
      }
    >
      <div className="stack">
        <p>{text.forgetBody(formatCount(row.queued))}</p>
        {row.connected ? <ErrorNotice tone="warn" what={text.forgetHere} /> : <p>{text.forgetAway}</p>}
        {problem && <ProblemNotice problem={problem} />}
      </div>
    </Dialog>
  );
}

/** What the local broker remembers of its clients. */
export function SessionsTab(): ReactNode {
  const table = useRows('sessions');
  const rows = useMemo(() => rowsOf(table).sort((a, b) => byName(a.id, b.id)), [table]);
  const [forgetting, setForgetting] = useState<string | null>(null);
  const columns = useMemo(() => columnsOf(setForgetting), []);
  const card = useMemo(
    () =>
      (row: SessionView): ReactNode => <Card row={row} onForget={setForgetting} />,
    [],
  );
  const row = forgetting === null ? undefined : table.byId[forgetting];
  return (
    <div className="page page-fill">
      <h1 className="visually-hidden">{text.title}</h1>
      <DataTabs current="sessions" />
      <p className="small muted">{text.intro}</p>
      <div className="sheet sheet-fill">
        {table.status === 'loading' ? (
          <Skeleton rows={5} />
        ) : rows.length === 0 ? (
          <EmptyNotice title={text.none} body={text.noneBody} />
        ) : (
          <DataTable label={text.table} rows={rows} columns={columns} rowId={rowId} rowHeight={64} card={card} cardHeight={104} />
        )}
      </div>
      {row && <ForgetDialog row={row} onClose={() => setForgetting(null)} />}
    </div>
  );
}
