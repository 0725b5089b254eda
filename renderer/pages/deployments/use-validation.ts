import { useCallback, useEffect, useRef, useState } from 'react';
import type { Output } from '../../../core/contract/api.ts';
import { type Problem, problemOf } from '../../hooks/use-call.ts';
import { useSettled } from '../../hooks/use-settled.ts';
import { useConsole } from '../../stores/context.tsx';

const SETTLE_MS = 400;

export interface Checked {
  readonly text: string;
  /** The version that ran when the differences were made; null: nothing ran. */
  readonly basedOn: number | null;
  readonly result: Output<'deployment.validate'>;
}

export interface Validation {
  /** The newest answer; its text may be older than what stands in the editor. */
  readonly checked: Checked | null;
  readonly checking: boolean;
  readonly problem: Problem | null;
  /** Checks anew against what runs now. */
  readonly recheck: () => void;
}

/** Checks a document while it is typed: once it has stood still for a moment. An empty text is not checked. */
export function useValidation(text: string, running: number | null): Validation {
  const { api } = useConsole();
  const settled = useSettled(text, SETTLE_MS);
  const [checked, setChecked] = useState<Checked | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const [turn, setTurn] = useState(0);
  const current = useRef(running);
  current.current = running;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new turn checks the same text anew
  useEffect(() => {
    setProblem(null);
    if (settled.trim() === '') {
      setChecked(null);
      setBusy(false);
      return;
    }
    const life = new AbortController();
    const basedOn = current.current;
    setBusy(true);
    api.call('deployment.validate', { text: settled }, life.signal).then(
      (result) => {
        if (life.signal.aborted) return;
        setChecked({ text: settled, basedOn, result });
        setBusy(false);
      },
      (error: unknown) => {
        if (life.signal.aborted) return;
        setProblem(problemOf(error));
        setBusy(false);
      },
    );
    return () => life.abort();
  }, [api, settled, turn]);
  const recheck = useCallback(() => setTurn((n) => n + 1), []);
  return { checked, checking: busy || settled !== text, problem, recheck };
}
