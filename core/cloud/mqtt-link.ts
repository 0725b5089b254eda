import { createBackoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import { createEmitter } from '../base/emitter.ts';
import { GatewayError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import type { Service } from '../base/service.ts';
import type { CloudSettings } from '../config/cloud-settings.ts';
import type { LinkState } from '../contract/views.ts';
import type { Tracer } from '../router/tracer.ts';
import type { SpoolEntry } from '../store/spool.ts';
import type { CloudLink, CloudMessage, CloudStatus } from './cloud-link.ts';
import { loadCredentials } from './credentials.ts';
import { lineFault } from './link-faults.ts';
import { type MqttSession, openMqttSession } from './mqtt-session.ts';
import { endpointOf, topicLevelLimit } from './settings.ts';

export interface MqttLinkDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly random: () => number;
  readonly tracer: Tracer;
}

const FIRST_RETRY_MS = 1_000;
/** A connection that has held for so long was a good one: the next attempt after it comes soon. */
const STABLE_MS = 10_000;

/** Why this message can never be sent to this cloud, or null. */
function refusal(settings: CloudSettings, { message }: SpoolEntry): GatewayError | null {
  const { topic, payload } = message;
  const say = (why: string): GatewayError => new GatewayError('cloud/rejected', `${topic.slice(0, 256)}: ${why}`);
  const bytes = Buffer.byteLength(topic);
  if (topic === '' || /[+#\0]/.test(topic)) return say('the topic is empty or has wildcards in it');
  if (bytes > settings.maxTopicBytes) return say(`the topic has ${bytes} bytes, the cloud takes ${settings.maxTopicBytes}`);
  const levels = topic.split('/').length;
  const most = topicLevelLimit(settings);
  if (levels > most) return say(`the topic has ${levels} levels, the cloud takes ${most}`);
  if (payload.length > settings.maxPayloadBytes) {
    return say(`the payload has ${payload.length} bytes, the cloud takes ${settings.maxPayloadBytes}`);
  }
  return null;
}

/**
 * The line to an MQTT broker in the cloud. Reconnects by itself with growing, random pauses (from 1 s up to `maxBackoffMs`); keeps no messages.
 * Topics under `$aws/` are passed on like any other.
 */
export function createMqttLink(deps: MqttLinkDeps, settings: CloudSettings): CloudLink & Service {
  const { clock, log } = deps;
  const endpoint = endpointOf(settings.url).text;
  const life = new AbortController();
  const statuses = createEmitter<CloudStatus>((cause) => log.error('cloud.listener-failed', { cause }));
  const listeners = new Set<(message: CloudMessage) => Promise<void> | void>();
  const backoff = createBackoff({ firstMs: FIRST_RETRY_MS, maxMs: settings.maxBackoffMs }, deps.random);
  const count = {
    connects: deps.metrics.counter('gatehouse_cloud_connects_total', 'Connections to the cloud that came about'),
    failures: deps.metrics.counter('gatehouse_cloud_connect_failures_total', 'Connections to the cloud lost or not made'),
    received: deps.metrics.counter('gatehouse_cloud_received_total', 'Messages received from the cloud'),
  };
  let session: MqttSession | null = null;
  let filters: readonly string[] = [];
  let loop: Promise<void> | null = null;
  let status: CloudStatus = {
    state: 'offline',
    since: clock.now(),
    endpoint,
    lastError: null,
    attempts: 0,
    nextAttemptAt: null,
  };

  function change(state: LinkState, more: Partial<CloudStatus> = {}): void {
    const since = state === status.state ? status.since : clock.now();
    status = { ...status, nextAttemptAt: null, ...more, state, since };
    statuses.emit(status);
  }

  async function onMessage(message: CloudMessage): Promise<void> {
    count.received.add();
    for (const listener of listeners) await listener(message);
  }

  /** One connection from attempt to end; resolves with the reason of its end. */
  async function connectOnce(connect: typeof import('mqtt').connect): Promise<GatewayError> {
    let suspect: GatewayError | null = null;
    let own: MqttSession;
    try {
      const credentials = await loadCredentials(settings, clock.now());
      ({ suspect } = credentials);
      if (life.signal.aborted) return new GatewayError('cloud/offline', 'The gateway is stopping.');
      own = openMqttSession({ clock, log, connect, onMessage }, settings, credentials);
    } catch (cause) {
      return lineFault(endpoint, cause);
    }
    session = own;
    own.setFilters(filters);
    let stable: (() => void) | null = null;
    let accepted = false;
    void own.ready.then(() => {
      accepted = true;
      stable = clock.after(STABLE_MS, () => backoff.reset());
      count.connects.add();
      log.info('cloud.connected', { endpoint });
      change('connected', { lastError: null, attempts: 0 });
    });
    const reason = await own.ended;
    (stable as (() => void) | null)?.();
    session = null;
    return !accepted && suspect !== null ? suspect : reason;
  }

  async function run(): Promise<void> {
    const { connect } = await import('mqtt');
    while (!life.signal.aborted) {
      change('connecting', { attempts: status.attempts + 1 });
      const fault = await connectOnce(connect);
      if (life.signal.aborted) break;
      count.failures.add();
      const pause = backoff.next();
      const { code, message, remedy } = fault;
      if (status.lastError?.message !== message) log.warn('cloud.offline', { cause: fault });
      const now = clock.now();
      change('offline', { lastError: { code, message, remedy, at: now }, nextAttemptAt: now + pause });
      await clock.sleep(pause, life.signal).catch(() => {});
    }
  }

  return {
    name: 'cloud-link',
    status: () => status,
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
    publish(entry, signal) {
      if (signal.aborted) return Promise.reject(signal.reason);
      const refused = refusal(settings, entry);
      if (refused) return Promise.reject(refused);
      const own = session;
      if (!own) return Promise.reject(new GatewayError('cloud/offline', `${endpoint} is not connected`));
      const sent = own.publish(entry);
      return abortable(sent, signal);
    },
    async start(signal) {
      signal.throwIfAborted();
      // Connecting goes on by itself: a site without a line starts like any other.
      loop = run().catch((cause: unknown) => log.error('cloud.link-failed', { cause }));
    },
    async stop() {
      life.abort(new GatewayError('gateway/stopping', 'The gateway is stopping.'));
      session?.close();
      await loop;
      if (status.state !== 'offline') change('offline');
    },
  };
}

/** Settles with `work`, or rejects as soon as the signal is aborted; the message itself may have been sent. */
function abortable(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const done = (): void => signal.removeEventListener('abort', onAbort);
    work.then(resolve, reject).finally(done);
  });
}
