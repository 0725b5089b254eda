import { useCallback, useRef, useState } from 'react';
import type { ToolLineView } from '../../../../core/contract/field-views.ts';
import { type HeldRows, useHeldRows } from '../../../hooks/use-held-rows.ts';
import { useToolLines } from './use-tool-lines.ts';

export const lineId = (row: ToolLineView): number => row.id;

export interface KeptLines {
  readonly rows: readonly ToolLineView[];
  /** The same for a list that stands still while it is read. */
  readonly held: HeldRows<ToolLineView>;
  /** Rows that came and went between two looks. */
  readonly missed: number;
  readonly clear: () => void;
}

/** The newest `keep` rows of a tool, longer than the gateway holds them; they stay when the tool has ended. */
export function useKeptLines(session: string, live: boolean, keep: number): KeptLines {
  const [rows, setRows] = useState<readonly ToolLineView[]>([]);
  const [missed, setMissed] = useState(0);
  const last = useRef(0);
  useToolLines(session, live, (all) => {
    const fresh = all.filter(({ id }) => id > last.current);
    const [first] = fresh;
    const newest = fresh.at(-1);
    if (!first || !newest) return;
    const gap = last.current === 0 ? 0 : first.id - last.current - 1;
    last.current = newest.id;
    if (gap > 0) setMissed((old) => old + gap);
    setRows((old) => [...old, ...fresh].slice(-keep));
  });
  const held = useHeldRows(rows, lineId);
  const { follow } = held;
  const clear = useCallback(() => {
    setRows([]);
    setMissed(0);
    follow();
  }, [follow]);
  return { rows, held, missed, clear };
}
