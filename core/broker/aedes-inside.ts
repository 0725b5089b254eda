import type { Aedes, Client, PublishPacket } from 'aedes';
import { matches } from './fanout.ts';

/** The client's subscriptions, filter and granted QoS; aedes keeps them but leaves them out of its types. */
export function subscriptionsOf(client: Client): readonly (readonly [filter: string, qos: number])[] {
  const held: unknown = 'subscriptions' in client ? client.subscriptions : null;
  if (typeof held !== 'object' || held === null) return [];
  return Object.entries(held).map(([filter, one]) => [filter, Number(Object(one).qos)]);
}

/** The highest QoS that the client was granted for this topic (MQTT 3.1.1 section 3.3.5); aedes forgets it for wildcards. */
export function grantedQos(client: Client, topic: string): number {
  const levels = topic.split('/');
  let granted = 0;
  for (const [filter, qos] of subscriptionsOf(client)) {
    if (qos > granted && matches(filter.split('/'), levels)) granted = qos;
  }
  return granted;
}

export interface SessionStore {
  incomingGetPacket(client: Client, packet: PublishPacket): Promise<unknown>;
  outgoingEnqueueCombi(subs: readonly { readonly clientId: string }[], packet: PublishPacket): Promise<void>;
  outgoingClearMessageId(client: Client, packet: PublishPacket): Promise<PublishPacket | undefined>;
}

/** aedes' session store is not in its types. */
export function sessionStore(broker: Aedes | null): SessionStore | null {
  const store: unknown = broker && 'persistence' in broker ? broker.persistence : null;
  if (typeof store !== 'object' || store === null || !('incomingGetPacket' in store)) return null;
  return store as SessionStore;
}
