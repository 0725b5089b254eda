import { useCallback, useEffect, useRef, useState } from 'react';
import { type Problem, problemOf } from '../../../hooks/use-call.ts';
import { useConsole } from '../../../stores/context.tsx';

export interface LineSession {
  /** null: not open (yet). */
  readonly id: string | null;
  readonly problem: Problem | null;
  /** Opens it anew, after it was lost. */
  readonly again: () => void;
}

/**
 * A session on a line for as long as the component is on the screen: opened when `wanted`, closed at the end. Sessions of the steps open
 * one after the other, so that a line has been given back before it is taken again.
 */
export function useLineSession(
  wanted: boolean,
  open: () => Promise<{ readonly session: string }>,
  close: (session: string) => Promise<unknown>,
): LineSession {
  const { adding } = useConsole();
  const [state, setState] = useState<{ id: string | null; problem: Problem | null }>({ id: null, problem: null });
  const [turn, setTurn] = useState(0);
  const calls = useRef({ open, close });
  calls.current = { open, close };
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new turn opens it anew
  useEffect(() => {
    if (!wanted) return;
    let isOver = false;
    let session: string | null = null;
    void adding
      .inTurn(async () => {
        if (isOver) return;
        session = (await calls.current.open()).session;
        if (!isOver) setState({ id: session, problem: null });
      })
      .catch((error: unknown) => {
        if (!isOver) setState({ id: null, problem: problemOf(error) });
      });
    const giveBack = async (): Promise<void> => {
      // one that has ended by itself is closed already
      if (session !== null) await calls.current.close(session).catch(() => {});
    };
    // a page that is closed or loaded anew gives its line back, too, instead of leaving it to the lease
    const leave = (): void => void giveBack();
    window.addEventListener('pagehide', leave);
    return () => {
      isOver = true;
      window.removeEventListener('pagehide', leave);
      setState({ id: null, problem: null });
      void adding.inTurn(giveBack);
    };
  }, [adding, wanted, turn]);
  const again = useCallback(() => setTurn((n) => n + 1), []);
  return { ...state, again };
}
