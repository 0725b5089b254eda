import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useConsole } from '../stores/context.tsx';

/** How long a list stands still after the finger is lifted. */
const AFTER_MS = 1500;

export interface Steady<R> {
  readonly rows: readonly R[];
  /** Put these on the scrolling element. */
  readonly touch: {
    readonly onPointerDown: () => void;
    readonly onPointerUp: () => void;
    readonly onPointerCancel: () => void;
    readonly onWheel: () => void;
  };
  readonly held: boolean;
}

/**
 * Rows that keep their order, and do not come or go, while a finger is on the list and shortly after; values go on changing
 * in place. A row that is gone meanwhile stays as it was last seen.
 */
export function useSteadyRows<R>(rows: readonly R[], rowId: (row: R) => string): Steady<R> {
  const { clock } = useConsole();
  const [held, setHeld] = useState<readonly R[] | null>(null);
  const latest = useRef(rows);
  latest.current = rows;
  const cancel = useRef<() => void>(() => {});
  useEffect(() => () => cancel.current(), []);
  const onPointerDown = useCallback(() => {
    cancel.current();
    setHeld((now) => now ?? latest.current);
  }, []);
  const onPointerUp = useCallback(() => {
    cancel.current();
    cancel.current = clock.after(AFTER_MS, () => setHeld(null));
  }, [clock]);
  const onWheel = useCallback(() => {
    onPointerDown();
    onPointerUp();
  }, [onPointerDown, onPointerUp]);
  const steady = useMemo(() => {
    if (!held) return rows;
    const now = new Map(rows.map((row) => [rowId(row), row]));
    return held.map((row) => now.get(rowId(row)) ?? row);
  }, [held, rows, rowId]);
  const touch = useMemo(
    () => ({ onPointerDown, onPointerUp, onPointerCancel: onPointerUp, onWheel }),
    [onPointerDown, onPointerUp, onWheel],
  );
  return { rows: steady, touch, held: held !== null };
}
