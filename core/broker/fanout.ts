/** What the broker hands to a subscription: a packet, and a callback that says that it has been written. */
export type Deliver<P> = (packet: P, done: () => void) => void;

interface Topical {
  readonly topic: string;
}

/** The subscriptions of all clients, in the shape that aedes asks of its emitter. */
export interface Fanout<P extends Topical> {
  on(filter: string, deliver: Deliver<P>, done?: () => void): void;
  removeListener(filter: string, deliver: Deliver<P>, done?: () => void): void;
  emit(packet: P, done?: (error?: Error) => void): void;
  close(done?: () => void): void;
  readonly concurrency: number;
}

const CACHED_TOPICS = 4096;
const noop = (): void => {};

/** MQTT 3.1.1 section 4.7, on levels. */
export function matches(filter: readonly string[], topic: readonly string[]): boolean {
  for (let i = 0; i < filter.length; i += 1) {
    const level = filter[i];
    if (level === '#') return true;
    if (i >= topic.length || (level !== '+' && level !== topic[i])) return false;
  }
  return filter.length === topic.length;
}

/**
 * Hands a packet to every matching subscription. Unlike the emitter that comes with aedes it does not wait until all clients have
 * taken a packet before it goes on: a client that does not read must not hold up the others; what it may owe is bounded per client.
 * Which subscriptions match is remembered for the last few thousand topics.
 */
export function createFanout<P extends Topical>(): Fanout<P> {
  const exact = new Map<string, Set<Deliver<P>>>();
  const wild = new Map<string, { readonly levels: readonly string[]; readonly set: Set<Deliver<P>> }>();
  const cache = new Map<string, readonly Deliver<P>[]>();
  let finished: ((error?: Error) => void)[] = [];
  let closed = false;
  // Called back in the next turn, all at once: within the call they would re-enter the packet parser.
  const settle = (): void => {
    const now = finished;
    finished = [];
    for (const done of now) done();
  };
  function lookup(topic: string): readonly Deliver<P>[] {
    const found: Deliver<P>[] = [...(exact.get(topic) ?? [])];
    if (wild.size > 0) {
      const levels = topic.split('/');
      for (const one of wild.values()) if (matches(one.levels, levels)) found.push(...one.set);
    }
    if (cache.size >= CACHED_TOPICS) cache.clear();
    cache.set(topic, found);
    return found;
  }
  function setOf(filter: string): Set<Deliver<P>> {
    if (!/[+#]/.test(filter)) {
      const set = exact.get(filter) ?? new Set();
      exact.set(filter, set);
      return set;
    }
    const entry = wild.get(filter) ?? { levels: filter.split('/'), set: new Set() };
    wild.set(filter, entry);
    return entry.set;
  }
  return {
    on(filter, deliver, done) {
      setOf(filter).add(deliver);
      cache.clear();
      if (done) setImmediate(done);
    },
    removeListener(filter, deliver, done) {
      const set = setOf(filter);
      set.delete(deliver);
      if (set.size === 0) {
        exact.delete(filter);
        wild.delete(filter);
      }
      cache.clear();
      if (done) setImmediate(done);
    },
    emit(packet, done) {
      if (!closed) {
        const targets = cache.get(packet.topic) ?? lookup(packet.topic);
        for (let i = 0; i < targets.length; i += 1) targets[i]?.(packet, noop);
      }
      if (!done) return;
      if (finished.push(done) === 1) setImmediate(settle);
    },
    close(done) {
      closed = true;
      if (done) setImmediate(done);
    },
    concurrency: 0,
  };
}
