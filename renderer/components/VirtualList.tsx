import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useRef } from 'react';
import { useSteadyRows } from '../hooks/use-steady.ts';
import './data-table.css';
import { VirtualItems } from './VirtualItems.tsx';

/**
 * A long list of rows of any height; only what is in sight is drawn, and it stands still while touched. Fills its parent's height.
 * `followEnd` keeps the newest row at the bottom in sight, as a log does. `rowId` must keep its identity.
 */
export function VirtualList<R>(props: {
  label: string;
  rows: readonly R[];
  rowId: (row: R) => string;
  estimate: number;
  render: (row: R, index: number) => ReactNode;
  followEnd?: boolean;
}): ReactNode {
  const scroller = useRef<HTMLElement>(null);
  const steady = useSteadyRows(props.rows, props.rowId);
  const count = steady.rows.length;
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => props.estimate,
    getItemKey: (index) => {
      const row = steady.rows[index];
      return row === undefined ? index : props.rowId(row);
    },
    overscan: 12,
  });
  const newest = steady.rows.at(-1);
  const newestId = newest === undefined ? '' : props.rowId(newest);
  const follow = props.followEnd === true && !steady.held;
  useEffect(() => {
    if (follow && newestId !== '' && count > 0) virtual.scrollToIndex(count - 1, { align: 'end' });
  }, [follow, newestId, count, virtual]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard
    <section className="virtual" ref={scroller} tabIndex={0} aria-label={props.label} {...steady.touch}>
      <VirtualItems
        virtual={virtual}
        render={(index) => {
          const row = steady.rows[index];
          return row === undefined ? null : props.render(row, index);
        }}
      />
    </section>
  );
}
