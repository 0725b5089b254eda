import { useEffect, useRef } from 'react';
import type { ToolLineView } from '../../../../core/contract/field-views.ts';
import { rowsOf } from '../../../hooks/use-table.ts';
import { useConsole } from '../../../stores/context.tsx';

/**
 * Hears what a tool saw: all rows that are known, oldest first, at every change. Watching is what keeps a tool open, so only while `live`.
 */
export function useToolLines(session: string, live: boolean, onRows: (rows: readonly ToolLineView[]) => void): void {
  const { topics } = useConsole();
  const listener = useRef(onRows);
  listener.current = onRows;
  useEffect(() => {
    if (!live) return;
    const { store, hold } = topics.of('tool-lines', { session });
    const release = hold();
    const tell = (): void => {
      const table = store.getState();
      if (table.status === 'live') listener.current(rowsOf(table));
    };
    tell();
    const unsubscribe = store.subscribe(tell);
    return () => {
      unsubscribe();
      release();
    };
  }, [topics, session, live]);
}
