import { useCallback } from 'react';
import type { FailedEventView } from '../../../core/contract/function-views.ts';
import { useCall } from '../../hooks/use-call.ts';
import { type PagedNews, usePagedNews } from '../../hooks/use-paged-news.ts';
import { useConsole } from '../../stores/context.tsx';
import { formatCount } from '../../text/format.ts';
import { failed as text } from '../../text/function-errors.ts';

/** A function's failed events, newest first. `held` is how many there are now. */
export function useFailedEvents(name: string, held: number): PagedNews<FailedEventView> {
  const { api } = useConsole();
  const load = useCallback(
    (last: FailedEventView | null, limit: number, signal: AbortSignal) =>
      api.call('function.failed.list', { name, before: last?.id ?? null, limit }, signal),
    [api, name],
  );
  return usePagedNews(load, { held });
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
