import type { Server, Socket } from 'node:net';
import type { AedesOptions, Client } from 'aedes';
import type { Clock } from '../base/clock.ts';
import { createEmitter } from '../base/emitter.ts';
import { GatewayError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import type { Draft, Message } from '../contract/message.ts';
import type { Tracer } from '../router/tracer.ts';
import type { Waiter } from '../router/waiter.ts';
import type { Sessions } from '../store/sessions.ts';
import { createAdmission } from './admission.ts';
import { aedesHooks, type Inside, tooMany, watchClients } from './aedes-hooks.ts';
import type { LocalBroker, LocalSink } from './broker.ts';
import { createBrokerFaults } from './broker-faults.ts';
import { BrokerMemory } from './broker-memory.ts';
import { createClientWindows } from './client-windows.ts';
import { createClients } from './clients.ts';
import { sendFormerWills } from './former-wills.ts';
import { createKeptChanges } from './kept-changes.ts';
import { type ListenerOptions, openListener, portOf } from './listener.ts';
import { MEMORY_LIMITS, type MemoryLimits } from './memory-limits.ts';
import { createPressure } from './pressure.ts';
import { createQuickPublish, type QuickPublish } from './quick-publish.ts';
import type { Session } from './session-book.ts';
import { createSessionDesk } from './session-desk.ts';
import type { SiteBroker } from './site-broker.ts';
import { tuneSocket } from './socket-tuning.ts';

export interface LocalBrokerDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  /** The router's. A QoS 1 or 2 publish is acknowledged after it returned true or told the waiter. */
  offer(draft: Draft, waiter: Waiter): boolean;
  /** What must not be forgotten; without it all of it ends with the broker. */
  readonly sessions?: Sessions | undefined;
  /** Time that only moves forward, over restarts too: how long clients are away. The clock's monotonic time unless given. */
  steady?(): number;
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
  /** As in the settings. */
  readonly sessions?: { readonly maxMessages: number; readonly maxBytes: number; readonly forgetAfterHours: number };
}

/** Sockets beyond the clients' maximum that may be in the middle of connecting. */
const CONNECTING_ROOM = 32;
const HOUR_MS = 3_600_000;
const FORGET_AFTER_HOURS = 168;

/** For a broker without a store: nothing survives it. */
const NOTHING_STORED: Sessions = {
  load: async () => ({ retained: [], subscriptions: [], sessions: [], records: [] }),
  change: () => Promise.resolve(),
};

function limitsOf({ memory, sessions }: LocalBrokerOptions): MemoryLimits {
  const limits = memory ?? MEMORY_LIMITS;
  return sessions ? { ...limits, sessionMessages: sessions.maxMessages, sessionBytes: sessions.maxBytes } : limits;
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
  const windows = createClientWindows(clock);
  const steady = (): number => deps.steady?.() ?? clock.monotonic();
  const sessions = deps.sessions ?? NOTHING_STORED;
  const limits = limitsOf(options);
  const sent = metrics.counter('gatehouse_broker_sent_total', 'Messages handed to the broker for its clients');
  const notKept = metrics.counter(
    'gatehouse_broker_not_kept_total',
    'Messages not retained or not kept for a client that is away',
  );
  const onFull = ({ id, full, queue }: Session): void => {
    notKept.add();
    if (full) return;
    const text = `The session of client ${id} is full with ${queue.size} messages of ${queue.bytes} bytes; what is newer is not kept for it.`;
    faults.report(new GatewayError('broker/session-full', text));
  };
  const memory = new BrokerMemory(
    { changes: createKeptChanges({ clock, log, sessions }), load: () => sessions.load(), steady, onFull },
    limits,
  );
  const inside: Inside = { clients, faults, pressure, metrics, memory, steady, senders: new WeakMap() };
  const desk = createSessionDesk(
    { clock, log, clients, memory, steady, onChanged: () => changed.emit() },
    { limits, forgetAfterMs: (options.sessions?.forgetAfterHours ?? FORGET_AFTER_HOURS) * HOUR_MS },
  );
  const life = new AbortController();
  const sockets = new Set<Socket>();
  let site: SiteBroker | null = null;
  let server: Server | null = null;
  let port: number | null = null;

  const admit = createAdmission({ ...deps, clients, pressure, windows, site: () => site }, maxTopicLevels);

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
    let quick: QuickPublish | null = null;
    tuneSocket(socket, {
      maxPacketBytes,
      mayRead: () => client === null || windows.mayRead(client),
      quick: () => quick,
      onRefused(why, announced) {
        const who = client ? clients.name(client) : `a client at ${address}`;
        const large = `${who} announced a packet of ${announced} bytes; ${maxPacketBytes} is the limit`;
        if (why === 'too-large') faults.report(new GatewayError('broker/packet-too-large', large));
        else faults.report(new GatewayError('broker/malformed', `${who} sent something that is not MQTT`));
      },
    });
    const broker = site;
    client = broker.handle(socket);
    quick = createQuickPublish({ socket, client, admit, distribute: (packet) => broker.publish(packet) });
  }

  /** Nobody waits for these to be acknowledged: what the disk does not take is lost for those who are away, and counted. */
  function notStored(cause: unknown): void {
    notKept.add();
    faults.report(cause instanceof GatewayError ? cause : new GatewayError('store/failed', 'A message was not kept.', { cause }));
  }
  const sink: LocalSink = {
    durable: false,
    deliver(batch: readonly Message[]) {
      if (!site) return Promise.reject(new GatewayError('gateway/stopping', 'The local broker is not running.'));
      const waits: Promise<void>[] = [];
      for (const message of batch) {
        const stored = site.send(message);
        if (stored) waits.push(stored.catch(notStored));
      }
      sent.add(batch.length);
      if (pressure.active) waits.push(pressure.relief());
      return waits.length > 0 ? Promise.all(waits).then(() => undefined) : undefined;
    },
  };

  async function closeAll(): Promise<void> {
    life.abort();
    desk.stop();
    const closing = server;
    const broker = site;
    server = null;
    site = null;
    port = null;
    const closed = closing && new Promise<void>((resolve) => closing.close(() => resolve()));
    if (broker) await new Promise<void>((resolve) => broker.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
    windows.stop();
    await memory.settle();
    clients.clear();
    changed.emit();
  }

  return {
    name: 'broker',
    sink,
    async start(signal) {
      signal.throwIfAborted();
      const { SiteBroker } = await import('./site-broker.ts');
      const settings: AedesOptions = {
        connectTimeout: connectTimeoutMs,
        drainTimeout: options.drainTimeoutMs ?? 15_000,
        maxTopicLevels,
        concurrency: 1000,
        // MQTT lets a client publish before its CONNACK has come.
        queueLimit: 200,
        ...aedesHooks(inside, options.maxClients, maxTopicLevels),
        authorizePublish: admit,
      };
      const broker = new SiteBroker(settings, memory, () => notKept.add());
      await broker.listen();
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
      desk.start();
      changed.emit();
      void sendFormerWills(deps, broker, life.signal);
    },
    stop: closeAll,
    status: () => ({ port, clients: clients.list(), lastFault: faults.last() }),
    sessions: () => desk.list(),
    forget: (id) => desk.forget(id),
    retained: (filter) =>
      [...memory.retained(filter)].map(({ topic, payload }) => ({
        topic,
        payload: typeof payload === 'string' ? Buffer.from(payload) : payload,
      })),
    onChanged: (listener) => changed.on(listener),
  };
}
