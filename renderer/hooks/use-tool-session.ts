import { useCallback, useEffect, useRef, useState } from 'react';
import type { GatewayApi } from '../../core/contract/api.ts';
import type { ToolView } from '../../core/contract/field-views.ts';
import { useConsole } from '../stores/context.tsx';
import { type Problem, problemOf } from './use-call.ts';
import { useRows } from './use-table.ts';

/** Opens a tool: `tool.open`, `gatt.open`. */
export type OpenTool = (api: GatewayApi) => Promise<{ readonly session: string }>;

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

  const giveBack = useCallback(
    (session: string): void => {
      // It may be over already; then there is nothing to give back.
      api.call('tool.close', { session }).catch(() => {});
    },
    [api],
  );
  useEffect(() => {
    alive.current = true;
    return () => {
      alive.current = false;
      if (mine.current !== null) giveBack(mine.current);
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
      setHeld((now) => ({ ...now, state: 'opening', problem: null }));
      try {
        const { session } = await how(api);
        if (!alive.current) {
          giveBack(session);
          return false;
        }
        mine.current = session;
        seen.current = false;
        setHeld({ state: 'open', session, problem: null });
        return true;
      } catch (error) {
        if (alive.current) setHeld((now) => ({ ...now, state: 'closed', problem: problemOf(error) }));
        return false;
      }
    },
    [api, giveBack],
  );
  const close = useCallback(() => {
    if (mine.current !== null) giveBack(mine.current);
    mine.current = null;
    setHeld((now) => ({ ...now, state: 'closed', problem: null }));
  }, [giveBack]);
  const clearProblem = useCallback(() => setHeld((now) => ({ ...now, problem: null })), []);
  return { ...held, view, open, close, clearProblem };
}
