import { useCallback, useEffect, useState } from 'react';
import type { DeadLetterView, StorageView } from '../../../core/contract/outbox-views.ts';
import { type Paged, usePaged } from '../../hooks/use-paged.ts';
import { useSettled } from '../../hooks/use-settled.ts';
import { useConsole } from '../../stores/context.tsx';

const PAGE = 200;
/** So long after one's own action a change of the list is no news. */
const QUIET_MS = 2500;

/** The refused messages, newest first, and whether there is news: the list itself never jumps. */
export interface Letters extends Paged<DeadLetterView> {
  readonly news: boolean;
}

/** `counts` are the figures of now: when they change, the list on the screen is old. */
export function useLetters(counts: StorageView['deadLetters'] | undefined): Letters {
  const { api, clock } = useConsole();
  const load = useCallback(
    (last: DeadLetterView | null, signal: AbortSignal) =>
      api.call('deadletter.list', { before: last?.id ?? null, limit: PAGE }, signal),
    [api],
  );
  const paged = usePaged<DeadLetterView>(load, PAGE);
  const { rows, whole, reload: ask } = paged;
  const held = useSettled(counts?.held ?? null, 1000);
  const evicted = useSettled(counts?.evicted ?? 0, 1000);
  const state = held === null ? '' : `${held}/${evicted}`;
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
