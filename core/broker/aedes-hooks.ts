import type { EventEmitter } from 'node:events';
import type { AedesOptions, Client, Subscription } from 'aedes';
import { GatewayError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import { grantedQos } from './aedes-inside.ts';
import { type BrokerFaults, clientFault } from './broker-faults.ts';
import { type BrokerMemory, NO_SUBSCRIPTION } from './broker-memory.ts';
import type { Clients } from './clients.ts';
import type { Pressure } from './pressure.ts';
import { createSessionSender, type SessionSender } from './session-sender.ts';
import type { SiteBroker } from './site-broker.ts';
import { topicLevels } from './topic-levels.ts';

export interface Inside {
  readonly memory: BrokerMemory;
  readonly clients: Clients;
  readonly faults: BrokerFaults;
  readonly pressure: Pressure;
  readonly metrics: Metrics;
  readonly senders: WeakMap<Client, SessionSender>;
  steady(): number;
}

/** Persistent sessions that may exist for each client that may be connected. */
const SESSIONS_PER_CLIENT = 4;

export const tooMany = (who: string, limit: number): GatewayError =>
  new GatewayError('broker/too-many-clients', `${who} was turned away: ${limit} clients are connected already`);

/** What aedes asks before it lets a client in or gives it a message. */
export function aedesHooks(inside: Inside, maxClients: number, maxLevels: number): AedesOptions {
  const { clients, faults, pressure, metrics, memory, senders } = inside;
  const slow = metrics.counter('gatehouse_broker_dropped_total', 'QoS 0 messages not passed on', { reason: 'slow-client' });
  const roomFor = ({ id, clean }: Client): boolean => {
    const { book } = memory;
    const roomForSession = clean || book.get(id) !== undefined || book.size < maxClients * SESSIONS_PER_CLIENT;
    return roomForSession && (clients.size < maxClients || clients.has(id));
  };
  return {
    preConnect(_client, packet, done) {
      const topic = packet.will?.topic;
      // MQTT 3.1.1 section 3.1.3.1: nobody could ever come back to that session.
      if (packet.clean === false && !packet.clientId) done(new Error('a session needs a client id'), false);
      else if (topic === undefined) done(null, true);
      else if (topicLevels(topic) > maxLevels) done(new Error('topic has too many levels'), false);
      else if (/[+#\0]|^\$SYS\/|^$/.test(topic)) done(new Error('topic not allowed in will'), false);
      else done(null, true);
    },
    authenticate(client, _username, _password, done) {
      if (!roomFor(client)) {
        const fault = tooMany(clients.name(client), maxClients);
        faults.report(fault);
        done(Object.assign(fault, { returnCode: 3 }), false);
      } else if (client.clean) done(null, true);
      else {
        senders.set(client, createSessionSender(client, memory));
        void memory.begin(client.id).then(() => done(null, true));
      }
    },
    authorizeSubscribe(_client, subscription, done) {
      done(null, subscription === NO_SUBSCRIPTION ? null : subscription);
    },
    authorizeForward(client, packet) {
      const { qos } = packet;
      // The session's queue holds it, and its sender waits for the line.
      const queued = qos > 0 && !client.clean && !packet.retain;
      if (queued || pressure.check(client.conn) === 'ok') {
        if (qos === 2 && !queued && grantedQos(client, packet.topic) === 1) packet.qos = 1;
        return packet;
      }
      if (qos === 0) slow.add();
      else client.conn.destroy(new Error('drain timeout'));
      return null;
    },
  };
}

/** Follows clients as they come and go, and reports what they do wrong. */
export function watchClients(broker: SiteBroker, inside: Inside, log: Logger, onChange: () => void): void {
  const { clients, faults, memory, senders } = inside;
  broker.on('client', (client) => {
    clients.add(client);
    if (!client.clean) void memory.arrived(client.id);
    onChange();
  });
  broker.on('clientReady', (client) => senders.get(client)?.begin());
  broker.on('clientDisconnect', (client) => {
    clients.remove(client);
    senders.get(client)?.end();
    if (!client.clean && !clients.has(client.id)) void memory.left(client.id, inside.steady());
    onChange();
  });
  broker.on('subscribe', (_subscriptions: Subscription[], _client) => onChange());
  broker.on('unsubscribe', onChange);
  const onError = (client: Client, error: Error): void => {
    // The connection of a client that was turned away, or of all of them when the broker stops, is reported where that happens.
    if (broker.closed || (error instanceof GatewayError && error.code === 'broker/too-many-clients')) return;
    const fault = clientFault(clients.name(client), error);
    if (fault) faults.report(fault);
  };
  broker.on('clientError', onError);
  broker.on('connectionError', onError);
  const events: EventEmitter = broker;
  events.on('error', (cause: unknown) => log.error('broker.failed', { cause }));
}
