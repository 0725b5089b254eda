import { createTopicTrie, type TopicTrie } from '../router/topic-trie.ts';

/** Who listens to which topics; found by the topic and its client, however many listen to others. */
export interface TopicListeners<V extends object> {
  /** With `client` only for messages of this client. Each value once. */
  add(value: V, filter: string, client: string | undefined): void;
  delete(value: V): boolean;
  has(value: V): boolean;
  match(topic: string, client: string): readonly V[];
  readonly size: number;
}

/** Topics that are remembered with their listeners; it begins anew when there are more. */
const CACHE_MAX = 10_000;

interface Group<V> {
  readonly filters: Map<V, string>;
  /** Made anew for the first message after a change: many come and go together. */
  trie: TopicTrie<V> | undefined;
  readonly cache: Map<string, readonly V[]>;
}

/**
 * Two hundred devices of one template have the same filters with wildcards, and each wants only what its own client says: these are asked
 * for by the client first. Finding costs the levels of a topic, and nothing for a topic that was heard before.
 */
export function createTopicListeners<V extends object>(): TopicListeners<V> {
  const groups = new Map<string | undefined, Group<V>>();
  const clientOf = new Map<V, string | undefined>();
  let cached = 0;

  function changed(group: Group<V>): void {
    group.trie = undefined;
    cached -= group.cache.size;
    group.cache.clear();
  }
  function find(client: string | undefined, topic: string): readonly V[] {
    const group = groups.get(client);
    if (!group) return [];
    const known = group.cache.get(topic);
    if (known) return known;
    group.trie ??= createTopicTrie([...group.filters].map(([value, filter]) => ({ filter, value })));
    const found = group.trie.match(topic);
    if (cached >= CACHE_MAX) {
      for (const { cache } of groups.values()) cache.clear();
      cached = 0;
    }
    group.cache.set(topic, found);
    cached += 1;
    return found;
  }

  return {
    add(value, filter, client) {
      const group = groups.get(client) ?? { filters: new Map(), trie: undefined, cache: new Map() };
      groups.set(client, group);
      group.filters.set(value, filter);
      clientOf.set(value, client);
      changed(group);
    },
    delete(value) {
      const client = clientOf.get(value);
      const group = groups.get(client);
      if (!clientOf.delete(value) || !group) return false;
      group.filters.delete(value);
      changed(group);
      if (group.filters.size === 0) groups.delete(client);
      return true;
    },
    has: (value) => clientOf.has(value),
    match(topic, client) {
      const general = find(undefined, topic);
      const own = find(client, topic);
      if (own.length === 0) return general;
      return general.length === 0 ? own : [...general, ...own];
    },
    get size() {
      return clientOf.size;
    },
  };
}
