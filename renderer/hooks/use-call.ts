import { useCallback, useEffect, useRef, useState } from 'react';
import { ERRORS, type ErrorCode, GatewayError } from '../../core/base/errors.ts';
import type { Input, Method, Output } from '../../core/contract/api.ts';
import { useConsole } from '../stores/context.tsx';
import { common } from '../text/common.ts';

/** What a person reads of a fault. */
export interface Problem {
  readonly what: string;
  readonly remedy: string;
  /** Absent where the fault is not one of the gateway's. */
  readonly code?: ErrorCode;
}

export function problemOf(error: unknown): Problem {
  if (error instanceof GatewayError) {
    const { code, message, remedy } = error;
    return { what: message || ERRORS[code].show, remedy, code };
  }
  return { what: common.failed.title, remedy: common.failed.remedy };
}

export interface CallState<M extends Method> {
  /** Resolves with whether it went well; what it gave goes to `onDone`, why it failed to `problem` (and a toast). */
  readonly run: (input: Input<M>) => Promise<boolean>;
  readonly busy: boolean;
  readonly problem: Problem | null;
  readonly clear: () => void;
  /** Waits no longer for what runs: `run` resolves with false, and nothing is said of it. */
  readonly cancel: () => void;
}

/**
 * A call that a person starts. `done` is said as a toast when it went well. With `inline` a fault is left to the component
 * (`problem`); otherwise it is said as a toast.
 */
export function useCall<M extends Method>(
  method: M,
  options: { done?: string; inline?: boolean; onDone?: (output: Output<M>) => void } = {},
): CallState<M> {
  const { api, toasts } = useConsole();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const current = useRef(options);
  current.current = options;
  const life = useRef<AbortController | null>(null);
  const run = useCallback(
    async (input: Input<M>): Promise<boolean> => {
      setBusy(true);
      setProblem(null);
      const own = new AbortController();
      life.current = own;
      try {
        const output = await api.call(method, input, own.signal);
        if (current.current.done !== undefined) toasts.say(current.current.done);
        current.current.onDone?.(output);
        return true;
      } catch (error) {
        if (own.signal.aborted) return false;
        const found = problemOf(error);
        setProblem(found);
        if (current.current.inline !== true) toasts.fail(found.what, found.remedy);
        return false;
      } finally {
        setBusy(false);
      }
    },
    [api, method, toasts],
  );
  const clear = useCallback(() => setProblem(null), []);
  const cancel = useCallback(() => life.current?.abort(), []);
  return { run, busy, problem, clear, cancel };
}

export interface QueryState<M extends Method> {
  readonly data: Output<M> | null;
  readonly loading: boolean;
  readonly problem: Problem | null;
  readonly reload: () => void;
}

/**
 * A call whose answer is shown. Asked anew when `input` changes (compared as JSON) and every `everyMs` where given; the old
 * answer stays until the new one is there. `input: null` asks nothing.
 */
export function useQuery<M extends Method>(method: M, input: Input<M> | null, everyMs?: number): QueryState<M> {
  const { api, clock } = useConsole();
  const [state, setState] = useState<{ data: Output<M> | null; problem: Problem | null; loading: boolean }>({
    data: null,
    problem: null,
    loading: input !== null,
  });
  const [turn, setTurn] = useState(0);
  const key = JSON.stringify(input);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the input is compared as text, and a new turn asks anew
  useEffect(() => {
    if (input === null) return;
    const life = new AbortController();
    setState((s) => ({ ...s, loading: true }));
    api.call(method, input, life.signal).then(
      (data) => {
        if (!life.signal.aborted) setState({ data, problem: null, loading: false });
      },
      (error: unknown) => {
        if (!life.signal.aborted) setState((s) => ({ ...s, problem: problemOf(error), loading: false }));
      },
    );
    return () => life.abort();
  }, [api, method, key, turn]);
  useEffect(() => (everyMs === undefined ? undefined : clock.every(everyMs, () => setTurn((n) => n + 1))), [clock, everyMs]);
  const reload = useCallback(() => setTurn((n) => n + 1), []);
  return { ...state, reload };
}
