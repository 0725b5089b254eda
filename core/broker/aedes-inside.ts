import type { Client, PublishPacket } from 'aedes';
import type { Deliver } from './fanout.ts';
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

/** How aedes writes a message to a client; its subscriptions call what stands here when they are made. */
export interface Deliveries {
  deliver0: Deliver<PublishPacket>;
  deliverQoS: Deliver<PublishPacket>;
}

/** aedes keeps them as members of the client, but not in its types. */
export function deliveriesOf(client: Client): Deliveries {
  const inside: unknown = client;
  if (typeof inside === 'object' && inside !== null && 'deliver0' in inside && 'deliverQoS' in inside)
    return inside as Deliveries;
  throw new Error('this version of aedes delivers otherwise');
}

/** Says that the client is alive: what it sends is not read while it waits for an acknowledgement, its pings neither. */
export function keepAlive(client: Client): void {
  const timer: unknown = '_keepaliveTimer' in client ? client._keepaliveTimer : null;
  if (typeof timer === 'object' && timer !== null && 'refresh' in timer && typeof timer.refresh === 'function') timer.refresh();
}

/** True once the client has its CONNACK: before that aedes keeps what it sends until it is known who it is. */
export function isUp(client: Client): boolean {
  return client.connected && !client.closed && 'connackSent' in client && client.connackSent === true;
}

/** Calls back when the client has taken what was written; aedes ends the connection when that takes too long. */
export function whenDrained(client: Client, done: () => void): void {
  if ('waitForDrain' in client && typeof client.waitForDrain === 'function') client.waitForDrain(done);
  else client.conn.once('drain', done);
}
