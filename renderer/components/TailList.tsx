import { useVirtualizer } from '@tanstack/react-virtual';
import ArrowDown from 'lucide-react/icons/arrow-down';
import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useMemo, useRef } from 'react';
import { payload as words } from '../text/payload.ts';
import './data-table.css';
import './tail-list.css';
import { VirtualItems } from './VirtualItems.tsx';

const UP_KEYS: readonly string[] = ['ArrowUp', 'PageUp', 'Home'];
const NEAR_END = 24;

export interface Tail<R> {
  /** What is shown: the newest, or what was there when it was held. */
  readonly rows: readonly R[];
  /** How many came since it was held. */
  readonly newer: number;
}

/** What a held tail shows: nothing newer than `heldAt`, counted apart. Pure. */
export function tailOf<R>(rows: readonly R[], rowId: (row: R) => number, heldAt: number | null): Tail<R> {
  if (heldAt === null) return { rows, newer: 0 };
  const shown = rows.filter((row) => rowId(row) <= heldAt);
  return { rows: shown, newer: rows.length - shown.length };
}

/**
 * A live list with the newest row at the end. It follows the end until somebody touches it or scrolls back; then it stands still
 * (`onHold`) and says how many came since, until the end is reached again or the button is touched (`onFollow`).
 * Fills its parent's height. `rowId` counts up and keeps its identity.
 */
export function TailList<R>(props: {
  label: string;
  /** Newest last, as they are now. */
  rows: readonly R[];
  rowId: (row: R) => number;
  estimate: number;
  render: (row: R) => ReactNode;
  /** The id of the newest row that is shown; null follows. */
  heldAt: number | null;
  onHold: (newestId: number) => void;
  onFollow: () => void;
}): ReactNode {
  const { rowId, heldAt, onHold, onFollow } = props;
  const scroller = useRef<HTMLElement>(null);
  const scrolled = useRef(false);
  const tail = useMemo(() => tailOf(props.rows, rowId, heldAt), [props.rows, rowId, heldAt]);
  const { rows } = tail;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => props.estimate,
    getItemKey: (index) => {
      const row = rows[index];
      return row === undefined ? index : rowId(row);
    },
    overscan: 12,
  });
  const last = rows.at(-1);
  const lastId = last === undefined ? null : rowId(last);
  const following = heldAt === null;
  useEffect(() => {
    if (following && rows.length > 0 && lastId !== null) virtual.scrollToIndex(rows.length - 1, { align: 'end' });
  }, [following, lastId, rows.length, virtual]);
  const hold = useCallback(() => {
    if (heldAt === null && lastId !== null) onHold(lastId);
  }, [heldAt, lastId, onHold]);
  function onScroll(): void {
    const area = scroller.current;
    if (!area || following || !scrolled.current) return;
    const atEnd = area.scrollHeight - area.scrollTop - area.clientHeight < NEAR_END;
    if (!atEnd) return;
    scrolled.current = false;
    onFollow();
  }
  const byHand = (up: boolean): void => {
    scrolled.current = !up;
    if (up) hold();
  };
  return (
    <div className="tail">
      <section
        className="virtual"
        ref={scroller}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard
        tabIndex={0}
        aria-label={props.label}
        onScroll={onScroll}
        onPointerDown={hold}
        onTouchMove={() => {
          scrolled.current = true;
        }}
        onWheel={(event) => byHand(event.deltaY < 0)}
        onKeyDown={(event: KeyboardEvent) => {
          if (UP_KEYS.includes(event.key)) byHand(true);
          else if (event.key === 'End' || event.key === 'PageDown' || event.key === 'ArrowDown') byHand(false);
        }}
      >
        <VirtualItems
          virtual={virtual}
          render={(index) => {
            const row = rows[index];
            return row === undefined ? null : props.render(row);
          }}
        />
      </section>
      {!following && (
        <button type="button" className="button tail-new" onClick={onFollow}>
          <ArrowDown size={18} aria-hidden="true" />
          {tail.newer > 0 ? words.newBelow(tail.newer) : words.toNewest}
        </button>
      )}
    </div>
  );
}
