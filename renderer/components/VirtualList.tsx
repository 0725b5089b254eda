// biome-ignore-all lint/a11y/useSemanticElements: items out of sight do not exist, which a list element cannot say
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useRef } from 'react';
import { useSteadyRows } from '../hooks/use-steady.ts';
import './data-table.css';

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
      <div className="virtual-body" role="list" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const row = steady.rows[item.index];
          if (row === undefined) return null;
          return (
            <div
              key={item.key}
              role="listitem"
              ref={virtual.measureElement}
              data-index={item.index}
              className="virtual-item"
              style={{ transform: `translateY(${item.start}px)` }}
            >
              {props.render(row, item.index)}
            </div>
          );
        })}
      </div>
    </section>
  );
}
