import type { SessionChange, StoredSessions } from '../store/sessions.ts';
import { type MemoryLimits, SEND_WINDOW, SESSION_SUBSCRIPTIONS } from './memory-limits.ts';
import { decodePacket, encodePacket, type KeptPacket, queueKey } from './packet-records.ts';
import { createSessionQueue, type Entry, type SessionQueue, sizeOfPacket } from './session-queue.ts';
import { createTopicIndex, type HeldSubscription, type Qos } from './topic-index.ts';

/** What the broker remembers of one client that asked not to start afresh. */
export interface Session {
  readonly id: string;
  /** Steady ms; null while its client is connected. */
  awaySince: number | null;
  readonly subscriptions: Map<string, HeldSubscription>;
  readonly queue: SessionQueue;
  /** Messages that were not kept because the session was full. */
  dropped: number;
  /** True from the first message that did not fit until one fits again. */
  full: boolean;
  /** Called when there is something to send or room for more; null while its client is away. */
  wake: (() => void) | null;
}

/** One subscription as aedes writes it. */
export interface AedesSubscription {
  readonly topic: string;
  readonly qos: Qos;
}

/** All persistent sessions, in memory. Changes are answered as what the store must be told. */
export interface SessionBook {
  load(stored: StoredSessions, steadyMs: number): readonly SessionChange[];
  get(id: string): Session | undefined;
  /** Makes it where it is missing. */
  ensure(id: string): { readonly session: Session; readonly changes: readonly SessionChange[] };
  /** Throws where the session would hold too many. */
  subscribe(id: string, wanted: readonly AedesSubscription[]): readonly SessionChange[];
  unsubscribe(id: string, filters: readonly string[]): readonly SessionChange[];
  forget(id: string): void;
  /** The sessions that a message is for, each once, with the highest QoS that it asked for. */
  takers(topic: string): readonly { readonly session: Session; readonly qos: Qos }[];
  match(topic: string): readonly HeldSubscription[];
  /** null where the session is full: the newest is not kept, and that is counted. */
  enqueue(session: Session, packet: KeptPacket): { readonly entry: Entry; readonly change: SessionChange } | null;
  all(): IterableIterator<Session>;
  readonly size: number;
  /** Subscriptions with QoS 1 or 2. */
  readonly keeping: number;
}

export function createSessionBook(limits: MemoryLimits, onFull: (session: Session) => void): SessionBook {
  const sessions = new Map<string, Session>();
  const index = createTopicIndex();

  function make(id: string, awaySince: number | null): Session {
    const queue = createSessionQueue();
    const session: Session = { id, awaySince, subscriptions: new Map(), queue, dropped: 0, full: false, wake: null };
    sessions.set(id, session);
    return session;
  }
  function hold(session: Session, held: HeldSubscription): void {
    session.subscriptions.set(held.filter, held);
    if (held.qos > 0) index.add(held);
    else index.remove(held.client, held.filter);
  }
  function ensure(id: string): { session: Session; changes: SessionChange[] } {
    const known = sessions.get(id);
    if (known) return { session: known, changes: [] };
    return { session: make(id, null), changes: [{ kind: 'session', client: id, awaySince: null }] };
  }
  return {
    load(stored, steadyMs) {
      const changes: SessionChange[] = [];
      for (const { client, awaySince } of stored.sessions) {
        make(client, awaySince ?? steadyMs);
        // It was connected when the gateway ended.
        if (awaySince === null) changes.push({ kind: 'session', client, awaySince: steadyMs });
      }
      for (const { client, filter, qos } of stored.subscriptions) {
        const session = sessions.get(client);
        if (session) hold(session, { client, filter, qos, more: {} });
      }
      const waiting = stored.records.filter(({ key }) => key.startsWith('q:'));
      waiting.sort((a, b) => (a.key < b.key ? -1 : 1));
      for (const { client, key, value } of waiting) {
        const packet = decodePacket(value);
        if (packet) sessions.get(client)?.queue.restore(Number(key.slice(2)), packet);
        else changes.push({ kind: 'remove', client, key });
      }
      return changes;
    },
    get: (id) => sessions.get(id),
    ensure,
    subscribe(id, wanted) {
      const { session, changes } = ensure(id);
      for (const { topic: filter, qos, ...more } of wanted) {
        const before = session.subscriptions.get(filter);
        if (!before && session.subscriptions.size >= SESSION_SUBSCRIPTIONS) throw new Error('too many subscriptions');
        hold(session, { client: id, filter, qos, more });
        if (before?.qos !== qos) changes.push({ kind: 'subscribe', subscription: { client: id, filter, qos } });
      }
      return changes;
    },
    unsubscribe(id, filters) {
      const session = sessions.get(id);
      const gone = filters.filter((filter) => session?.subscriptions.delete(filter));
      for (const filter of gone) index.remove(id, filter);
      return gone.map((filter) => ({ kind: 'unsubscribe', client: id, filter }));
    },
    forget(id) {
      const session = sessions.get(id);
      if (!session) return;
      for (const filter of session.subscriptions.keys()) index.remove(id, filter);
      session.queue.clear();
      sessions.delete(id);
    },
    takers(topic) {
      const found = index.match(topic);
      if (found.length === 0) return [];
      const highest = new Map<string, Qos>();
      for (const { client, qos } of found) if (qos > (highest.get(client) ?? 0)) highest.set(client, qos);
      return [...highest].flatMap(([id, qos]) => {
        const session = sessions.get(id);
        return session ? [{ session, qos }] : [];
      });
    },
    match: (topic) => index.match(topic),
    enqueue(session, packet) {
      const { queue } = session;
      if (queue.size >= limits.sessionMessages || queue.bytes + sizeOfPacket(packet) > limits.sessionBytes) {
        session.dropped += 1;
        onFull(session);
        session.full = true;
        return null;
      }
      session.full = false;
      const entry = queue.push(packet);
      // Goes out at once: with its message id already on the disk that takes one commit instead of two.
      if (session.wake && queue.size <= SEND_WINDOW) queue.assign(entry, queue.freeId());
      const value = encodePacket(entry.packet);
      const { payload } = entry.packet;
      // The payload is a view on all that came with it in one read; the record is a copy.
      if (typeof payload !== 'string') entry.packet.payload = Buffer.from(value.buffer, value.length - payload.length);
      return { entry, change: { kind: 'put', client: session.id, key: queueKey(entry.seq), value } };
    },
    all: () => sessions.values(),
    get size() {
      return sessions.size;
    },
    get keeping() {
      return index.size;
    },
  };
}
