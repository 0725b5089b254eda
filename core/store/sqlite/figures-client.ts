import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Store } from '../store.ts';
import type { WorkerLink } from './worker-link.ts';

export interface FiguresClient {
  readonly figures: Store['figures'];
  /** Writes what waits. Never rejects: what could not be written stays for the next time. */
  settle(): Promise<void>;
}

/** Written behind: what is saved within a second is one write. Bounded by the number of different keys. */
export function createFiguresClient(deps: { clock: Clock; link: WorkerLink; log: Logger }, writeMs: number): FiguresClient {
  let waiting = new Map<string, number | null>();
  let cancel: (() => void) | null = null;
  let writing: Promise<void> | null = null;
  async function write(): Promise<void> {
    const batch = waiting;
    waiting = new Map();
    try {
      await deps.link.call('figures.save', Object.fromEntries(batch));
    } catch (cause) {
      for (const [key, value] of batch) if (!waiting.has(key)) waiting.set(key, value);
      deps.log.debug('store.figures-wait', { cause });
      schedule();
      throw cause;
    }
  }
  function schedule(): void {
    cancel ??= deps.clock.after(writeMs, () => {
      cancel = null;
      flush().catch(() => {}); // tried again, and said so, by `write`
    });
  }
  function flush(): Promise<void> {
    if (waiting.size === 0) return writing ?? Promise.resolve();
    writing ??= write().finally(() => {
      writing = null;
    });
    return writing;
  }
  /** Also what has come since the write that is under way. */
  async function flushAll(): Promise<void> {
    await writing?.catch(() => {});
    await flush();
  }
  function save(figures: Readonly<Record<string, number | null>>): void {
    for (const [key, value] of Object.entries(figures)) waiting.set(key, value);
    if (waiting.size > 0) schedule();
  }
  return {
    figures: {
      load: () => deps.link.call('figures.load', null),
      save,
      commit(figures) {
        save(figures);
        return flushAll();
      },
    },
    async settle() {
      await flushAll().catch(() => {});
      cancel?.();
      cancel = null;
    },
  };
}
