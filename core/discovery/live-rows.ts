import type { HeldSession, HeldSessions } from './deps.ts';

/** What running sessions show, each a row of its own view. */
export interface LiveRows<T> {
  /** `running` is what the session does; its row goes with it. */
  begin(session: HeldSession, row: T, running: Promise<void>): void;
  get(id: string): T | undefined;
  /**
   * For a view: renews the session. Nothing where it has ended, so that a screen sees its row go; `tool/unknown-session` where there never
   * was one.
   */
  look(id: string): readonly T[];
}

/** So many sessions that have ended are told from those that never were. */
const REMEMBERED = 100;

export function createLiveRows<T>(sessions: HeldSessions): LiveRows<T> {
  const live = new Map<string, T>();
  const ended = new Set<string>();

  function end(id: string): void {
    live.delete(id);
    ended.add(id);
    for (const old of ended) {
      if (ended.size <= REMEMBERED) break;
      ended.delete(old);
    }
  }

  return {
    begin(session, row, running) {
      live.set(session.id, row);
      session.onEnd(async () => {
        await running;
        end(session.id);
      });
    },
    get: (id) => live.get(id),
    look(id) {
      if (ended.has(id)) return [];
      sessions.look(id);
      const row = live.get(id);
      return row === undefined ? [] : [row];
    },
  };
}
