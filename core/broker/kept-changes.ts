import { createBackoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { changeKey, type SessionChange, type Sessions } from '../store/sessions.ts';

/** Writes the broker's memory to the store. */
export interface KeptChanges {
  /** Resolves when on disk; rejects with `store/*`, and nothing of it is kept. For what is acknowledged to somebody. */
  write(changes: readonly SessionChange[]): Promise<void>;
  /** Never rejects: what the disk does not take now is tried again until it does. For what must not stop local work. */
  owe(changes: readonly SessionChange[]): Promise<void>;
  /** Resolves when nothing is under way; what is owed is tried once more. */
  settle(): Promise<void>;
}

const clientOf = (change: SessionChange): string | null => {
  if (change.kind === 'subscribe') return change.subscription.client;
  return 'client' in change ? change.client : null;
};

export function createKeptChanges(deps: { clock: Clock; log: Logger; sessions: Sessions }): KeptChanges {
  const { clock, log, sessions } = deps;
  /** By key, so that it is no more than what the broker holds. */
  const owed = new Map<string, SessionChange>();
  const underWay = new Set<Promise<void>>();
  const backoff = createBackoff({ firstMs: 1000, maxMs: 60_000 });
  let cancel: (() => void) | null = null;

  function supersede(changes: readonly SessionChange[]): void {
    if (owed.size === 0) return;
    for (const change of changes) {
      owed.delete(changeKey(change));
      if (change.kind !== 'forget') continue;
      for (const [key, other] of owed) if (clientOf(other) === change.client) owed.delete(key);
    }
  }
  function follow(work: Promise<void>): Promise<void> {
    underWay.add(work);
    const done = (): void => void underWay.delete(work);
    work.then(done, done);
    return work;
  }
  function write(changes: readonly SessionChange[]): Promise<void> {
    if (changes.length === 0) return Promise.resolve();
    supersede(changes);
    return follow(sessions.change(changes));
  }
  async function owe(changes: readonly SessionChange[]): Promise<void> {
    try {
      await write(changes);
      backoff.reset();
    } catch (cause) {
      if (owed.size === 0) log.warn('broker.memory-not-stored', { cause, changes: changes.length });
      for (const change of changes) owed.set(changeKey(change), change);
      cancel ??= clock.after(backoff.next(), () => void retry());
    }
  }
  async function retry(): Promise<void> {
    cancel?.();
    cancel = null;
    const all = [...owed.values()];
    owed.clear();
    if (all.length > 0) await owe(all);
  }
  return {
    write,
    owe,
    async settle() {
      await Promise.allSettled(underWay);
      await retry();
      cancel?.();
      cancel = null;
    },
  };
}
