import { useCallback, useEffect, useState } from 'react';
import { useConsole } from '../stores/context.tsx';
import { type Paged, usePaged } from './use-paged.ts';
import { useSettled } from './use-settled.ts';

const PAGE = 200;
/** So long after one's own action a change of the list is no news. */
const QUIET_MS = 2500;

/** A list, newest first, and whether there is news: the list itself never jumps. */
export interface PagedNews<R> extends Paged<R> {
  readonly news: boolean;
}

/**
 * A list that is loaded page by page (`limit` rows each) while others add to it and take from it. `held` is how many there are now (null:
 * not known yet), `dropped` how many gave way to newer ones: when they change, the list on the screen is old. `load` keeps its identity.
 */
export function usePagedNews<R>(
  load: (last: R | null, limit: number, signal: AbortSignal) => Promise<readonly R[]>,
  counts: { readonly held: number | null; readonly dropped?: number },
): PagedNews<R> {
  const { clock } = useConsole();
  const page = useCallback((last: R | null, signal: AbortSignal) => load(last, PAGE, signal), [load]);
  const paged = usePaged<R>(page, PAGE);
  const { rows, whole, reload: ask } = paged;
  const held = useSettled(counts.held, 1000);
  const dropped = useSettled(counts.dropped ?? 0, 1000);
  const state = held === null ? '' : `${held}/${dropped}`;
  const [shown, setShown] = useState('');
  const [quiet, setQuiet] = useState(false);
  const reload = useCallback(() => {
    setShown('');
    setQuiet(true);
    ask();
  }, [ask]);
  useEffect(() => (quiet ? clock.after(QUIET_MS, () => setQuiet(false)) : undefined), [quiet, clock]);
  // A list that is loaded as a whole can be counted; otherwise what is shown belongs to the first figures seen after loading.
  useEffect(() => {
    if (!quiet && shown === '') setShown(state);
  }, [state, shown, quiet]);
  const differs = whole ? held !== null && rows?.length !== held : shown !== '' && state !== shown;
  const news = differs && !quiet;
  const isEmpty = rows?.length === 0;
  useEffect(() => {
    if (news && isEmpty) reload(); // an empty list cannot jump
  }, [news, isEmpty, reload]);
  return { ...paged, reload, news: news && !isEmpty };
}
