import RefreshCw from 'lucide-react/icons/refresh-cw';
import { type ReactNode, useCallback, useMemo } from 'react';
import type { OutboxStreamView, StorageView, WaitingView } from '../../../core/contract/outbox-views.ts';
import { Button } from '../../components/Button.tsx';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { EmptyNotice, ErrorNotice, ProblemNotice, Skeleton } from '../../components/Notices.tsx';
import { PayloadView } from '../../components/PayloadView.tsx';
import { preview } from '../../components/payload-text.ts';
import { useNow } from '../../hooks/use-now.ts';
import { usePaged } from '../../hooks/use-paged.ts';
import { go, href } from '../../hooks/use-route.ts';
import { useConsole } from '../../stores/context.tsx';
import { stream as text, why } from '../../text/data.ts';
import { formatBytes, formatCount, formatDateTime, formatDuration } from '../../text/format.ts';
import { sourceWords } from '../../text/outbox-words.ts';
import { payload as payloadWords } from '../../text/payload.ts';
import { nextWords, whyWaiting } from './why-waiting.ts';

const PAGE = 100;
const MOST_ROWS = 8;

const rowId = (row: WaitingView): string => String(row.id);
const address = (stream: string, row: WaitingView): string => `${href('data', 'stream', stream)}?message=${row.id}`;

function columnsOf(stream: string): readonly Column<WaitingView>[] {
  const { messageFacts: head } = text;
  return [
    {
      id: 'topic',
      head: text.message,
      width: 'minmax(220px, 3fr)',
      cell: (row) => (
        <>
          <a className="row-link clip data-name mono" href={address(stream, row)}>
            {row.topic}
          </a>
          <p className="small muted clip mono">{preview(row.payload)}</p>
        </>
      ),
    },
    {
      id: 'source',
      head: head.source,
      width: 'minmax(110px, 1fr)',
      cell: (row) => <span className="small">{sourceWords(row.source)}</span>,
    },
    { id: 'age', head: head.age, width: '110px', align: 'end', cell: (row) => formatDuration(row.ageMs) },
    {
      id: 'expires',
      head: head.expires,
      width: '120px',
      align: 'end',
      cell: (row) => (row.expiresInMs === null ? <span className="muted">{text.never}</span> : formatDuration(row.expiresInMs)),
    },
    { id: 'size', head: head.size, width: '96px', align: 'end', cell: (row) => formatBytes(row.size) },
  ];
}

/** One message that waits, over the list. */
function MessageDialog(props: { stream: string; row: WaitingView | undefined }): ReactNode {
  const { row, stream } = props;
  return (
    <Dialog open={row !== undefined} side title={text.message} onClose={() => go('data', 'stream', stream)}>
      {row && (
        <div className="stack">
          <h3 className="mono data-topic">{row.topic}</h3>
          <PayloadView message={row} />
          <dl className="facts small">
            <dt>{text.messageFacts.at}</dt>
            <dd className="num">
              {formatDateTime(row.at)}
              {row.redated && <span className="muted"> ({text.redated})</span>}
            </dd>
            <dt>{text.messageFacts.age}</dt>
            <dd className="num">{formatDuration(row.ageMs)}</dd>
            <dt>{text.messageFacts.expires}</dt>
            <dd className="num">{row.expiresInMs === null ? text.never : formatDuration(row.expiresInMs)}</dd>
            <dt>{text.messageFacts.source}</dt>
            <dd>{sourceWords(row.source)}</dd>
            <dt>{text.messageFacts.custody}</dt>
            <dd className="num">{formatCount(row.custody)}</dd>
            <dt>{text.messageFacts.id}</dt>
            <dd className="num">{row.id}</dd>
            <dt>{text.messageFacts.size}</dt>
            <dd className="num">{payloadWords.size(formatBytes(row.size), row.truncated)}</dd>
          </dl>
        </div>
      )}
    </Dialog>
  );
}

/** Why messages of a stream wait, and the messages themselves, loaded page by page. `message` is the id of the one that is open. */
export function WaitingList(props: {
  stream: OutboxStreamView;
  storage: StorageView | undefined;
  message: string | null;
}): ReactNode {
  const { stream, storage } = props;
  const { api } = useConsole();
  const now = useNow();
  const id = stream.id;
  const load = useCallback(
    (after: WaitingView | null, signal: AbortSignal) =>
      api.call('outbox.messages', { stream: id, after: after?.id ?? 0, limit: PAGE }, signal),
    [api, id],
  );
  const { rows, loading, problem, more, reload } = usePaged<WaitingView>(load);
  const columns = useMemo(() => columnsOf(id), [id]);
  const card = useCallback(
    (row: WaitingView): ReactNode => (
      <div className="card-lines">
        <a className="row-link clip data-name mono" href={address(id, row)}>
          {row.topic}
        </a>
        <p className="small muted clip mono">{preview(row.payload)}</p>
        <div className="row small muted num">
          <span className="grow clip">{sourceWords(row.source)}</span>
          <span>{formatDuration(row.ageMs)}</span>
          <span>{formatBytes(row.size)}</span>
        </div>
      </div>
    ),
    [id],
  );
  const destination = storage?.destinations.find((one) => one.id === stream.destination) ?? storage?.destinations[0];
  const open = rows?.find((row) => String(row.id) === props.message);
  return (
    <section className="sheet">
      <header className="sheet-head">
        <h2 className="grow">{text.waits}</h2>
        <Button kind="quiet" busy={loading} icon={<RefreshCw size={18} aria-hidden="true" />} onClick={reload}>
          {text.refresh}
        </Button>
      </header>
      {stream.count > 0 && storage && (
        <p className="sheet-body waiting-why num">
          <strong>{text.whyTitle}:</strong> {whyWaiting(storage, destination, now)}
          {destination?.lastError && (
            <span className="muted">
              {' '}
              {why.lastError}: {destination.lastError.message}
            </span>
          )}
        </p>
      )}
      {problem && <ProblemNotice problem={problem} action={<Button onClick={reload}>{text.refresh}</Button>} />}
      {props.message !== null && rows !== null && !open && (
        <ErrorNotice tone="normal" what={text.gone(props.message)} meaning={text.goneBody} />
      )}
      {rows === null ? (
        !problem && <Skeleton rows={4} />
      ) : rows.length === 0 ? (
        <EmptyNotice title={text.nothing} body={nextWords(destination)} />
      ) : (
        <div className="data-table-sheet" style={{ '--rows': Math.min(rows.length, MOST_ROWS) }}>
          <DataTable
            label={text.waitsList}
            rows={rows}
            columns={columns}
            rowId={rowId}
            rowHeight={64}
            card={card}
            cardHeight={104}
            onNearEnd={more}
          />
        </div>
      )}
      <MessageDialog stream={id} row={open} />
    </section>
  );
}
