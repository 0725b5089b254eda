import { Readable } from 'node:stream';
import type { KeptPacket } from './packet-records.ts';
import { SessionPersistence } from './persistence.ts';
import type { AedesSubscription } from './session-book.ts';

/** Stands for a session without subscriptions, which aedes would call a new one (MQTT 3.1.1 section 3.2.2.2). */
export const NO_SUBSCRIPTION: AedesSubscription = { topic: 'session', qos: 0 };

/**
 * The persistence as the running broker uses it. What waits for a session is sent by `session-sender.ts`, and wills of an earlier
 * life by `former-wills.ts`: aedes would send a whole queue at once, whatever the client has acknowledged, and wills only after
 * minutes and past the router.
 */
export class BrokerMemory extends SessionPersistence {
  readonly #fresh = new Set<string>();

  /** A client with a persistent session is coming in. */
  async begin(id: string): Promise<void> {
    const { session, changes } = this.book.ensure(id);
    if (changes.length > 0) this.#fresh.add(id);
    await this.arrived(session.id);
  }

  async arrived(id: string): Promise<void> {
    await this.#away(id, null);
  }

  async left(id: string, steadyMs: number): Promise<void> {
    await this.#away(id, steadyMs);
  }

  async #away(id: string, awaySince: number | null): Promise<void> {
    const session = this.book.get(id);
    if (!session) return;
    session.awaySince = awaySince;
    await this.owe([{ kind: 'session', client: id, awaySince }]);
  }

  override async subscriptionsByClient(client: { readonly id: string }): Promise<readonly AedesSubscription[]> {
    const held = await super.subscriptionsByClient(client);
    const known = !this.#fresh.delete(client.id) && this.book.get(client.id) !== undefined;
    return held.length === 0 && known ? [NO_SUBSCRIPTION] : held;
  }

  override outgoingStream(): Readable {
    return Readable.from([]);
  }

  override streamWill(): Readable {
    return Readable.from([]);
  }

  /** The sender has given a publish its id already; one that aedes sends with QoS 0 is not acknowledged. */
  override async outgoingUpdate(client: { readonly id: string }, packet: KeptPacket): Promise<void> {
    if (packet.cmd === 'pubrel') await super.outgoingUpdate(client, packet);
    else if (packet.qos === 0) await this.outgoingClearMessageId(client, packet);
  }

  /** The admission has received it before; only the connection can have gone meanwhile. */
  override async incomingStorePacket(): Promise<void> {
    throw new Error('connection closed');
  }
}
