import { useCallback, useEffect, useState } from 'react';
import type { FailedEventView } from '../../../core/contract/function-views.ts';
import { useCall } from '../../hooks/use-call.ts';
import { type Paged, usePaged } from '../../hooks/use-paged.ts';
import { useSettled } from '../../hooks/use-settled.ts';
import { useConsole } from '../../stores/context.tsx';
import { formatCount } from '../../text/format.ts';
import { failed as text } from '../../text/function-errors.ts';

const PAGE = 200;
/** So long after one's own action a change of the list is no news. */
const QUIET_MS = 2500;

/** A function's failed events, newest first, and whether there is news: the list itself never jumps. */
export interface FailedList extends Paged<FailedEventView> {
  readonly news: boolean;
}

/** `held` is how many there are now: when it changes, the list on the screen is old. */
export function useFailedEvents(name: string, held: number): FailedList {
  const { api, clock } = useConsole();
  const load = useCallback(
    (last: FailedEventView | null, signal: AbortSignal) =>
      api.call('function.failed.list', { name, before: last?.id ?? null, limit: PAGE }, signal),
    [api, name],
  );
  const paged = usePaged<FailedEventView>(load, PAGE);
  const { rows, reload: ask } = paged;
  const settled = useSettled(held, 1000);
  const [shown, setShown] = useState<number | null>(null);
  const [quiet, setQuiet] = useState(true);
  const reload = useCallback(() => {
    setShown(null);
    setQuiet(true);
    ask();
  }, [ask]);
  useEffect(() => (quiet ? clock.after(QUIET_MS, () => setQuiet(false)) : undefined), [quiet, clock]);
  useEffect(() => {
    if (!quiet && shown === null) setShown(settled);
  }, [quiet, shown, settled]);
  const news = !quiet && shown !== null && shown !== settled;
  const isEmpty = rows?.length === 0;
  useEffect(() => {
    if (news && isEmpty) reload(); // an empty list cannot jump
  }, [news, isEmpty, reload]);
  return { ...paged, reload, news: news && !isEmpty };
}

export interface FailedActions {
  readonly busy: boolean;
  /** These or all (null); resolves with whether it went well. */
  readonly retry: (ids: readonly number[] | null) => Promise<boolean>;
  readonly discard: (ids: readonly number[] | null) => Promise<boolean>;
}

/** What can be done with failed events; what came of it is said as a toast. */
export function useFailedActions(name: string, onChanged: () => void): FailedActions {
  const { toasts } = useConsole();
  const retry = useCall('function.failed.retry', {
    onDone: ({ count }) => {
      toasts.say(text.retryDone(formatCount(count)));
      onChanged();
    },
  });
  const discard = useCall('function.failed.discard', {
    onDone: ({ count }) => {
      toasts.say(text.discardDone(formatCount(count)));
      onChanged();
    },
  });
  const input = (ids: readonly number[] | null) => ({ name, ids: ids === null ? null : [...ids] });
  return {
    busy: retry.busy || discard.busy,
    retry: (ids) => retry.run(input(ids)),
    discard: (ids) => discard.run(input(ids)),
  };
}
