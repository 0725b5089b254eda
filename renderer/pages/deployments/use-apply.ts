import { useCallback, useState } from 'react';
import { GatewayError } from '../../../core/base/errors.ts';
import type { Input } from '../../../core/contract/api.ts';
import { type Problem, problemOf } from '../../hooks/use-call.ts';
import { useConsole } from '../../stores/context.tsx';

export type Applying =
  | { readonly state: 'idle' }
  | { readonly state: 'applying' }
  | { readonly state: 'done'; readonly version: number }
  /** Another deployment was applied since the differences were made. */
  | { readonly state: 'conflict' }
  | { readonly state: 'failed'; readonly problem: Problem };

/** Applies a document and says how it went; a conflict is told apart, for it has another way on. */
export function useApply(): {
  applying: Applying;
  apply: (input: Input<'deployment.apply'>) => Promise<void>;
  reset: () => void;
} {
  const { api } = useConsole();
  const [applying, setApplying] = useState<Applying>({ state: 'idle' });
  const apply = useCallback(
    async (input: Input<'deployment.apply'>): Promise<void> => {
      setApplying({ state: 'applying' });
      try {
        const { version } = await api.call('deployment.apply', input);
        setApplying({ state: 'done', version });
      } catch (error) {
        const conflict = error instanceof GatewayError && error.code === 'document/conflict';
        setApplying(conflict ? { state: 'conflict' } : { state: 'failed', problem: problemOf(error) });
      }
    },
    [api],
  );
  const reset = useCallback(() => setApplying({ state: 'idle' }), []);
  return { applying, apply, reset };
}
