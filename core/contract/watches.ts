import { createBackoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import type { GatewayError, WireError } from '../base/errors.ts';
import type { Params, Topic, TopicEvent } from './api.ts';
import { fromWire } from './calls.ts';
import type { ClientFrame } from './wire.ts';

type AnyEvent = TopicEvent<Topic>;

interface Watch {
  readonly topic: Topic;
  readonly params: unknown;
  /** The id under which the server knows it; a new one each time it is asked for anew. Null while it is not asked for. */
  id: number | null;
  /** The revision heard last; null until the snapshot. */
  rev: number | null;
  cancelRetry: () => void;
  readonly retryDelay: () => number;
  readonly resetRetry: () => void;
  readonly tell: (event: AnyEvent) => void;
}

export interface WatchTable {
  watch<T extends Topic>(topic: T, params: Params<T>, listener: (event: TopicEvent<T>) => void, online: boolean): () => void;
  event(id: number, event: unknown): void;
  refused(id: number, error: WireError): void;
  online(): void;
  disconnected(): void;
  clear(): void;
}

function isEvent(event: unknown): event is AnyEvent {
  if (typeof event !== 'object' || event === null || !('kind' in event)) return false;
  if (!('rev' in event) || typeof event.rev !== 'number') return false;
  if (event.kind === 'snapshot') return 'items' in event && Array.isArray(event.items);
  return event.kind === 'patch' && 'set' in event && Array.isArray(event.set) && 'gone' in event && Array.isArray(event.gone);
}

/** What is watched, whether or not there is a connection: asked for anew after a reconnect and after a gap in the revisions. */
export function createWatchTable(deps: {
  send(frame: ClientFrame): void;
  nextId(): number;
  readonly clock: Clock;
  readonly random: () => number;
  fault(error: unknown): void;
  /** The server will not serve this watch. */
  refused(topic: Topic, error: GatewayError): void;
}): WatchTable {
  const watches = new Set<Watch>();
  const byId = new Map<number, Watch>();

  function drop(watch: Watch, tellServer: boolean): void {
    watch.cancelRetry();
    if (watch.id === null) return;
    byId.delete(watch.id);
    if (tellServer) deps.send({ t: 'unwatch', id: watch.id });
    watch.id = null;
  }

  function ask(watch: Watch): void {
    drop(watch, true);
    watch.rev = null;
    watch.id = deps.nextId();
    byId.set(watch.id, watch);
    deps.send({ t: 'watch', id: watch.id, topic: watch.topic, params: watch.params });
  }

  /** Something is missing: asks for a snapshot, later and later if it goes on, so that a faulty peer is not hammered. */
  function askAnew(watch: Watch): void {
    drop(watch, true);
    watch.cancelRetry = deps.clock.after(watch.retryDelay(), () => ask(watch));
  }

  function heard(watch: Watch, event: AnyEvent): void {
    if (event.kind === 'patch') {
      if (watch.rev === null || event.rev !== watch.rev + 1) {
        askAnew(watch);
        return;
      }
      watch.resetRetry();
    }
    if (event.kind !== 'offline') watch.rev = event.rev;
    watch.tell(event);
  }

  return {
    watch<T extends Topic>(topic: T, params: Params<T>, listener: (event: TopicEvent<T>) => void, online: boolean) {
      const backoff = createBackoff({ firstMs: 50, maxMs: 5000 }, deps.random);
      const watch: Watch = {
        topic,
        params,
        id: null,
        rev: null,
        cancelRetry: () => {},
        retryDelay: () => backoff.next(),
        resetRetry: () => backoff.reset(),
        tell(event) {
          try {
            listener(event as TopicEvent<T>); // the server answers a watch of T with rows of T
          } catch (cause) {
            deps.fault(cause);
          }
        },
      };
      watches.add(watch);
      if (online) ask(watch);
      return () => {
        if (watches.delete(watch)) drop(watch, true);
      };
    },
    event(id, event) {
      const watch = byId.get(id);
      if (!watch) return; // it was ended, or asked for anew, while this was on its way
      if (isEvent(event)) heard(watch, event);
      else askAnew(watch);
    },
    refused(id, error) {
      const watch = byId.get(id);
      if (!watch) return;
      byId.delete(id);
      watch.id = null;
      deps.refused(watch.topic, fromWire(error));
    },
    online() {
      for (const watch of [...watches]) ask(watch);
    },
    disconnected() {
      for (const watch of [...watches]) {
        drop(watch, false);
        watch.rev = null;
        watch.tell({ kind: 'offline' });
      }
    },
    clear() {
      for (const watch of watches) drop(watch, false);
      watches.clear();
    },
  };
}
