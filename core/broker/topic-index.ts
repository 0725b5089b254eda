import { matches } from './fanout.ts';

export type Qos = 0 | 1 | 2;

/** A subscription of a persistent session. `more` holds options of MQTT 5, kept as they came. */
export interface HeldSubscription {
  readonly client: string;
  readonly filter: string;
  readonly qos: Qos;
  readonly more: Readonly<Record<string, unknown>>;
}

/** Finds the subscriptions whose messages must be kept while their client is away: those with QoS 1 or 2. */
export interface TopicIndex {
  add(subscription: HeldSubscription): void;
  remove(client: string, filter: string): void;
  /** Filters with wildcards first. */
  match(topic: string): readonly HeldSubscription[];
  readonly size: number;
}

const CACHED_TOPICS = 4096;

export function createTopicIndex(): TopicIndex {
  const exact = new Map<string, Map<string, HeldSubscription>>();
  const wild = new Map<string, { readonly levels: readonly string[]; readonly held: Map<string, HeldSubscription> }>();
  const cache = new Map<string, readonly HeldSubscription[]>();
  let size = 0;
  const isWild = (filter: string): boolean => /[+#]/.test(filter);
  const heldBy = (filter: string): Map<string, HeldSubscription> | undefined =>
    isWild(filter) ? wild.get(filter)?.held : exact.get(filter);
  function make(filter: string): Map<string, HeldSubscription> {
    const held = new Map<string, HeldSubscription>();
    if (isWild(filter)) wild.set(filter, { levels: filter.split('/'), held });
    else exact.set(filter, held);
    return held;
  }
  function find(topic: string): readonly HeldSubscription[] {
    const found: HeldSubscription[] = [];
    const levels = topic.split('/');
    for (const { levels: filter, held } of wild.values()) {
      // MQTT 3.1.1 section 4.7.2: a wildcard at the first level does not match what begins with `$`.
      const hidden = topic.startsWith('$') && (filter[0] === '#' || filter[0] === '+');
      if (!hidden && matches(filter, levels)) found.push(...held.values());
    }
    found.push(...(exact.get(topic)?.values() ?? []));
    if (cache.size >= CACHED_TOPICS) cache.clear();
    cache.set(topic, found);
    return found;
  }
  return {
    add(subscription) {
      const held = heldBy(subscription.filter) ?? make(subscription.filter);
      if (!held.has(subscription.client)) size += 1;
      held.set(subscription.client, subscription);
      cache.clear();
    },
    remove(client, filter) {
      const held = heldBy(filter);
      if (!held?.delete(client)) return;
      size -= 1;
      if (held.size === 0) (isWild(filter) ? wild : exact).delete(filter);
      cache.clear();
    },
    match: (topic) => cache.get(topic) ?? find(topic),
    get size() {
      return size;
    },
  };
}
