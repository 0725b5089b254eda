import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Clock } from '../../core/base/clock.ts';
import type { GatewayApi, Params, Row, Topic } from '../../core/contract/api.ts';
import { emptyTable, reduceTable, type TableState, TOPIC_KEEP } from '../../core/contract/table.ts';

/** How long a view without parameters stays watched after its last reader: going back to a page shows it at once. */
const LINGER_MS = 10_000;

export interface TopicStore<T extends Topic> {
  readonly store: StoreApi<TableState<Row<T>>>;
  /** Watches while anybody holds it; returns the release. */
  hold(): () => void;
}

export interface TopicStores {
  of<T extends Topic>(topic: T, params: Params<T>): TopicStore<T>;
  /** Ends every watch. */
  dispose(): void;
}

function createTopicStore<T extends Topic>(
  deps: { api: GatewayApi; clock: Clock },
  topic: T,
  params: Params<T>,
  registry: { enter(): void; leave(): void },
): TopicStore<T> & { end(): void } {
  const store = createStore<TableState<Row<T>>>()(() => emptyTable<Row<T>>());
  const lingerMs = Object.keys(params).length === 0 ? LINGER_MS : 0;
  let holders = 0;
  let unwatch: (() => void) | null = null;
  let cancelIdle = (): void => {};
  function end(): void {
    cancelIdle();
    unwatch?.();
    unwatch = null;
    store.setState(emptyTable<Row<T>>(), true);
    registry.leave();
  }
  return {
    store,
    end,
    hold() {
      holders += 1;
      cancelIdle();
      registry.enter();
      unwatch ??= deps.api.watch(topic, params, (event) =>
        store.setState((s) => reduceTable<T>(s, event, TOPIC_KEEP[topic]), true),
      );
      let held = true;
      return () => {
        if (!held) return;
        held = false;
        holders -= 1;
        if (holders === 0) cancelIdle = deps.clock.after(lingerMs, end);
      };
    },
  };
}

/** One store per topic and parameters, made when it is first asked for, forgotten when nobody reads it any more. */
export function createTopicStores(deps: { api: GatewayApi; clock: Clock }): TopicStores {
  const stores = new Map<string, { end(): void }>();
  return {
    of<T extends Topic>(topic: T, params: Params<T>): TopicStore<T> {
      const key = `${topic} ${JSON.stringify(params)}`;
      const known = stores.get(key);
      if (known) return known as TopicStore<T> & { end(): void }; // the key begins with the topic, so it holds rows of T
      const made: TopicStore<T> & { end(): void } = createTopicStore(deps, topic, params, {
        enter: () => stores.set(key, made),
        leave: () => stores.delete(key),
      });
      stores.set(key, made);
      return made;
    },
    dispose() {
      for (const store of [...stores.values()]) store.end();
    },
  };
}
