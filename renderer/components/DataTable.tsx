// biome-ignore-all lint/a11y/useSemanticElements: rows out of sight do not exist, which table and list elements cannot say
// biome-ignore-all lint/a11y/useFocusableInteractive: the links and buttons inside take the focus, not the rows
import { useVirtualizer } from '@tanstack/react-virtual';
import ArrowDown from 'lucide-react/icons/arrow-down';
import ArrowUp from 'lucide-react/icons/arrow-up';
import { memo, type ReactNode, useEffect, useMemo, useRef } from 'react';
import { usePhone } from '../hooks/use-media.ts';
import { useSteadyRows } from '../hooks/use-steady.ts';
import { byName } from '../text/locale.ts';
import './data-table.css';

export interface Column<R> {
  readonly id: string;
  readonly head: string;
  /** A grid track: `minmax(160px, 2fr)`, `96px`. */
  readonly width: string;
  readonly align?: 'end';
  readonly cell: (row: R) => ReactNode;
  /** What the column is sorted by; without it it cannot be. */
  readonly sortBy?: (row: R) => string | number;
}

export interface Sorting {
  readonly column: string;
  readonly down: boolean;
}

interface RowProps<R> {
  readonly row: R;
  readonly index: number;
  readonly top: number;
  readonly height: number;
  readonly tracks: string;
  readonly columns: readonly Column<R>[];
  readonly card: ((row: R) => ReactNode) | null;
}

function PlainRow<R>(props: RowProps<R>): ReactNode {
  const style = { transform: `translateY(${props.top}px)`, height: props.height };
  if (props.card) {
    return (
      <div className="table-card" role="listitem" style={style}>
        {props.card(props.row)}
      </div>
    );
  }
  return (
    <div className="table-row" role="row" aria-rowindex={props.index + 2} style={{ ...style, gridTemplateColumns: props.tracks }}>
      {props.columns.map((column) => (
        <div key={column.id} role="cell" className="table-cell" data-align={column.align}>
          {column.cell(props.row)}
        </div>
      ))}
    </div>
  );
}
// memo loses the type parameter; the row is only compared and handed on
const TableRow = memo(PlainRow) as typeof PlainRow;

/** Sorted copy of the rows; equal values keep their order. */
export function sortRows<R>(rows: readonly R[], columns: readonly Column<R>[], sorting: Sorting | null): readonly R[] {
  const by = columns.find((column) => column.id === sorting?.column)?.sortBy;
  if (!by || !sorting) return rows;
  const sign = sorting.down ? -1 : 1;
  return [...rows].sort((a, b) => {
    const x = by(a);
    const y = by(b);
    if (typeof x === 'number' && typeof y === 'number') return sign * (x - y);
    return sign * byName(String(x), String(y));
  });
}

function Head<R>(props: {
  columns: readonly Column<R>[];
  tracks: string;
  sorting: Sorting | null;
  onSort: ((sorting: Sorting) => void) | undefined;
}): ReactNode {
  const { sorting, onSort } = props;
  return (
    <div className="table-head" role="row" aria-rowindex={1} style={{ gridTemplateColumns: props.tracks }}>
      {props.columns.map((column) => {
        const down = sorting?.column === column.id ? sorting.down : null;
        return (
          <div
            key={column.id}
            role="columnheader"
            className="table-cell"
            data-align={column.align}
            aria-sort={down === null ? 'none' : down ? 'descending' : 'ascending'}
          >
            {column.sortBy && onSort ? (
              <button type="button" className="table-sort" onClick={() => onSort({ column: column.id, down: down === false })}>
                {column.head}
                {down !== null && (down ? <ArrowDown size={14} aria-hidden="true" /> : <ArrowUp size={14} aria-hidden="true" />)}
              </button>
            ) : (
              column.head
            )}
          </div>
        );
      })}
    </div>
  );
}

/**
 * A long table: only what is in sight is drawn, so 10,000 rows stay smooth; stands still while touched. Fills its parent's
 * height. On a phone each row is a `card` of `cardHeight` where given. `columns`, `rowId` and `card` must keep their identity.
 * A link with class `row-link` inside a cell covers its whole row. `onNearEnd` is called when the last rows come into sight, for
 * lists that are loaded page by page.
 */
export function DataTable<R>(props: {
  label: string;
  rows: readonly R[];
  columns: readonly Column<R>[];
  rowId: (row: R) => string;
  rowHeight?: number;
  sorting?: Sorting | null;
  onSort?: (sorting: Sorting) => void;
  card?: (row: R) => ReactNode;
  cardHeight?: number;
  onNearEnd?: () => void;
}): ReactNode {
  const { columns, rowId, onNearEnd } = props;
  const phone = usePhone();
  const card = phone && props.card ? props.card : null;
  const height = card ? (props.cardHeight ?? 96) : (props.rowHeight ?? 56);
  const scroller = useRef<HTMLDivElement>(null);
  const steady = useSteadyRows(props.rows, rowId);
  const tracks = useMemo(() => columns.map((column) => column.width).join(' '), [columns]);
  const virtual = useVirtualizer({
    count: steady.rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    getItemKey: (index) => {
      const row = steady.rows[index];
      return row === undefined ? index : rowId(row);
    },
    overscan: 8,
  });
  const items = virtual.getVirtualItems();
  const lastDrawn = items.at(-1)?.index ?? -1;
  const rowCount = steady.rows.length;
  useEffect(() => {
    if (rowCount > 0 && lastDrawn >= rowCount - 1) onNearEnd?.();
  }, [lastDrawn, rowCount, onNearEnd]);
  const body = items.map((item) => {
    const row = steady.rows[item.index];
    if (row === undefined) return null;
    return (
      <TableRow
        key={item.key}
        row={row}
        index={item.index}
        top={item.start}
        height={height}
        tracks={tracks}
        columns={columns}
        card={card}
      />
    );
  });
  const sized = { height: virtual.getTotalSize() };
  if (card) {
    return (
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard
      <section className="table" ref={scroller} tabIndex={0} aria-label={props.label} {...steady.touch}>
        <div className="table-body" role="list" style={sized}>
          {body}
        </div>
      </section>
    );
  }
  return (
    <div
      className="table"
      ref={scroller}
      role="table"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard
      tabIndex={0}
      aria-label={props.label}
      aria-rowcount={steady.rows.length + 1}
      {...steady.touch}
    >
      <Head columns={columns} tracks={tracks} sorting={props.sorting ?? null} onSort={props.onSort} />
      <div className="table-body" role="rowgroup" style={sized}>
        {body}
      </div>
    </div>
  );
}
