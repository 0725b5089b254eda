import type { Clock } from '../base/clock.ts';
import { createEmitter } from '../base/emitter.ts';
import { GatewayError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { markNow } from '../base/mark.ts';
import type { Metrics } from '../base/metrics.ts';
import type { Service } from '../base/service.ts';
import type { CloudSettings } from '../config/cloud-settings.ts';
import type { LinkState } from '../contract/views.ts';
import type { Tracer } from '../router/tracer.ts';
import { createCertificateWatch } from './certificate-watch.ts';
import type { CloudLink, CloudMessage, CloudStatus, Outgoing } from './cloud-link.ts';
import { loadCredentials } from './credentials.ts';
import { lineFault } from './link-faults.ts';
import { type MqttSession, openMqttSession } from './mqtt-session.ts';
import { createReconnectPace } from './reconnect-pace.ts';
import { endpointOf, inFlightLimit, topicLevelLimit } from './settings.ts';
import { askTime } from './time-source.ts';

export interface MqttLinkDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly random: () => number;
  readonly tracer: Tracer;
  /** The cloud's word for the time, with how wide of it it may be; asked only where `timeUrl` is set. */
  heard?(wallMs: number, withinMs: number): void;
}

/** A connection that has held for so long was a good one: the next attempt after it comes soon. */
const STABLE_MS = 10_000;
/** While connected the time is asked again after so long. */
const ASK_TIME_EVERY_MS = 6 * 3_600_000;
/** A renewed certificate is taken at a moment when nothing is in flight, or after so long anyway. */
const QUIET_WITHIN_MS = 60_000;
const QUIET_LOOK_MS = 100;

/** Why this message can never be sent to this cloud, or null. */
function refusal(settings: CloudSettings, { topic, payload }: Outgoing): GatewayError | null {
  const details = { topic: true };
  const say = (why: string, more = {}): GatewayError =>
    new GatewayError('cloud/rejected', `${topic.slice(0, 256)}: ${why}`, more);
  if (payload.length > settings.maxPayloadBytes) {
    return say(`the payload has ${payload.length} bytes, the cloud takes ${settings.maxPayloadBytes}`);
  }
  const bytes = Buffer.byteLength(topic);
  if (topic === '' || /[+#\0]/.test(topic)) return say('the topic is empty or has wildcards in it', { details });
  if (bytes > settings.maxTopicBytes) {
    return say(`the topic has ${bytes} bytes, the cloud takes ${settings.maxTopicBytes}`, { details });
  }
  const levels = topic.split('/').length;
  const most = topicLevelLimit(settings);
  return levels > most ? say(`the topic has ${levels} levels, the cloud takes ${most}`, { details }) : null;
}

/**
 * The line to an MQTT broker in the cloud. Reconnects by itself with random pauses (`reconnect-pace.ts`); keeps no messages.
 * Credentials are read anew for every attempt; while connected, renewed ones are taken at a quiet moment.
 * Topics under `$aws/` are passed on like any other.
 */
export function createMqttLink(deps: MqttLinkDeps, settings: CloudSettings): CloudLink & Service {
  const { clock, log } = deps;
  const endpoint = endpointOf(settings.url).text;
  const life = new AbortController();
  const statuses = createEmitter<CloudStatus>((cause) => log.error('cloud.listener-failed', { cause }));
  const listeners = new Set<(message: CloudMessage) => Promise<void> | void>();
  const pace = createReconnectPace(settings.maxBackoffMs, deps.random);
  const watch = createCertificateWatch({ clock, log, onRenewed: renew }, settings);
  const count = {
    connects: deps.metrics.counter('gatehouse_cloud_connects_total', 'Connections to the cloud that came about'),
    failures: deps.metrics.counter('gatehouse_cloud_connect_failures_total', 'Connections to the cloud lost or not made'),
    received: deps.metrics.counter('gatehouse_cloud_received_total', 'Messages received from the cloud'),
  };
  const watched = new WeakSet<AbortSignal>();
  let session: MqttSession | null = null;
  let filters: readonly string[] = [];
  let loop: Promise<void> | null = null;
  let certificateEnds: number | null = null;
  /** A clock that jumps must not make an outage older or younger than it is. */
  let changedAt = markNow(clock);
  let status: CloudStatus = {
    state: 'offline',
    since: changedAt.wallMs(),
    endpoint,
    lastError: null,
    attempts: 0,
    nextAttemptAt: null,
  };

  function change(state: LinkState, more: Partial<CloudStatus> = {}): void {
    if (state !== status.state) changedAt = markNow(clock);
    status = { ...status, nextAttemptAt: null, ...more, state, since: changedAt.wallMs() };
    statuses.emit(status);
  }

  async function onMessage(message: CloudMessage): Promise<void> {
    count.received.add();
    for (const listener of listeners) await listener(message);
  }

  /** Ends the connection at a quiet moment, so that the next one is made with the files as they are now. */
  function renew(): void {
    const own = session;
    if (!own || status.state !== 'connected') return;
    log.info('cloud.certificate-renewed', { endpoint });
    const until = clock.monotonic() + QUIET_WITHIN_MS;
    const leave = (): void => {
      if (session !== own) return;
      if (own.quiet || clock.monotonic() >= until) own.close('reconnecting with the renewed certificate');
      else clock.after(QUIET_LOOK_MS, leave);
    };
    leave();
  }
  /** What goes on while a connection holds; returns its end. */
  function accompany(): () => void {
    const stable = clock.after(STABLE_MS, () => pace.stable());
    const { timeUrl } = settings;
    const { heard } = deps;
    if (timeUrl === null || !heard) return stable;
    const ask = (): void => void askTime({ clock, log, heard }, timeUrl, life.signal);
    ask();
    const again = clock.every(ASK_TIME_EVERY_MS, ask);
    return () => {
      stable();
      again();
    };
  }

  /** One connection from attempt to end; resolves with the reason of its end, and whether the cloud was reached. */
  async function connectOnce(connect: typeof import('mqtt').connect): Promise<{ fault: GatewayError; reached: boolean }> {
    let suspect: GatewayError | null = null;
    let own: MqttSession;
    try {
      await watch.used();
      const credentials = await loadCredentials(settings, clock.now());
      ({ suspect } = credentials);
      certificateEnds = credentials.endsAt;
      if (life.signal.aborted) return { fault: new GatewayError('cloud/offline', 'The gateway is stopping.'), reached: false };
      own = openMqttSession({ clock, log, connect, onMessage }, settings, credentials);
    } catch (cause) {
      return { fault: lineFault(endpoint, cause), reached: true };
    }
    session = own;
    own.setFilters(filters);
    let leave: (() => void) | null = null;
    void own.ready.then(() => {
      leave = accompany();
      count.connects.add();
      log.info('cloud.connected', { endpoint });
      change('connected', { lastError: null, attempts: 0 });
    });
    const reason = await own.ended;
    const accepted = leave as (() => void) | null;
    accepted?.();
    session = null;
    const answered = accepted !== null || reason.code !== 'cloud/offline';
    return { fault: accepted === null && suspect !== null ? suspect : reason, reached: answered };
  }

  async function run(): Promise<void> {
    const { connect } = await import('mqtt');
    while (!life.signal.aborted) {
      change('connecting', { attempts: status.attempts + 1 });
      const { fault, reached } = await connectOnce(connect);
      if (life.signal.aborted) break;
      const now = clock.now();
      if (fault.code === 'gateway/stopping') {
        // Left on purpose, for a renewed certificate.
        change('offline', { lastError: null });
        continue;
      }
      count.failures.add();
      const pause = pace.next(reached ? 'answered' : 'line', clock.monotonic());
      const { code, message, remedy } = fault;
      if (status.lastError?.message !== message) log.warn('cloud.offline', { cause: fault });
      change('offline', { lastError: { code, message, remedy, at: now }, nextAttemptAt: now + pause });
      await clock.sleep(pause, life.signal).catch(() => {});
    }
  }

  return {
    name: 'cloud-link',
    status() {
      const since = changedAt.wallMs();
      return since === status.since ? status : { ...status, since };
    },
    onStatus: (listener) => statuses.on(listener),
    onMessage(listener) {
      const own = (message: CloudMessage): Promise<void> | void => listener(message);
      listeners.add(own);
      return () => {
        listeners.delete(own);
      };
    },
    setFilters(wanted) {
      filters = [...new Set(wanted)];
      session?.setFilters(filters);
    },
    receiveMaximum: () => session?.receiveMaximum ?? inFlightLimit(settings),
    certificateEnds: () => certificateEnds,
    publish(message, signal) {
      if (signal.aborted) return Promise.reject(signal.reason);
      const refused = refusal(settings, message);
      if (refused) return Promise.reject(refused);
      const own = session;
      if (!own) return Promise.reject(new GatewayError('cloud/offline', `${endpoint} is not connected`));
      if (!watched.has(signal)) {
        // One listener for all that is published under it.
        watched.add(signal);
        signal.addEventListener('abort', () => session?.abandon(signal), { once: true });
      }
      return own.publish(message, signal);
    },
    async start(signal) {
      signal.throwIfAborted();
      // Connecting goes on by itself: a site without a line starts like any other.
      loop = run().catch((cause: unknown) => log.error('cloud.link-failed', { cause }));
    },
    async stop() {
      life.abort(new GatewayError('gateway/stopping', 'The gateway is stopping.'));
      watch.stop();
      session?.close('the gateway closed the connection');
      await loop;
      if (status.state !== 'offline') change('offline');
    },
  };
}
