import { createEmitter } from '../../base/emitter.ts';
import type { Logger } from '../../base/log.ts';
import type { Metrics } from '../../base/metrics.ts';
import type { FailedEvents } from '../failed-events.ts';
import { failedBytes } from '../function-rules.ts';
import type { FailedFigures, NewFailedEvent } from './failed-events-db.ts';
import { createGrouping } from './grouping.ts';
import { packMessages } from './packing.ts';
import type { WorkerLink } from './worker-link.ts';

const MIB = 1_048_576;

export interface FailedEventsClient {
  readonly events: FailedEvents;
  /** Asks the thread what is held; called when it runs. */
  refresh(): Promise<void>;
  settle(): Promise<void>;
}

/** The main thread's half of the functions' dead letters. Events that come while a commit is under way are committed together. */
export function createFailedEventsClient(deps: {
  readonly link: WorkerLink;
  readonly log: Logger;
  readonly metrics: Metrics;
}): FailedEventsClient {
  const { link, log } = deps;
  const changes = createEmitter<void>((cause) => log.error('store.listener-failed', { cause }));
  const evicted = deps.metrics.counter('gatehouse_failed_events_evicted_total', 'Failed events that had to go for newer ones');
  let figures: FailedFigures = { held: {}, evicted: 0 };
  function told(next: FailedFigures, changed: boolean): void {
    const more = next.evicted - figures.evicted;
    figures = next;
    if (more > 0) {
      evicted.add(more);
      log.warn('store.failed-events-evicted', { count: more });
    }
    if (changed) changes.emit();
  }
  async function send(events: readonly NewFailedEvent[]): Promise<readonly null[]> {
    const messages = packMessages(events.map(({ message }) => message));
    const facts = events.map(({ message: _, ...fact }) => fact);
    told(await link.call('failed-events.add', { facts, messages }, [messages.buffer]), true);
    return events.map(() => null);
  }
  const adding = createGrouping(send, {
    maxItems: 500,
    maxWaiting: 10_000,
    maxWaitingBytes: 16 * MIB,
    bytesOf: failedBytes,
  });
  return {
    settle: adding.settle,
    async refresh() {
      const next = await link.call('failed-events.figures', null);
      figures = { ...figures, evicted: Math.min(figures.evicted, next.evicted) }; // the thread counts anew when it is started again
      told(next, true);
    },
    events: {
      async add(events) {
        await Promise.all(events.map(adding.put));
      },
      list: (name, before, limit) => link.call('failed-events.list', { name, before, limit }),
      get: (id) => link.call('failed-events.get', { id }),
      async take(name, ids, code) {
        const { taken, figures: next } = await link.call('failed-events.take', { name, ids, code: code ?? null });
        told(next, taken.length > 0);
        return taken;
      },
      counts: () => new Map(Object.entries(figures.held)),
      onChanged: (listener) => changes.on(listener),
    },
  };
}
