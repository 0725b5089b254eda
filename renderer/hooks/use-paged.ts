import { useCallback, useEffect, useRef, useState } from 'react';
import { type Problem, problemOf } from './use-call.ts';

export interface Paged<R> {
  /** null until the first page is there. */
  readonly rows: readonly R[] | null;
  readonly loading: boolean;
  /** All of it is loaded. */
  readonly whole: boolean;
  readonly problem: Problem | null;
  /** Loads the next page; does nothing while one is on its way or all is there. */
  readonly more: () => void;
  /** From the first page again; what is shown stays until that is there. */
  readonly reload: () => void;
}

/**
 * A list that is loaded page by page. `load` gets the last row known (null for the first page) and must keep its identity. A page
 * with fewer than `size` rows is the last; without `size`, where a page may be cut short, only an empty one is.
 */
export function usePaged<R>(load: (after: R | null, signal: AbortSignal) => Promise<readonly R[]>, size = 1): Paged<R> {
  const [state, setState] = useState<Omit<Paged<R>, 'more' | 'reload'>>({
    rows: null,
    loading: true,
    whole: false,
    problem: null,
  });
  const latest = useRef(state);
  latest.current = state;
  const life = useRef<AbortController | null>(null);

  const ask = useCallback(
    (known: readonly R[]): void => {
      life.current?.abort();
      const current = new AbortController();
      life.current = current;
      setState((s) => ({ ...s, loading: true }));
      load(known.at(-1) ?? null, current.signal).then(
        (page) => {
          if (current.signal.aborted) return;
          life.current = null;
          setState({ rows: [...known, ...page], loading: false, whole: page.length < size, problem: null });
        },
        (error: unknown) => {
          if (current.signal.aborted) return;
          life.current = null;
          setState((s) => ({ ...s, loading: false, problem: problemOf(error) }));
        },
      );
    },
    [load, size],
  );
  useEffect(() => {
    ask([]);
    return () => life.current?.abort();
  }, [ask]);
  const more = useCallback(() => {
    const { rows, whole, problem } = latest.current;
    if (life.current === null && rows !== null && !whole && problem === null) ask(rows);
  }, [ask]);
  const reload = useCallback(() => ask([]), [ask]);
  return { ...state, more, reload };
}
