import { useCallback, useEffect, useRef, useState } from 'react';
import type { ModbusAnswerView } from '../../../../core/contract/field-views.ts';
import { type CallState, useCall } from '../../../hooks/use-call.ts';
import { useConsole } from '../../../stores/context.tsx';
import type { Ask, Whom } from './ask.ts';

export interface Answered {
  readonly ask: Ask;
  readonly unit: number;
  readonly answer: ModbusAnswerView;
}

/** One question at a time, once or again and again; the newest answer stays until the next is there. */
export function useMaster(
  session: string,
  live: boolean,
): {
  readonly newest: Answered | null;
  readonly call: CallState<'tool.modbus'>;
  readonly repeating: boolean;
  readonly ask: (whom: Whom, ask: Ask) => Promise<boolean>;
  readonly repeat: (whom: Whom, ask: Ask, everyMs: number) => void;
  readonly stop: () => void;
} {
  const { clock } = useConsole();
  const [newest, setNewest] = useState<Answered | null>(null);
  const [turn, setTurn] = useState<{ whom: Whom; ask: Ask; everyMs: number } | null>(null);
  const asking = useRef(false);
  const pending = useRef<Pick<Answered, 'ask' | 'unit'> | null>(null);
  const call = useCall('tool.modbus', {
    inline: true,
    onDone: (answer) => {
      if (pending.current) setNewest({ ...pending.current, answer });
    },
  });
  const { run } = call;
  const ask = useCallback(
    async (whom: Whom, what: Ask): Promise<boolean> => {
      if (asking.current) return false; // the line takes one question at a time
      asking.current = true;
      pending.current = { ask: what, unit: whom.unit };
      try {
        return await run({ session, ...whom, ask: what });
      } finally {
        asking.current = false;
      }
    },
    [run, session],
  );
  const stop = useCallback(() => setTurn(null), []);
  useEffect(() => {
    if (!turn || !live) return;
    return clock.every(turn.everyMs, () => void ask(turn.whom, turn.ask));
  }, [turn, live, clock, ask]);
  const repeat = useCallback(
    (whom: Whom, what: Ask, everyMs: number): void => {
      void ask(whom, what);
      setTurn({ whom, ask: what, everyMs });
    },
    [ask],
  );
  return { newest, call, repeating: turn !== null && live, ask, repeat, stop };
}
