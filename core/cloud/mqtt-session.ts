import type { MqttClient } from 'mqtt';
import type { Clock } from '../base/clock.ts';
import { GatewayError } from '../base/errors.ts';
import { gatherWrites } from '../base/gather-writes.ts';
import type { Logger } from '../base/log.ts';
import type { CloudSettings } from '../config/cloud-settings.ts';
import type { CloudMessage, Outgoing } from './cloud-link.ts';
import type { Credentials } from './credentials.ts';
import { connackFault, disconnectFault, lineFault, pubackFault } from './link-faults.ts';
import { endpointOf } from './settings.ts';

/** AWS IoT Core takes at most 8 filters in one SUBSCRIBE; others do not mind. */
const FILTERS_PER_SUBSCRIBE = 8;
/** Room for topic, properties and headers beside the payload, where the server limits the packet. */
const PACKET_OVERHEAD = 1024;
/** How long a polite DISCONNECT may take before the connection is dropped. */
const LEAVE_MS = 1_000;
const NO_ANSWER = 'Check the network and the firewall (outgoing port). Messages wait safely.';

/** One connection, from the TCP connect to its end. Used once. */
export interface MqttSession {
  /** Resolves when the cloud has accepted the connection; never rejects (see `ended`). */
  readonly ready: Promise<void>;
  /** Resolves with the reason when the connection is over, also when it never came about. All publishes are settled by then. */
  readonly ended: Promise<GatewayError>;
  publish(message: Outgoing, signal: AbortSignal): Promise<void>;
  /** Rejects what was published under this signal with its reason; the messages themselves may have been sent. */
  abandon(signal: AbortSignal): void;
  /** Messages without an acknowledgement that the server allows at a time. */
  readonly receiveMaximum: number;
  /** Nothing waits for an acknowledgement. */
  readonly quiet: boolean;
  setFilters(filters: readonly string[]): void;
  /** Ends it for this reason, politely where nothing is in flight. */
  close(why: string): void;
}

export interface MqttSessionDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly connect: typeof import('mqtt').connect;
  /** Resolves when the message is taken over; a rejection leaves it unacknowledged. */
  onMessage(message: CloudMessage): Promise<void>;
}

interface Pending {
  readonly message: Outgoing;
  readonly signal: AbortSignal;
  readonly resolve: () => void;
  readonly reject: (cause: unknown) => void;
  sentAt: number;
}

interface ServerLimits {
  receiveMaximum: number;
  maxPacketBytes: number;
  retain: boolean;
}

function open(deps: MqttSessionDeps, settings: CloudSettings, credentials: Credentials): MqttClient {
  const { host, port, tls } = endpointOf(settings.url);
  const { suspect: _suspect, endsAt: _endsAt, password, ...pem } = credentials;
  return deps.connect({
    host,
    port,
    protocol: tls ? 'mqtts' : 'mqtt',
    clientId: settings.clientId,
    protocolVersion: settings.protocolVersion,
    clean: settings.cleanSession,
    keepalive: settings.keepaliveS,
    connectTimeout: settings.connectTimeoutMs,
    subscribeBatchSize: FILTERS_PER_SUBSCRIBE,
    // One object per connection: nothing of its memory may be sent again, the spool alone decides what is.
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    ...pem,
    ...(password && { password }),
    ...(settings.username !== undefined && { username: settings.username }),
    ...(settings.alpn && { ALPNProtocols: settings.alpn }),
    ...(settings.protocolVersion === 5 && !settings.cleanSession && { properties: { sessionExpiryInterval: 0xffffffff } }),
  });
}

/** Opens one connection. Throws what the TLS library throws at once (a key that does not fit). */
export function openMqttSession(deps: MqttSessionDeps, settings: CloudSettings, credentials: Credentials): MqttSession {
  const endpoint = endpointOf(settings.url).text;
  const client = open(deps, settings, credentials);
  const ready = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<GatewayError>();
  const limits: ServerLimits = { receiveMaximum: 65_535, maxPacketBytes: Number.POSITIVE_INFINITY, retain: true };
  const inFlight = new Set<Pending>();
  let waiting: Pending[] = [];
  let cancelAckTimer: (() => void) | null = null;
  let fault: GatewayError | null = null;
  let connected = false;
  let over = false;
  let subscribed: readonly string[] = [];

  function finish(reason: GatewayError): void {
    if (over) return;
    over = true;
    const polite = connected && reason.code === 'gateway/stopping' && inFlight.size === 0;
    connected = false;
    cancelAckTimer?.();
    const left = [...inFlight, ...waiting];
    inFlight.clear();
    waiting = [];
    const code = reason.code === 'cloud/ack-timeout' ? 'cloud/ack-timeout' : 'cloud/offline';
    const lost = new GatewayError(code, reason.message, { cause: reason, remedy: reason.remedy, details: reason.details });
    for (const pending of left) pending.reject(lost);
    client.end(!polite);
    if (polite) deps.clock.after(LEAVE_MS, () => client.stream.destroy());
    ended.resolve(reason);
  }

  /** The oldest message in flight decides: acknowledgements come in order. */
  function watchAcks(): void {
    const [oldest] = inFlight;
    if (!oldest || over) {
      cancelAckTimer = null;
      return;
    }
    const left = oldest.sentAt + settings.ackTimeoutMs - deps.clock.monotonic();
    if (left <= 0) {
      const seconds = Math.round(settings.ackTimeoutMs / 1000);
      finish(new GatewayError('cloud/ack-timeout', `${endpoint} has not acknowledged a message for ${seconds} s`));
      return;
    }
    cancelAckTimer = deps.clock.after(left, watchAcks);
  }

  function settle(pending: Pending, cause: unknown): void {
    if (!inFlight.delete(pending)) return;
    if (cause === undefined || cause === null) pending.resolve();
    else {
      const reason = typeof cause === 'object' && 'code' in cause ? Number(cause.code) : Number.NaN;
      if (Number.isInteger(reason)) pending.reject(pubackFault(pending.message.topic, reason));
      else pending.reject(lineFault(endpoint, cause));
    }
    sendNext();
  }

  function send(pending: Pending): void {
    const { topic, payload, retain, properties, contentType, expiryS } = pending.message;
    pending.sentAt = deps.clock.monotonic();
    inFlight.add(pending);
    if (cancelAckTimer === null) watchAcks();
    client.publish(
      topic,
      Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength),
      {
        qos: 1,
        retain: retain && limits.retain,
        ...(settings.protocolVersion === 5 && {
          properties: {
            // The library writes an empty list as a packet that never ends.
            ...(Object.keys(properties).length > 0 && { userProperties: properties }),
            ...(contentType !== undefined && { contentType }),
            ...(expiryS !== undefined && { messageExpiryInterval: expiryS }),
          },
        }),
      },
      (cause) => settle(pending, cause),
    );
  }

  function sendNext(): void {
    while (!over && waiting.length > 0 && inFlight.size < limits.receiveMaximum) {
      const next = waiting.shift();
      if (next) send(next);
    }
  }

  function subscribe(filters: readonly string[]): void {
    if (filters.length === 0) return;
    client.subscribe([...filters], { qos: 1 }, (cause) => {
      if (cause && !over) deps.log.warn('cloud.subscribe-refused', { filters: filters.join(' '), cause });
    });
  }

  client.handleMessage = (packet, done) => {
    const { topic, qos, retain } = packet;
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    // A listener that hangs must not hold up the acknowledgements of what is sent, which come on the same line.
    const late = Promise.withResolvers<void>();
    const cancel = deps.clock.after(settings.ackTimeoutMs / 2, () =>
      late.reject(new GatewayError('cloud/ack-timeout', `A message on ${String(topic)} was not taken over in time`)),
    );
    const seconds = packet.properties?.messageExpiryInterval;
    const message = { topic: String(topic), payload, qos, retain, ...(seconds !== undefined && { expiryMs: seconds * 1000 }) };
    Promise.race([deps.onMessage(message), late.promise])
      .finally(cancel)
      .then(
        () => done(),
        (cause: unknown) => {
          deps.log.warn('cloud.message-not-taken', { topic: String(topic), cause });
          // An error leaves the message without an acknowledgement: the cloud sends it again after the next connect.
          done(cause instanceof Error ? cause : new Error(String(cause)));
        },
      );
  };
  client.on('connect', ({ properties }) => {
    if (over) return;
    limits.receiveMaximum = properties?.receiveMaximum ?? limits.receiveMaximum;
    limits.maxPacketBytes = properties?.maximumPacketSize ?? limits.maxPacketBytes;
    limits.retain = properties?.retainAvailable ?? true;
    connected = true;
    gatherWrites(client.stream);
    subscribe(subscribed);
    ready.resolve();
  });
  // Always attached: an 'error' event without a listener ends the process.
  client.on('error', (cause) => {
    const reason = 'code' in cause ? cause.code : undefined;
    fault ??= typeof reason === 'number' && !connected ? connackFault(endpoint, reason, cause) : lineFault(endpoint, cause);
    if (!connected) finish(fault);
  });
  client.on('disconnect', (packet) => {
    finish(disconnectFault(endpoint, packet.reasonCode ?? 0));
  });
  client.on('close', () => {
    const words = connected ? 'the other side closed the connection' : 'the connection was closed before it was accepted';
    finish(fault ?? new GatewayError('cloud/offline', `${endpoint}: ${words}`, { details: { byPeer: true } }));
  });
  const cancelConnect = deps.clock.after(settings.connectTimeoutMs, () => {
    if (!connected) finish(new GatewayError('cloud/offline', `${endpoint} does not answer`, { remedy: NO_ANSWER }));
  });
  void ready.promise.then(cancelConnect);
  void ended.promise.then(cancelConnect);

  return {
    ready: ready.promise,
    ended: ended.promise,
    get receiveMaximum() {
      return limits.receiveMaximum;
    },
    get quiet() {
      return inFlight.size === 0 && waiting.length === 0;
    },
    publish(message, signal) {
      if (!connected) return Promise.reject(new GatewayError('cloud/offline', `${endpoint} is not connected`));
      const { topic, payload } = message;
      if (payload.length + PACKET_OVERHEAD > limits.maxPacketBytes) {
        const text = `${topic}: ${payload.length} bytes are more than the cloud takes (${limits.maxPacketBytes})`;
        return Promise.reject(new GatewayError('cloud/rejected', text));
      }
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      waiting.push({ message, signal, resolve, reject, sentAt: 0 });
      sendNext();
      return promise;
    },
    abandon(signal) {
      for (const pending of [...inFlight, ...waiting]) {
        if (pending.signal !== signal) continue;
        inFlight.delete(pending);
        pending.reject(signal.reason);
      }
      waiting = waiting.filter((pending) => pending.signal !== signal);
    },
    setFilters(filters) {
      const gone = subscribed.filter((filter) => !filters.includes(filter));
      const fresh = filters.filter((filter) => !subscribed.includes(filter));
      subscribed = [...filters];
      if (!connected) return;
      subscribe(fresh);
      if (gone.length > 0) client.unsubscribe(gone, () => {});
    },
    close(why) {
      finish(new GatewayError('gateway/stopping', `${endpoint}: ${why}`));
    },
  };
}
