import { type ReactNode, useMemo, useState } from 'react';
import type { FunctionView } from '../../../core/contract/views.ts';
import { Button } from '../../components/Button.tsx';
import { SearchField } from '../../components/Choices.tsx';
import { DataTable, type Sorting, sortRows } from '../../components/DataTable.tsx';
import { NoMatch } from '../../components/NoMatch.tsx';
import { EmptyNotice, Skeleton } from '../../components/Notices.tsx';
import { useMedia, usePhone } from '../../hooks/use-media.ts';
import { go } from '../../hooks/use-route.ts';
import { rowsOf, useRows } from '../../hooks/use-table.ts';
import { functions as text } from '../../text/functions.ts';
import type { PageProps } from '../page.ts';
import { FUNCTION_COLUMNS, FunctionCard, NARROW_COLUMNS } from './columns.tsx';
import { FunctionDetail } from './FunctionDetail.tsx';
import './functions.css';

const rowId = (row: FunctionView): string => row.id;
const card = (row: FunctionView): ReactNode => <FunctionCard row={row} />;

function FunctionList(): ReactNode {
  const table = useRows('functions');
  const phone = usePhone();
  const narrow = useMedia('(max-width: 1199px)');
  const [search, setSearch] = useState('');
  const [sorting, setSorting] = useState<Sorting>({ column: 'state', down: false });
  const rows = useMemo(() => rowsOf(table), [table]);
  const shown = useMemo(() => {
    const wanted = search.trim().toLowerCase();
    const found = rows.filter((row) => `${row.name} ${row.description}`.toLowerCase().includes(wanted));
    return sortRows(found, FUNCTION_COLUMNS, sorting);
  }, [rows, search, sorting]);
  if (table.status === 'loading') return <Skeleton rows={6} />;
  if (rows.length === 0) {
    return (
      <EmptyNotice
        title={text.empty}
        body={text.emptyBody}
        action={<Button onClick={() => go('deployments')}>{text.emptyAction}</Button>}
      />
    );
  }
  return (
    <div className="page page-fill functions">
      <div className="page-head">
        <h1 className={phone ? 'visually-hidden' : undefined}>{text.title}</h1>
        <div className="functions-search">
          <SearchField label={text.search} value={search} onChange={setSearch} />
        </div>
      </div>
      <div className="sheet functions-sheet">
        {shown.length === 0 ? (
          <NoMatch words={text} onShowAll={() => setSearch('')} />
        ) : (
          <DataTable
            label={text.table}
            rows={shown}
            columns={narrow ? NARROW_COLUMNS : FUNCTION_COLUMNS}
            rowId={rowId}
            rowHeight={64}
            sorting={sorting}
            onSort={setSorting}
            card={card}
            cardHeight={104}
          />
        )}
      </div>
    </div>
  );
}

/** All functions, or one: `#/functions`, `#/functions/<name>`. */
export function FunctionsPage(props: PageProps): ReactNode {
  return props.rest[0] === undefined ? <FunctionList /> : <FunctionDetail rest={props.rest} query={props.query} />;
}
