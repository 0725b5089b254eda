import { createStore, type StoreApi } from 'zustand/vanilla';
import type { TopicStores } from './topic-store.ts';

export interface TrailPoint {
  readonly at: number;
  readonly count: number;
}

/** Ten minutes at two rows a second. */
const KEEP = 1200;

export interface BacklogTrail {
  readonly store: StoreApi<readonly TrailPoint[]>;
  /** Records while held. */
  hold(): () => void;
}

/** Remembers how many messages waited, so that a page that is opened during an outage shows how it grew. */
export function createBacklogTrail(topics: TopicStores): BacklogTrail {
  const store = createStore<readonly TrailPoint[]>()(() => []);
  function record(): void {
    const row = topics.of('gateway', {}).store.getState().byId['gateway'];
    if (!row) return;
    const trail = store.getState();
    const newest = trail.at(-1);
    if (newest && row.now < newest.at) store.setState([], true); // the clock was set back: a new trail begins
    if (newest && row.now - newest.at < 400) return;
    store.setState((points) => [...points.slice(1 - KEEP), { at: row.now, count: row.backlog.count }], true);
  }
  return {
    store,
    hold() {
      record();
      return topics.of('gateway', {}).store.subscribe(record);
    },
  };
}
