import type { Service } from '../base/service.ts';
import type { FaultView } from '../contract/views.ts';
import type { Documents } from './documents.ts';
import type { History } from './history.ts';
import type { Spool } from './spool.ts';

export interface StoreHealth {
  readonly state: 'ok' | 'full' | 'read-only' | 'failed';
  readonly lastError: FaultView | null;
}

/** All that is on disk, behind one thread. `start` rejects with `gateway/data-unwritable` or `store/damaged`. */
export interface Store extends Service {
  readonly spool: Spool;
  readonly history: History;
  readonly documents: Documents;
  health(): StoreHealth;
  onHealth(listener: (health: StoreHealth) => void): () => void;
  /** Figures that survive a restart (sequence numbers per source, counters), written behind: at most a second old after a crash. */
  readonly figures: { load(): Promise<Readonly<Record<string, number>>>; save(figures: Readonly<Record<string, number>>): void };
}
