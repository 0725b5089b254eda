import { GatewayError } from '../../core/base/errors.ts';
import { changeKey, type SessionChange, type Sessions, type StoredSessions } from '../../core/store/sessions.ts';

export interface MemorySessions extends Sessions {
  /** While true, what is asked to be stored is refused. */
  full: boolean;
  /** Changes wait until it is called again with null. */
  hold(gate: Promise<void> | null): void;
  /** Every call of `change` that was kept. */
  readonly commits: (readonly SessionChange[])[];
}

/** A double of the seam that keeps all in memory, as a store that is opened again would. */
export function createMemorySessions(): MemorySessions {
  const kept = new Map<string, SessionChange>();
  const commits: (readonly SessionChange[])[] = [];
  let gate: Promise<void> | null = null;
  const owner = (change: SessionChange): string | null => {
    if (change.kind === 'subscribe') return change.subscription.client;
    return 'client' in change ? change.client : null;
  };
  function apply(change: SessionChange): void {
    if (change.kind === 'forget') {
      for (const [key, one] of kept) if (owner(one) === change.client) kept.delete(key);
    } else if (change.kind === 'unretain' || change.kind === 'unsubscribe' || change.kind === 'remove')
      kept.delete(changeKey(change));
    else kept.set(changeKey(change), structuredClone(change));
  }
  const sessions: MemorySessions = {
    full: false,
    commits,
    hold(next) {
      gate = next;
    },
    async load() {
      const all = [...kept.values()];
      const found: StoredSessions = {
        retained: all.flatMap((one) => (one.kind === 'retain' ? [one.message] : [])),
        subscriptions: all.flatMap((one) => (one.kind === 'subscribe' ? [one.subscription] : [])),
        sessions: all.flatMap((one) => (one.kind === 'session' ? [one] : [])),
        records: all.flatMap((one) => (one.kind === 'put' ? [one] : [])),
      };
      return structuredClone(found);
    },
    async change(changes) {
      if (gate) await gate;
      if (sessions.full) throw new GatewayError('store/full', 'The disk is full.');
      for (const change of changes) apply(change);
      commits.push(changes);
    },
  };
  return sessions;
}
