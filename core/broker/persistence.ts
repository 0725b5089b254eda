import { Readable } from 'node:stream';
import type { SessionChange, StoredSessions } from '../store/sessions.ts';
import type { KeptChanges } from './kept-changes.ts';
import { INCOMING_QOS2, type MemoryLimits } from './memory-limits.ts';
import { copyPacket, encodePacket, incomingKey, type KeptPacket, queueKey } from './packet-records.ts';
import { createRetainedBook, type RetainedBook } from './retained-book.ts';
import { type AedesSubscription, createSessionBook, type Session, type SessionBook } from './session-book.ts';
import type { Entry } from './session-queue.ts';
import { createWillBook, type Will, type WillBook } from './will-book.ts';

interface Who {
  readonly id: string;
  readonly brokerId?: string;
}

export interface PersistenceDeps {
  /** Where changes go; `createKeptChanges`. */
  readonly changes: KeptChanges;
  load(): Promise<StoredSessions>;
  /** Steady ms. */
  steady(): number;
  /** A message was not kept for a session; `full` is false for the first one since it had room. */
  onFull(session: Session): void;
}

/** A message that came in and what must be on disk before it may be acknowledged. */
export interface Incoming {
  readonly client: string;
  readonly messageId: number;
  /** A client with a clean session: its ids end with its connection. */
  readonly clean: boolean;
  /** False when that connection has gone meanwhile. */
  open(): boolean;
}

/**
 * What aedes asks of a persistence (its async flavour), in memory, with every change written to the store. A promise resolves when
 * the change is on disk where MQTT needs that; see `KeptChanges` for what is only owed. `keep`, `book` and `wills` are for the
 * gateway itself.
 */
export class SessionPersistence {
  readonly book: SessionBook;
  readonly wills: WillBook;
  readonly #retained: RetainedBook;
  readonly #changes: KeptChanges;
  readonly #deps: PersistenceDeps;
  readonly #incoming = new Map<string, Map<number, KeptPacket>>();
  #broker: { readonly id: string } = { id: '' };
  #destroyed = false;

  constructor(deps: PersistenceDeps, limits: MemoryLimits) {
    this.#deps = deps;
    this.#changes = deps.changes;
    this.book = createSessionBook(limits, deps.onFull);
    this.#retained = createRetainedBook(limits);
    this.wills = createWillBook(deps.changes);
  }

  get broker(): { readonly id: string } {
    return this.#broker;
  }

  async setup(broker: { readonly id: string }): Promise<void> {
    this.#broker = broker;
    const stored = await this.#deps.load();
    this.#retained.load(stored.retained);
    const changes = this.book.load(stored, this.#deps.steady());
    this.wills.load(stored.records);
    for (const { client, key } of stored.records) {
      if (!key.startsWith('i:') || !this.book.get(client)) continue;
      const messageId = Number(key.slice(2));
      this.#incomingOf(client).set(messageId, { ...copyPacket({ qos: 2 }), messageId });
    }
    await this.#changes.owe(changes);
  }

  async destroy(): Promise<void> {
    if (this.#destroyed) throw new Error('destroyed called twice!');
    this.#destroyed = true;
    await this.#changes.settle();
  }

  #incomingOf(id: string): Map<number, KeptPacket> {
    const known = this.#incoming.get(id);
    if (known) return known;
    const made = new Map<number, KeptPacket>();
    this.#incoming.set(id, made);
    return made;
  }

  /** What is retained on topics that match. */
  retained(filter: string): IterableIterator<KeptPacket> {
    return this.#retained.find(filter);
  }

  /** Whether one more retained message fits. */
  mayRetain(packet: KeptPacket): boolean {
    return this.#retained.mayKeep(packet);
  }

  /**
   * Keeps all that a message leaves behind, in one commit: itself where it is retained, a copy for every session that is to have
   * it, and its id where it came in with QoS 2. null where that is nothing. Rejects with `store/*`, and nothing is then kept;
   * with QoS 0, where nobody waits for an acknowledgement, the disk gets it later instead.
   */
  keep(packet: KeptPacket, incoming: Incoming | null): Promise<void> | null {
    const changes: SessionChange[] = [];
    const entries: { session: Session; entry: Entry }[] = [];
    const retained = packet.retain ? this.#retained.set(packet) : null;
    if (retained) changes.push(retained.change);
    if (packet.qos > 0) {
      for (const { session, qos } of this.book.takers(packet.topic)) {
        const copy = { ...packet, qos: qos < packet.qos ? qos : packet.qos, retain: false, dup: false };
        const queued = this.book.enqueue(session, copy);
        if (!queued) continue;
        changes.push(queued.change);
        entries.push({ session, entry: queued.entry });
      }
    }
    if (incoming && !incoming.clean && this.book.get(incoming.client)) {
      const key = incomingKey(incoming.messageId);
      changes.push({ kind: 'put', client: incoming.client, key, value: new Uint8Array(0) });
    }
    const receive = (): void => {
      if (!incoming) return;
      const { client, messageId } = incoming;
      if (incoming.clean ? !incoming.open() : !this.book.get(client)) return;
      this.#incomingOf(client).set(messageId, { ...copyPacket({ qos: 2 }), messageId });
    };
    if (changes.length === 0) {
      receive();
      return null;
    }
    const done = packet.qos === 0 ? this.#changes.owe(changes) : this.#changes.write(changes);
    return done.then(
      () => {
        receive();
        for (const { session, entry } of entries) {
          entry.committed = true;
          session.wake?.();
        }
      },
      (cause: unknown) => {
        retained?.undo();
        for (const { session, entry } of entries) session.queue.remove(entry);
        throw cause;
      },
    );
  }

  owe(changes: readonly SessionChange[]): Promise<void> {
    return this.#changes.owe(changes);
  }

  /** Resolves when all is on disk that the disk takes. */
  settle(): Promise<void> {
    return this.#changes.settle();
  }

  /** Whether one more QoS 2 message of this client may be under way; `pending` are not received yet. */
  mayReceive(client: string, pending: number): boolean {
    return (this.#incoming.get(client)?.size ?? 0) + pending < INCOMING_QOS2;
  }

  hasReceived(client: string, messageId: number): boolean {
    return this.#incoming.get(client)?.has(messageId) ?? false;
  }

  // Retained messages

  async storeRetained(packet: KeptPacket): Promise<void> {
    const { change, undo } = this.#retained.set(packet);
    await this.#changes.write([change]).catch((cause: unknown) => {
      undo();
      throw cause;
    });
  }

  createRetainedStreamCombi(patterns: readonly string[]): Readable {
    return Readable.from(patterns.flatMap((pattern) => [...this.#retained.find(pattern)]));
  }

  createRetainedStream(pattern: string): Readable {
    return this.createRetainedStreamCombi([pattern]);
  }

  // Subscriptions

  async addSubscriptions(client: Who, wanted: readonly AedesSubscription[]): Promise<void> {
    await this.#changes.owe(this.book.subscribe(client.id, wanted));
  }

  async removeSubscriptions(client: Who, filters: readonly string[]): Promise<void> {
    await this.#changes.owe(this.book.unsubscribe(client.id, filters));
  }

  async subscriptionsByClient(client: Who): Promise<readonly AedesSubscription[]> {
    const held = this.book.get(client.id)?.subscriptions.values() ?? [];
    return [...held].map(({ filter, qos, more }) => ({ topic: filter, qos, ...more }));
  }

  async subscriptionsByTopic(topic: string): Promise<readonly (AedesSubscription & { readonly clientId: string })[]> {
    return this.book.match(topic).map(({ client, filter, qos, more }) => ({ clientId: client, topic: filter, qos, ...more }));
  }

  async countOffline(): Promise<{ subsCount: number; clientsCount: number }> {
    const clientsCount = [...this.book.all()].filter(({ subscriptions }) => subscriptions.size > 0).length;
    return { subsCount: this.book.keeping, clientsCount };
  }

  /** A client that starts afresh: all of its session goes. */
  async cleanSubscriptions(client: Who): Promise<void> {
    if (this.book.get(client.id)) await this.forget(client.id);
  }

  getClientList(topic: string): Readable {
    return Readable.from([...this.book.all()].filter(({ subscriptions }) => subscriptions.has(topic)).map(({ id }) => id));
  }

  async forget(id: string): Promise<void> {
    this.book.forget(id);
    this.#incoming.delete(id);
    await this.#changes.owe([{ kind: 'forget', client: id }]);
  }

  // Messages on their way to a client

  async outgoingEnqueue(sub: { readonly clientId: string }, packet: KeptPacket): Promise<void> {
    await this.outgoingEnqueueCombi([sub], packet);
  }

  async outgoingEnqueueCombi(subs: readonly { readonly clientId: string }[], packet: KeptPacket): Promise<void> {
    const changes: SessionChange[] = [];
    const queued: { session: Session; entry: Entry }[] = [];
    for (const id of new Set(subs.map(({ clientId }) => clientId))) {
      const made = this.book.ensure(id);
      const one = this.book.enqueue(made.session, packet);
      changes.push(...made.changes, ...(one ? [one.change] : []));
      if (one) queued.push({ session: made.session, entry: one.entry });
    }
    try {
      await this.#changes.write(changes);
    } catch (cause) {
      for (const { session, entry } of queued) session.queue.remove(entry);
      throw cause;
    }
    for (const { entry } of queued) entry.committed = true;
  }

  /** Gives a message its id, or replaces it by the PUBREL that is owed. A PUBREC for what is gone already is answered all the same. */
  async outgoingUpdate(client: Who, packet: KeptPacket): Promise<void> {
    const session = this.book.get(client.id);
    const known = session?.queue.byMessageId(packet.messageId);
    if (packet.cmd === 'pubrel') {
      if (!session || !known) return;
      known.packet = packet;
      await this.#changes.write([this.#putChange(session, known)]);
      return;
    }
    const entry = session?.queue.byCounter(packet) ?? known;
    if (!session || !entry || packet.messageId === undefined) throw new Error('no such packet');
    session.queue.assign(entry, packet.messageId);
    await this.#changes.write([this.#putChange(session, entry)]);
  }

  #putChange(session: Session, entry: Entry): SessionChange {
    return { kind: 'put', client: session.id, key: queueKey(entry.seq), value: encodePacket(entry.packet) };
  }

  /** Gives these their ids, in one commit. */
  async assignIds(session: Session, entries: readonly Entry[]): Promise<void> {
    const nameless = entries.filter(({ packet }) => packet.messageId === undefined);
    for (const entry of nameless) session.queue.assign(entry, session.queue.freeId());
    await this.#changes.owe(nameless.map((entry) => this.#putChange(session, entry)));
  }

  /** The client has it. The disk hears of it soon: until then it could come again, as a duplicate. */
  async outgoingClearMessageId(
    client: Who,
    packet: { readonly messageId?: number | undefined },
  ): Promise<KeptPacket | undefined> {
    const session = this.book.get(client.id);
    if (!session || session.queue.releaseLoose(packet.messageId)) return undefined;
    const entry = session.queue.byMessageId(packet.messageId);
    if (!entry) return undefined;
    session.queue.remove(entry);
    void this.#changes.owe([{ kind: 'remove', client: session.id, key: queueKey(entry.seq) }]);
    session.wake?.();
    return entry.packet;
  }

  outgoingStream(client: Who): Readable {
    return Readable.from([...(this.book.get(client.id)?.queue.all() ?? [])].map(({ packet }) => packet));
  }

  // QoS 2 messages that came in

  async incomingStorePacket(client: Who, packet: KeptPacket): Promise<void> {
    const { messageId } = packet;
    if (messageId === undefined) throw new Error('no message id');
    const { changes } = this.book.ensure(client.id);
    await this.#changes.write([
      ...changes,
      { kind: 'put', client: client.id, key: incomingKey(messageId), value: new Uint8Array(0) },
    ]);
    this.#incomingOf(client.id).set(messageId, { ...copyPacket(packet), messageId });
  }

  async incomingGetPacket(client: Who, packet: { readonly messageId?: number | undefined }): Promise<KeptPacket> {
    const found = packet.messageId === undefined ? undefined : this.#incoming.get(client.id)?.get(packet.messageId);
    if (!found) throw new Error('no such packet');
    return found;
  }

  async incomingDelPacket(client: Who, packet: { readonly messageId?: number | undefined }): Promise<void> {
    const { messageId } = packet;
    if (messageId === undefined || !this.#incoming.get(client.id)?.delete(messageId)) throw new Error('no such packet');
    if (this.book.get(client.id)) await this.#changes.owe([{ kind: 'remove', client: client.id, key: incomingKey(messageId) }]);
  }

  async cleanIncoming(client: Who): Promise<void> {
    const ids = [...(this.#incoming.get(client.id)?.keys() ?? [])];
    this.#incoming.delete(client.id);
    if (ids.length === 0 || !this.book.get(client.id)) return;
    await this.#changes.owe(ids.map((messageId) => ({ kind: 'remove', client: client.id, key: incomingKey(messageId) })));
  }

  // Wills

  async putWill(client: Who, will: Will): Promise<void> {
    await this.wills.put(client.id, this.#broker.id, will);
  }

  async getWill(client: Who): Promise<Will | undefined> {
    return this.wills.get(client.id, client.brokerId ?? this.#broker.id);
  }

  async delWill(client: Who): Promise<Will | undefined> {
    return this.wills.remove(client.id, client.brokerId ?? this.#broker.id);
  }

  streamWill(brokers: Readonly<Record<string, unknown>> = {}): Readable {
    return Readable.from([...this.wills.all()].filter((will) => !brokers[will.brokerId ?? '']));
  }
}
