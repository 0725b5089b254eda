import type { Service } from '../base/service.ts';
import type { StorageView } from '../contract/outbox-views.ts';
import type { FaultView } from '../contract/views.ts';
import type { Certificates } from './certificates.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { Documents } from './documents.ts';
import type { FailedEvents } from './failed-events.ts';
import type { FunctionState } from './function-state.ts';
import type { History } from './history.ts';
import type { Sessions } from './sessions.ts';
import type { Spool, SteadyTime } from './spool.ts';
import type { TestEvents } from './test-events.ts';

export interface StoreHealth {
  readonly state: 'ok' | 'full' | 'read-only' | 'failed';
  readonly lastError: FaultView | null;
}

/** Where the databases stand: the check after the start, and what a damaged one cost. */
export interface StoreCondition {
  readonly check: StorageView['check'];
  readonly salvage: StorageView['salvage'];
  /** Databases that were damaged and moved aside, since start; kept for support. */
  readonly movedAside: readonly { readonly file: string; readonly movedTo: string; readonly at: number }[];
  /** Size of all databases with their logs. */
  readonly bytes: number;
}

/** All that is on disk, behind one thread. `start` rejects with `gateway/data-unwritable`. */
export interface Store extends Service {
  readonly spool: Spool;
  readonly deadLetters: DeadLetters;
  readonly certificates: Certificates;
  readonly history: History;
  readonly documents: Documents;
  readonly sessions: Sessions;
  readonly functionState: FunctionState;
  readonly failedEvents: FailedEvents;
  readonly testEvents: TestEvents;
  health(): StoreHealth;
  onHealth(listener: (health: StoreHealth) => void): () => void;
  condition(): StoreCondition;
  /** What was written with the last commit before this start; null in a new store. Known once `start` has resolved. */
  lastLife(): SteadyTime | null;
  /** Figures that survive a restart (counters, days of wear), written behind: at most a second old after a crash. null removes a key. */
  readonly figures: {
    load(): Promise<Readonly<Record<string, number>>>;
    save(figures: Readonly<Record<string, number | null>>): void;
    /** The same, and resolves when all that was saved is on disk. Rejects with a `store/*` where it is not; it is tried again then. */
    commit(figures: Readonly<Record<string, number | null>>): Promise<void>;
  };
}
