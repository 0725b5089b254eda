import { useCallback, useMemo, useRef, useState } from 'react';

export interface HeldRows<R> {
  /** What was there when the list was held, and behind it what came since; all rows while it follows. */
  readonly rows: readonly R[];
  /** The id of the newest row that is to be seen; null follows. */
  readonly heldAt: number | null;
  readonly hold: (newestId: number) => void;
  readonly follow: () => void;
  readonly toggle: () => void;
}

/**
 * Rows of a live list that can be held: what a person is reading stays, also where the newest come so fast that the owner of the rows lets
 * the oldest go meanwhile. `rowId` counts up and keeps its identity. Filters are put on `rows` of this.
 */
export function useHeldRows<R>(rows: readonly R[], rowId: (row: R) => number): HeldRows<R> {
  const [held, setHeld] = useState<{ readonly at: number; readonly rows: readonly R[] } | null>(null);
  const latest = useRef(rows);
  latest.current = rows;
  const hold = useCallback((at: number) => setHeld({ at, rows: latest.current.filter((row) => rowId(row) <= at) }), [rowId]);
  const follow = useCallback(() => setHeld(null), []);
  const newest = rows.at(-1);
  const toggle = useCallback(() => {
    if (held !== null) follow();
    else if (newest !== undefined) hold(rowId(newest));
  }, [held, newest, hold, follow, rowId]);
  const shown = useMemo(
    () => (held === null ? rows : [...held.rows, ...rows.filter((row) => rowId(row) > held.at)]),
    [held, rows, rowId],
  );
  return { rows: shown, heldAt: held?.at ?? null, hold, follow, toggle };
}
