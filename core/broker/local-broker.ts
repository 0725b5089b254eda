import type { EventEmitter } from 'node:events';
import type { Server, Socket } from 'node:net';
import type { AedesOptions, Client, Subscription } from 'aedes';
import type { Clock } from '../base/clock.ts';
import { createEmitter } from '../base/emitter.ts';
import { GatewayError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import type { Draft, Message } from '../contract/message.ts';
import type { Sink } from '../router/sink.ts';
import type { Tracer } from '../router/tracer.ts';
import { createAdmission } from './admission.ts';
import { grantedQos, sessionStore } from './aedes-inside.ts';
import type { LocalBroker } from './broker.ts';
import { type BrokerFaults, clientFault, createBrokerFaults } from './broker-faults.ts';
import { type Clients, createClients } from './clients.ts';
import { type ListenerOptions, openListener, portOf } from './listener.ts';
import { createSessions, MEMORY_LIMITS, type MemoryLimits, type Sessions } from './memory-limits.ts';
import { createPressure, type Pressure } from './pressure.ts';
import type { SiteBroker } from './site-broker.ts';
import { tuneSocket } from './socket-tuning.ts';
import { topicLevels } from './topic-levels.ts';

export interface LocalBrokerDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  /** The router. A QoS 1 or 2 publish is acknowledged after it returned nothing or its promise resolved. */
  publish(draft: Draft): Promise<void> | undefined;
}

export interface LocalBrokerOptions {
  /** 127.0.0.1 unless told; any address that is not loopback needs `tls`. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly maxClients: number;
  readonly maxTopicLevels?: number;
  readonly maxPacketBytes?: number;
  /** A client that has taken nothing for so long is disconnected. */
  readonly drainTimeoutMs?: number;
  readonly connectTimeoutMs?: number;
  readonly tls?: ListenerOptions['tls'];
  readonly memory?: MemoryLimits;
}

/** Sockets beyond the clients' maximum that may be in the middle of connecting. */
const CONNECTING_ROOM = 32;

const tooMany = (who: string, limit: number): GatewayError =>
  new GatewayError('broker/too-many-clients', `${who} was turned away: ${limit} clients are connected already`);

/** Persistent sessions that may exist for each client that may be connected. */
const SESSIONS_PER_CLIENT = 4;

interface Inside {
  readonly sessions: Sessions;
  readonly clients: Clients;
  readonly faults: BrokerFaults;
  readonly pressure: Pressure;
  readonly metrics: Metrics;
}

/** What aedes asks before it lets a client in or gives it a message. */
function aedesHooks(
  { clients, faults, pressure, metrics, sessions }: Inside,
  maxClients: number,
  maxLevels: number,
): AedesOptions {
  const slow = metrics.counter('gatehouse_broker_dropped_total', 'QoS 0 messages not passed on', { reason: 'slow-client' });
  return {
    preConnect(_client, packet, done) {
      const topic = packet.will?.topic;
      if (topic === undefined) done(null, true);
      else if (topicLevels(topic) > maxLevels) done(new Error('topic has too many levels'), false);
      else if (/[+#\0]|^\$SYS\/|^$/.test(topic)) done(new Error('topic not allowed in will'), false);
      else done(null, true);
    },
    authenticate(client, _username, _password, done) {
      const roomForSession = client.clean || sessions.has(client.id) || sessions.size < maxClients * SESSIONS_PER_CLIENT;
      if (roomForSession && (clients.size < maxClients || clients.has(client.id))) {
        done(null, true);
        return;
      }
      const fault = tooMany(clients.name(client), maxClients);
      faults.report(fault);
      done(Object.assign(fault, { returnCode: 3 }), false);
    },
    authorizeForward(client, packet) {
      if (pressure.check(client.conn) === 'ok') {
        if (packet.qos === 2 && grantedQos(client, packet.topic) === 1) packet.qos = 1;
        return packet;
      }
      if (packet.qos === 0) slow.add();
      else client.conn.destroy(new Error('drain timeout'));
      return null;
    },
  };
}

function watchClients(broker: SiteBroker, { clients, faults, sessions }: Inside, log: Logger, onChange: () => void): void {
  broker.on('client', (client) => {
    clients.add(client);
    sessions.seen(client);
    onChange();
  });
  broker.on('clientDisconnect', (client) => {
    clients.remove(client);
    onChange();
  });
  broker.on('subscribe', (_subscriptions: Subscription[], client) => {
    if (!client.clean) broker.keepsSessions = true;
    onChange();
  });
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

/**
 * The broker for client devices, MQTT 3.1.1. `start` rejects with `broker/port-in-use` or `broker/needs-tls`.
 * What a client does wrong ends that client's connection, is counted, logged and shown in `status().lastFault`.
 */
export function createLocalBroker(deps: LocalBrokerDeps, options: LocalBrokerOptions): LocalBroker {
  const { clock, log, metrics } = deps;
  const host = options.host ?? '127.0.0.1';
  const maxTopicLevels = options.maxTopicLevels ?? 32;
  const maxPacketBytes = options.maxPacketBytes ?? 1024 * 1024;
  const connectTimeoutMs = options.connectTimeoutMs ?? 10_000;
  const changed = createEmitter<void>((cause) => log.error('broker.listener-failed', { cause }));
  const clients = createClients(clock);
  const faults = createBrokerFaults(deps, () => changed.emit());
  const pressure = createPressure(clock);
  const inside: Inside = { clients, faults, pressure, metrics, sessions: createSessions() };
  const sent = metrics.counter('gatehouse_broker_sent_total', 'Messages handed to the broker for its clients');
  const notKept = metrics.counter(
    'gatehouse_broker_not_kept_total',
    'Messages not retained or not kept for a client that is away',
  );
  const sockets = new Set<Socket>();
  let site: SiteBroker | null = null;
  let server: Server | null = null;
  let port: number | null = null;

  function accept(socket: Socket): void {
    const address = `${socket.remoteAddress ?? 'unknown'}:${socket.remotePort ?? 0}`;
    socket.on('error', () => {});
    if (!site || sockets.size >= options.maxClients + CONNECTING_ROOM) {
      if (site) faults.report(tooMany(`a client at ${address}`, options.maxClients));
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    let client: Client | null = null;
    tuneSocket(socket, {
      maxPacketBytes,
      onRefused(why, announced) {
        const who = client ? clients.name(client) : `a client at ${address}`;
        const large = `${who} announced a packet of ${announced} bytes; ${maxPacketBytes} is the limit`;
        if (why === 'too-large') faults.report(new GatewayError('broker/packet-too-large', large));
        else faults.report(new GatewayError('broker/malformed', `${who} sent something that is not MQTT`));
      },
    });
    client = site.handle(socket);
  }

  const sink: Sink = {
    durable: false,
    deliver(batch: readonly Message[]) {
      if (!site) return Promise.reject(new GatewayError('gateway/stopping', 'The local broker is not running.'));
      for (const message of batch) site.send(message);
      sent.add(batch.length);
      return pressure.active ? pressure.relief() : undefined;
    },
  };

  async function closeAll(): Promise<void> {
    const closing = server;
    const broker = site;
    server = null;
    site = null;
    port = null;
    const closed = closing && new Promise<void>((resolve) => closing.close(() => resolve()));
    if (broker) await new Promise<void>((resolve) => broker.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
    clients.clear();
    changed.emit();
  }

  return {
    name: 'broker',
    sink,
    async start(signal) {
      signal.throwIfAborted();
      const { startSiteBroker } = await import('./site-broker.ts');
      const settings: AedesOptions = {
        connectTimeout: connectTimeoutMs,
        drainTimeout: options.drainTimeoutMs ?? 15_000,
        maxTopicLevels,
        concurrency: 1000,
        // MQTT lets a client publish before its CONNACK has come.
        queueLimit: 200,
        ...aedesHooks(inside, options.maxClients, maxTopicLevels),
        authorizePublish: createAdmission({ ...deps, clients, pressure, sessions: () => sessionStore(site) }, maxTopicLevels),
      };
      const broker = await startSiteBroker(settings, options.memory ?? MEMORY_LIMITS, () => notKept.add());
      site = broker;
      watchClients(broker, inside, log, () => changed.emit());
      try {
        server = await openListener({ host, port: options.port, connectTimeoutMs, tls: options.tls }, accept);
        port = portOf(server);
        signal.throwIfAborted();
      } catch (cause) {
        await closeAll();
        throw cause;
      }
      log.info('broker.listening', { host, port, tls: options.tls !== undefined });
      changed.emit();
    },
    stop: closeAll,
    status: () => ({ port, clients: clients.list(), lastFault: faults.last() }),
    onChanged: (listener) => changed.on(listener),
  };
}
