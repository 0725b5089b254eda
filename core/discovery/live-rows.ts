import type { HeldSession } from './deps.ts';

/** What running sessions show, each a row of its own view. */
export interface LiveRows<T> {
  /** `running` is what the session does; its row goes with it. */
  begin(session: HeldSession, row: T, running: Promise<void>): void;
  get(id: string): T | undefined;
  /**
   * For a view, which anybody may watch. Nothing where the session has ended, or was one of before the gateway was started anew: so a
   * screen sees its row go, and does not take the last one for what is there now.
   */
  look(id: string): readonly T[];
}

export function createLiveRows<T>(): LiveRows<T> {
  const live = new Map<string, T>();
  return {
    begin(session, row, running) {
      live.set(session.id, row);
      session.onEnd(async () => {
        await running;
        live.delete(session.id);
      });
    },
    get: (id) => live.get(id),
    look(id) {
      const row = live.get(id);
      return row === undefined ? [] : [row];
    },
  };
}
