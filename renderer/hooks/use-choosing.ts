import { useCallback, useMemo, useState } from 'react';
import type { Choosing } from '../components/ChooseBox.tsx';

/** The rows that a person has chosen in a list. `choosing` and `ids` keep their identity until the choice changes. */
export function useChoosing(): { readonly choosing: Choosing; readonly ids: readonly number[]; readonly clear: () => void } {
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const toggle = useCallback((id: number) => {
    setChosen((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  }, []);
  const clear = useCallback(() => setChosen(new Set()), []);
  const choosing = useMemo(() => ({ chosen, toggle }), [chosen, toggle]);
  const ids = useMemo(() => [...chosen], [chosen]);
  return { choosing, ids, clear };
}
