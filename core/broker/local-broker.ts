import type { EventEmitter } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { AedesOptions, Client, PublishPacket, Subscription } from 'aedes';
import type { Clock } from '../base/clock.ts';
import { createEmitter } from '../base/emitter.ts';
import { GatewayError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import type { Draft, Message, Source } from '../contract/message.ts';
import type { Sink } from '../router/sink.ts';
import type { Tracer } from '../router/tracer.ts';
import { grantedQos, sessionStore, subscriptionsOf } from './aedes-inside.ts';
import type { LocalBroker } from './broker.ts';
import { clientFault, createBrokerFaults } from './broker-faults.ts';
import { createPressure } from './pressure.ts';
import type { SiteBroker } from './site-broker.ts';
import { tuneSocket } from './socket-tuning.ts';

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
  /** PEM texts. With `ca`, clients must show a certificate of it. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string };
}

interface ClientRecord {
  readonly source: Source;
  readonly place: string;
  readonly address: string;
  readonly since: number;
}

/** Sockets beyond the clients' maximum that may be in the middle of connecting. */
const CONNECTING_ROOM = 32;
const LOOPBACK = /^(localhost|127(\.\d+){3}|::1)$/;

const levelsOf = (topic: string): number => {
  let levels = 1;
  for (let i = 0; i < topic.length; i += 1) if (topic.charCodeAt(i) === 47) levels += 1;
  return levels;
};

/**
 * The broker for client devices, MQTT 3.1.1. `start` rejects with `broker/port-in-use` or `broker/needs-tls`.
 * What a client does wrong ends that client's connection, is counted, logged and shown in `status().lastFault`.
 */
export function createLocalBroker(deps: LocalBrokerDeps, options: LocalBrokerOptions): LocalBroker {
  const { clock, tracer } = deps;
  const host = options.host ?? '127.0.0.1';
  const maxLevels = options.maxTopicLevels ?? 32;
  const maxPacketBytes = options.maxPacketBytes ?? 1024 * 1024;
  const connectTimeout = options.connectTimeoutMs ?? 10_000;
  const changed = createEmitter<void>();
  const faults = createBrokerFaults(deps, () => changed.emit());
  const pressure = createPressure(clock);
  const records = new Map<Client, ClientRecord>();
  const sockets = new Set<Socket>();
  const count = {
    in: deps.metrics.counter('gatehouse_broker_received_total', 'Messages that clients published'),
    out: deps.metrics.counter('gatehouse_broker_sent_total', 'Messages handed to the broker for its clients'),
    slow: deps.metrics.counter('gatehouse_broker_dropped_total', 'QoS 0 messages not sent', { reason: 'slow-client' }),
    refused: deps.metrics.counter('gatehouse_broker_dropped_total', 'QoS 0 messages not sent', { reason: 'not-accepted' }),
  };
  let site: SiteBroker | null = null;
  let server: Server | null = null;
  let port: number | null = null;
  let stopping = false;

  const addressOf = (client: Client): string => {
    const { conn } = client;
    return 'remoteAddress' in conn && conn.remoteAddress ? `${conn.remoteAddress}:${conn.remotePort ?? 0}` : 'unknown address';
  };
  const whoIs = (client: Client): string => {
    const address = records.get(client)?.address ?? addressOf(client);
    return client.id ? `client ${client.id.slice(0, 80)} (${address})` : `a client at ${address}`;
  };
  const recordOf = (client: Client): ClientRecord => {
    const known = records.get(client);
    if (known) return known;
    const { id } = client;
    return { source: { kind: 'client', id }, place: `client:${id}`, address: addressOf(client), since: clock.now() };
  };

  function notAccepted(client: Client, cause: unknown): GatewayError {
    const why = cause instanceof Error ? cause.message : String(cause);
    return new GatewayError('broker/not-accepted', `${whoIs(client)}: a message could not be taken (${why})`, { cause });
  }

  /** Hands a client's publish (or will) to the router; aedes acknowledges after `done`. */
  function admit(client: Client, packet: PublishPacket, done: (error?: Error | null) => void): void {
    if (stopping) return done(new GatewayError('gateway/stopping', 'The gateway is stopping.'));
    const { topic, payload } = packet;
    if (topic.charCodeAt(0) === 36 && topic.startsWith('$SYS/')) return done(new Error('topic is reserved'));
    count.in.add();
    const record = recordOf(client);
    const traceId = tracer.begin(record.place, topic);
    const draft: Draft = {
      topic,
      payload: typeof payload === 'string' ? Buffer.from(payload) : payload,
      qos: packet.qos,
      retain: packet.retain,
      source: record.source,
      ...(traceId === undefined ? {} : { traceId }),
    };
    if (traceId !== undefined) tracer.hop(traceId, 'wire', record.place, `${topic}, ${payload.length} bytes`);
    const qos = packet.qos;
    let taken: Promise<void> | undefined;
    try {
      taken = deps.publish(draft);
    } catch (cause) {
      taken = Promise.reject(cause);
    }
    if (taken === undefined && !pressure.active) return done(null);
    const accepted = pressure.active ? Promise.all([taken, pressure.relief()]) : taken;
    accepted?.then(
      () => done(null),
      (cause: unknown) => {
        if (qos > 0) return done(notAccepted(client, cause));
        count.refused.add();
        done(null);
      },
    );
  }

  /** QoS 2 repeats the publish until it is released: the router gets it once. */
  function authorizePublish(client: Client | null, packet: PublishPacket, done: (error?: Error | null) => void): void {
    if (client === null) return done(null);
    // A will comes here before aedes looks at its topic.
    if (levelsOf(packet.topic) > maxLevels) return done(new Error('topic has too many levels'));
    if (packet.qos < 2) return admit(client, packet, done);
    const store = sessionStore(site);
    if (!store) return admit(client, packet, done);
    store.incomingGetPacket(client, packet).then(
      () => done(null),
      () => admit(client, packet, done),
    );
  }

  const aedesOptions: AedesOptions = {
    connectTimeout,
    drainTimeout: options.drainTimeoutMs ?? 15_000,
    maxTopicLevels: maxLevels,
    concurrency: 1000,
    preConnect(_client, packet, done) {
      const topic = packet.will?.topic;
      if (topic !== undefined && levelsOf(topic) > maxLevels) return done(new Error('topic has too many levels'), false);
      if (topic !== undefined && /[+#\0]|^\$SYS\/|^$/.test(topic)) return done(new Error('topic not allowed in will'), false);
      done(null, true);
    },
    authenticate(client, _username, _password, done) {
      if (records.size < options.maxClients || [...records.keys()].some((other) => other.id === client.id))
        return done(null, true);
      faults.report(tooMany(whoIs(client), options.maxClients));
      done(Object.assign(new Error('too many clients'), { returnCode: 3 }), false);
    },
    authorizePublish,
    authorizeForward(client, packet) {
      if (pressure.check(client.conn) === 'ok') {
        if (packet.qos === 2 && grantedQos(client, packet.topic) === 1) packet.qos = 1;
        return packet;
      }
      if (packet.qos === 0) count.slow.add();
      else client.conn.destroy(new Error('drain timeout'));
      return null;
    },
  };

  function watchClients(broker: SiteBroker): void {
    broker.on('client', (client) => {
      records.set(client, recordOf(client));
      changed.emit();
    });
    broker.on('clientDisconnect', (client) => {
      records.delete(client);
      changed.emit();
    });
    broker.on('subscribe', (_subscriptions: Subscription[], client) => {
      if (!client.clean) broker.keepsSessions = true;
      changed.emit();
    });
    broker.on('unsubscribe', () => changed.emit());
    const onError = (client: Client, error: Error): void => {
      if (stopping || error.message === 'too many clients') return;
      const fault = clientFault(whoIs(client), error);
      if (fault) faults.report(fault);
    };
    broker.on('clientError', onError);
    broker.on('connectionError', onError);
    const events: EventEmitter = broker;
    events.on('error', (cause: unknown) => deps.log.error('broker.failed', { cause }));
  }

  function accept(socket: Socket): void {
    const address = `${socket.remoteAddress ?? 'unknown'}:${socket.remotePort ?? 0}`;
    socket.on('error', () => {});
    if (!site || stopping || sockets.size >= options.maxClients + CONNECTING_ROOM) {
      if (site && !stopping) faults.report(tooMany(`a client at ${address}`, options.maxClients));
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    tuneSocket(socket, {
      maxPacketBytes,
      onRefused(why, announced) {
        const client = 'client' in socket ? socket.client : undefined;
        const known = [...records].find(([one]) => one === client);
        const who = known ? `client ${known[0].id.slice(0, 80)} (${address})` : `a client at ${address}`;
        faults.report(
          why === 'too-large'
            ? new GatewayError(
                'broker/packet-too-large',
                `${who} announced a packet of ${announced} bytes; ${maxPacketBytes} is the limit`,
              )
            : new GatewayError('broker/malformed', `${who} sent something that is not MQTT`),
        );
      },
    });
    site.handle(socket);
  }

  const sink: Sink = {
    durable: false,
    deliver(batch: readonly Message[]) {
      if (!site || stopping) return Promise.reject(new GatewayError('gateway/stopping', 'The local broker is not running.'));
      for (const message of batch) {
        site.send(message);
        if (message.traceId !== undefined) tracer.hop(message.traceId, 'delivered', 'local', message.topic);
      }
      count.out.add(batch.length);
      return pressure.active ? pressure.relief() : undefined;
    },
  };

  async function closeAll(): Promise<void> {
    stopping = true;
    const closing = server;
    const broker = site;
    server = null;
    site = null;
    port = null;
    const closed = closing ? new Promise<void>((resolve) => closing.close(() => resolve())) : undefined;
    if (broker) await new Promise<void>((resolve) => broker.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
    records.clear();
    changed.emit();
  }

  return {
    name: 'broker',
    sink,
    async start(signal) {
      signal.throwIfAborted();
      const { tls } = options;
      if (!tls && !LOOPBACK.test(host)) {
        throw new GatewayError('broker/needs-tls', `The local broker may not listen on ${host} without TLS.`);
      }
      const { startSiteBroker } = await import('./site-broker.ts');
      site = await startSiteBroker(aedesOptions);
      watchClients(site);
      server = tls
        ? createTlsServer(
            {
              cert: tls.cert,
              key: tls.key,
              handshakeTimeout: connectTimeout,
              ...(tls.ca === undefined ? {} : { ca: tls.ca, requestCert: true, rejectUnauthorized: true }),
            },
            accept,
          )
        : createServer({ noDelay: true }, accept);
      try {
        port = await listen(server, host, options.port);
        signal.throwIfAborted();
      } catch (cause) {
        server = null;
        await closeAll();
        throw cause;
      }
      deps.log.info('broker.listening', { host, port, tls: tls !== undefined });
      changed.emit();
    },
    stop: closeAll,
    status: () => ({
      port,
      clients: [...records].map(([client, record]) => ({
        id: record.source.id,
        address: record.address,
        since: record.since,
        subscriptions: subscriptionsOf(client).length,
      })),
      lastFault: faults.last(),
    }),
    onChanged: (listener) => changed.on(listener),
  };
}

const tooMany = (who: string, limit: number): GatewayError =>
  new GatewayError('broker/too-many-clients', `${who} was turned away: ${limit} clients are connected already`);

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'EADDRINUSE') {
        reject(new GatewayError('broker/port-in-use', `Port ${port} of the local broker is in use on ${host}.`, { cause }));
      } else if (cause.code === 'EACCES') {
        reject(
          new GatewayError('broker/port-in-use', `This user may not open port ${port} on ${host}.`, {
            cause,
            remedy: 'Choose a port above 1023 with --mqtt-port.',
          }),
        );
      } else reject(cause);
    });
    server.listen({ host, port, backlog: 511 }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}
