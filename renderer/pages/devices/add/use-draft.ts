import { useEffect, useState } from 'react';
import type { Draft } from '../../../../core/contract/commission-views.ts';
import { type Problem, problemOf } from '../../../hooks/use-call.ts';
import { useConsole } from '../../../stores/context.tsx';
import { chosenOf } from './draft.ts';
import { useAdding } from './use-adding.ts';

export interface DraftState {
  readonly draft: Draft | null;
  readonly problem: Problem | null;
  readonly again: () => void;
}

/** The device as the gateway prepares it from all that was chosen; asked once, then changed here. */
export function useDraft(): DraftState {
  const { api } = useConsole();
  const { book, draft } = useAdding();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new turn asks again
  useEffect(() => {
    if (draft !== null) return;
    const life = new AbortController();
    const adding = book.store.getState();
    const { found, guess, profile } = adding;
    api.call('commission.draft', { found, guess, profile, with: chosenOf(adding) }, life.signal).then(
      (made) => {
        if (life.signal.aborted) return;
        setProblem(null);
        book.store.setState({ draft: made.draft });
      },
      (error: unknown) => {
        if (!life.signal.aborted) setProblem(problemOf(error));
      },
    );
    return () => life.abort();
  }, [api, book, draft, turn]);
  return { draft, problem, again: () => setTurn((n) => n + 1) };
}
