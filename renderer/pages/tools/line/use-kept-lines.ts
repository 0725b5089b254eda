import { useCallback, useRef, useState } from 'react';
import type { ToolLineView } from '../../../../core/contract/field-views.ts';
import { useToolLines } from './use-tool-lines.ts';

/** The newest `keep` rows of a tool, longer than the gateway holds them; they stay when the tool has ended. */
export function useKeptLines(
  session: string,
  live: boolean,
  keep: number,
): { readonly rows: readonly ToolLineView[]; readonly clear: () => void } {
  const [rows, setRows] = useState<readonly ToolLineView[]>([]);
  const last = useRef(0);
  useToolLines(session, live, (all) => {
    const fresh = all.filter(({ id }) => id > last.current);
    const newest = fresh.at(-1);
    if (!newest) return;
    last.current = newest.id;
    setRows((old) => [...old, ...fresh].slice(-keep));
  });
  const clear = useCallback(() => setRows([]), []);
  return { rows, clear };
}
