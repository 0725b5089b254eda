import { useCallback } from 'react';
import type { DeadLetterView, StorageView } from '../../../core/contract/outbox-views.ts';
import { type PagedNews, usePagedNews } from '../../hooks/use-paged-news.ts';
import { useConsole } from '../../stores/context.tsx';

/** The refused messages, newest first. `counts` are the figures of now. */
export function useLetters(counts: StorageView['deadLetters'] | undefined): PagedNews<DeadLetterView> {
  const { api } = useConsole();
  const load = useCallback(
    (last: DeadLetterView | null, limit: number, signal: AbortSignal) =>
      api.call('deadletter.list', { before: last?.id ?? null, limit }, signal),
    [api],
  );
  return usePagedNews(load, { held: counts?.held ?? null, dropped: counts?.evicted ?? 0 });
}
