import { type ReactNode, useMemo, useState } from 'react';
import type { OutboxStreamView } from '../../../core/contract/outbox-views.ts';
import { DataTable } from '../../components/DataTable.tsx';
import { EmptyNotice, Skeleton } from '../../components/Notices.tsx';
import { rowsOf, useRow, useRows } from '../../hooks/use-table.ts';
import { data, streams as text } from '../../text/data.ts';
import { DataTabs } from './DataTabs.tsx';
import { FuelSheet } from './FuelSheet.tsx';
import { LedgerLine } from './Ledger.tsx';
import { LimitsDialog } from './LimitsDialog.tsx';
import { STREAM_COLUMNS, StreamCard } from './stream-columns.tsx';

/** More rows than this scroll inside the table. */
const MOST_ROWS = 12;

const rowId = (stream: OutboxStreamView): string => stream.id;
const card = (stream: OutboxStreamView): ReactNode => <StreamCard stream={stream} />;

/** What waits for the cloud: how long it can, whether the books balance, and every stream. */
export function OutboxTab(): ReactNode {
  const storage = useRow('storage', 'storage');
  const table = useRows('outbox');
  const rows = useMemo(() => rowsOf(table), [table]);
  const [limits, setLimits] = useState(false);
  return (
    <div className="page">
      <h1 className="visually-hidden">{data.title}</h1>
      <DataTabs current="outbox" />
      {storage ? (
        <>
          <FuelSheet storage={storage} streams={rows} onLimits={() => setLimits(true)} />
          <LedgerLine books={storage.books} titled />
        </>
      ) : (
        <Skeleton rows={5} />
      )}
      <section className="sheet data-table-sheet" style={{ '--rows': Math.min(Math.max(rows.length, 1), MOST_ROWS) }}>
        {table.status === 'loading' ? (
          <Skeleton rows={4} />
        ) : rows.length === 0 ? (
          <EmptyNotice title={text.empty} body={text.emptyBody} />
        ) : (
          <DataTable
            label={text.table}
            rows={rows}
            columns={STREAM_COLUMNS}
            rowId={rowId}
            rowHeight={64}
            card={card}
            cardHeight={104}
          />
        )}
      </section>
      {storage && limits && <LimitsDialog storage={storage} streams={rows} stream={null} onClose={() => setLimits(false)} />}
    </div>
  );
}
