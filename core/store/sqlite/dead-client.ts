import { createEmitter } from '../../base/emitter.ts';
import type { DeadLetters } from '../dead-letters.ts';
import type { DeadLetterStats, SteadyTime } from '../spool.ts';
import type { WorkerLink } from './worker-link.ts';

export interface DeadClient extends DeadLetters {
  /** The figures as the thread told them. */
  told(stats: DeadLetterStats): void;
}

/** The main thread's half of the dead letters. */
export function createDeadClient(deps: { readonly link: WorkerLink; readonly life: () => SteadyTime }): DeadClient {
  const { link, life } = deps;
  const changes = createEmitter<void>();
  let known = '';
  return {
    list: (before, limit) => link.call('dead.list', { before, limit }),
    get: (id) => link.call('dead.get', { id }),
    retry(ids, edit) {
      // a view on a shared pool would take all of the pool to the thread
      const own = edit ? { topic: edit.topic, payload: edit.payload.slice() } : null;
      return link.call('dead.retry', { ids, edit: own, life: life() });
    },
    discard: (ids) => link.call('dead.discard', { ids, life: life() }),
    onChanged: (listener) => changes.on(listener),
    told({ buried, retried, discarded, evicted }) {
      const now = [buried, retried, discarded, evicted].join(' ');
      if (now === known) return;
      const first = known === '';
      known = now;
      if (!first) changes.emit();
    },
  };
}
