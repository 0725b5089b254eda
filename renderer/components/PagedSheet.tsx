import type { ReactNode } from 'react';
import type { Problem } from '../hooks/use-call.ts';
import { common } from '../text/common.ts';
import { Button } from './Button.tsx';
import { type Column, DataTable } from './DataTable.tsx';
import { EmptyNotice, ProblemNotice, Skeleton } from './Notices.tsx';

/**
 * A list of what failed, newest first, loaded page by page: why it cannot be read, that it loads, that there is none, or the rows, and a
 * button when newer ones have come. `rows` is null until the first page is there; `columns`, `rowId` and `card` must keep their identity.
 */
export function PagedSheet<R>(props: {
  label: string;
  rows: readonly R[] | null;
  problem: Problem | null;
  /** Newer ones have come since it was read. */
  news: boolean;
  columns: readonly Column<R>[];
  rowId: (row: R) => string;
  card: (row: R) => ReactNode;
  words: { readonly none: string; readonly noneBody: string; readonly news: string };
  onReload: () => void;
  onMore: () => void;
}): ReactNode {
  const { rows, problem, words, onReload } = props;
  return (
    <div className="sheet sheet-fill">
      {problem ? (
        <ProblemNotice problem={problem} action={<Button onClick={onReload}>{common.retry}</Button>} />
      ) : rows === null ? (
        <Skeleton rows={6} label={props.label} />
      ) : rows.length === 0 ? (
        <EmptyNotice title={words.none} body={words.noneBody} />
      ) : (
        <DataTable
          label={props.label}
          rows={rows}
          columns={props.columns}
          rowId={props.rowId}
          rowHeight={64}
          card={props.card}
          cardHeight={112}
          onNearEnd={props.onMore}
        />
      )}
      {props.news && (
        <Button className="sheet-news" onClick={onReload}>
          {words.news}
        </Button>
      )}
    </div>
  );
}
