import { useCallback, useEffect, useRef, useState } from 'react';
import type { GatewayApi } from '../../core/contract/api.ts';
import type { ToolView } from '../../core/contract/field-views.ts';
import { useConsole } from '../stores/context.tsx';
import { type Problem, problemOf } from './use-call.ts';
import { useRows } from './use-table.ts';

/** Opens a tool: `tool.open`, `gatt.open`. The signal is for the call: who cancels must not get the line a moment later. */
export type OpenTool = (api: GatewayApi, signal: AbortSignal) => Promise<{ readonly session: string }>;

export interface ToolSessionState {
  /** `over`: it ended without this screen closing it; `cut`: the connection to the gateway broke, so that the tool is not ours any more. */
  readonly state: 'closed' | 'opening' | 'open' | 'over' | 'cut';
  /** The session, also after it is over: what it saw stays to be read. Null before the first. */
  readonly session: string | null;
  /** As the gateway shows it; undefined until then and after its end. */
  readonly view: ToolView | undefined;
  /** Why it could not be opened. */
  readonly problem: Problem | null;
  /** Resolves with whether it is open. */
  readonly open: (how: OpenTool) => Promise<boolean>;
  /** Ends the waiting for a tool that is being opened; one that opened all the same is given back. */
  readonly cancel: () => void;
  readonly close: () => void;
  readonly clearProblem: () => void;
}

type Held = Pick<ToolSessionState, 'state' | 'session' | 'problem'>;
const CLOSED: Held = { state: 'closed', session: null, problem: null };

/**
 * A tool that this part of the screen holds. It is closed, and its line given back, when the part is left. After a lost connection it is
 * another client's: it is let go (state `cut`), and the gateway gives the line back 15 s later.
 */
export function useToolSession(): ToolSessionState {
  const { api } = useConsole();
  const tools = useRows('tools');
  const [held, setHeld] = useState<Held>(CLOSED);
  const mine = useRef<string | null>(null);
  const alive = useRef(true);
  const seen = useRef(false);
  const newest = useRef(held);
  newest.current = held;
  const opening = useRef<AbortController | null>(null);

  const giveBack = useCallback(
    // It may be over already; then there is nothing to give back.
    (session: string): Promise<unknown> => api.call('tool.close', { session }).catch(() => {}),
    [api],
  );
  useEffect(() => {
    alive.current = true;
    return () => {
      alive.current = false;
      opening.current?.abort();
      if (mine.current !== null) void giveBack(mine.current);
      mine.current = null;
    };
  }, [giveBack]);

  const view = held.session === null ? undefined : tools.byId[held.session];
  useEffect(() => {
    if (held.state !== 'open') return;
    if (tools.status === 'stale') {
      mine.current = null;
      setHeld((now) => ({ ...now, state: 'cut' }));
    } else if (view) seen.current = true;
    else if (seen.current) {
      mine.current = null;
      setHeld((now) => ({ ...now, state: 'over' }));
    }
  }, [held.state, tools.status, view]);

  const open = useCallback(
    async (how: OpenTool): Promise<boolean> => {
      const own = new AbortController();
      opening.current?.abort();
      opening.current = own;
      const { state } = newest.current;
      const before = state === 'open' ? 'over' : state === 'opening' ? 'closed' : state;
      setHeld((now) => ({ ...now, state: 'opening', problem: null }));
      const old = mine.current;
      mine.current = null;
      try {
        // It still has the line where its connection was lost.
        if (old !== null) await giveBack(old);
        const { session } = await how(api, own.signal);
        if (own.signal.aborted) {
          void giveBack(session);
          own.signal.throwIfAborted();
        }
        mine.current = session;
        seen.current = false;
        setHeld({ state: 'open', session, problem: null });
        return true;
      } catch (error) {
        const problem = own.signal.aborted ? null : problemOf(error);
        if (alive.current && opening.current === own) setHeld((now) => ({ ...now, state: before, problem }));
        return false;
      } finally {
        if (opening.current === own) opening.current = null;
      }
    },
    [api, giveBack],
  );
  const cancel = useCallback(() => opening.current?.abort(), []);
  const close = useCallback(() => {
    if (mine.current !== null) void giveBack(mine.current);
    mine.current = null;
    setHeld(CLOSED);
  }, [giveBack]);
  const clearProblem = useCallback(() => setHeld((now) => ({ ...now, problem: null })), []);
  return { ...held, view, open, cancel, close, clearProblem };
}
