interface Node<V> {
  readonly next: Map<string, Node<V>>;
  plus: Node<V> | null;
  /** Values of filters that end here, and of filters that end here with "#". */
  readonly here: V[];
  readonly rest: V[];
}

const node = <V>(): Node<V> => ({ next: new Map(), plus: null, here: [], rest: [] });

/** Many topic filters, compiled once. `match` gives the values of all filters that match a name, each once, in the order they were added. */
export interface TopicTrie<V> {
  match(topic: string): V[];
}

function insert<V>(root: Node<V>, filter: string, value: V): void {
  let at = root;
  for (const level of filter.split('/')) {
    if (level === '#') {
      at.rest.push(value);
      return;
    }
    if (level === '+') {
      at.plus ??= node();
      at = at.plus;
      continue;
    }
    let next = at.next.get(level);
    if (!next) {
      next = node();
      at.next.set(level, next);
    }
    at = next;
  }
  at.here.push(value);
}

function collect<V>(at: Node<V>, levels: readonly string[], depth: number, found: Set<V>): void {
  const dollar = depth === 0 && levels[0]?.startsWith('$') === true;
  if (!dollar) for (const value of at.rest) found.add(value);
  if (depth === levels.length) {
    for (const value of at.here) found.add(value);
    return;
  }
  const level = levels[depth] ?? '';
  const next = at.next.get(level);
  if (next) collect(next, levels, depth + 1, found);
  if (at.plus && !dollar) collect(at.plus, levels, depth + 1, found);
}

/** MQTT 3.1.1 section 4.7: "a/#" matches "a" too; wildcards at the first level do not match "$...". */
export function createTopicTrie<V>(entries: readonly { readonly filter: string; readonly value: V }[]): TopicTrie<V> {
  const root = node<V>();
  const order = new Map<V, number>();
  for (const { filter, value } of entries) {
    if (!order.has(value)) order.set(value, order.size);
    insert(root, filter, value);
  }
  return {
    match(topic) {
      const found = new Set<V>();
      collect(root, topic.split('/'), 0, found);
      return [...found].sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
    },
  };
}
