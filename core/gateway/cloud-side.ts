import type { PracticeLine } from '../api/handlers/runtime.ts';
import { createRate } from '../base/rate.ts';
import type { Service } from '../base/service.ts';
import type { CloudLink, CloudStatus } from '../cloud/cloud-link.ts';
import { CloudSettings } from '../config/cloud-settings.ts';
import type { Sink } from '../router/sink.ts';
import { createDeadLetters } from './dead-letters.ts';
import type { Shared } from './shared.ts';

export interface CloudSide extends Service {
  status(): CloudStatus;
  rates(): { inPerS: number; outPerS: number };
  setFilters(filters: readonly string[]): void;
  /** The practice cloud's line; null where a real cloud is configured, or none. */
  readonly line: PracticeLine | null;
}

export interface CloudSideOptions {
  readonly settings: CloudSettings | null;
  readonly gatewayName: string;
  readonly dataDir: string;
  /** Without settings: run a practice cloud on this machine. */
  readonly practice: boolean;
}

/** AWS IoT Core allows 100 unacknowledged messages in each direction. */
const WINDOW = 100;
const PAGE = 500;
const RETRY_MS = 1000;

/**
 * Everything between the router's target `cloud` and the far end: the spool as a durable sink, the link, the uplink that drains, and
 * what comes down. MQTT is loaded at the start only, after the devices are running, so that it delays no reading.
 */
export function createCloudSide(shared: Shared, options: CloudSideOptions): CloudSide {
  const { clock, random, logs, metrics, tracer, router, store } = shared;
  const log = logs.logger('cloud');
  const appended = createRate();
  const acknowledged = createRate();
  const started: Service[] = [];
  let link: (CloudLink & Service) | null = null;
  let filters: readonly string[] = [];
  let ackedBefore: number | null = null;
  let stopRates = (): void => {};
  let practice: (Service & PracticeLine & { readonly port: number }) | null = null;
  const since = clock.now();
  const none: CloudStatus = { state: 'not-configured', since, endpoint: '', lastError: null, attempts: 0, nextAttemptAt: null };

  const sink: Sink = {
    durable: true,
    async deliver(batch) {
      await store.spool.append(batch);
      appended.add(clock.monotonic(), batch.length);
    },
  };
  router.attach('cloud', sink);

  async function practiceSettings(signal: AbortSignal): Promise<CloudSettings> {
    const { createPracticeCloud } = await import('../demo/practice-cloud.ts');
    const cloud = createPracticeCloud({ clock, log: logs.logger('practice-cloud') });
    await cloud.start(signal);
    practice = cloud;
    started.push(cloud);
    // Short times, so that a person who cuts the line sees what happens.
    return CloudSettings.parse({
      url: `mqtt://127.0.0.1:${cloud.port}`,
      clientId: options.gatewayName,
      protocolVersion: 4,
      keepaliveS: 5,
      ackTimeoutMs: 6000,
      connectTimeoutMs: 3000,
      maxBackoffMs: 5000,
    });
  }
  const line: PracticeLine = {
    setLine: (state) => practice?.setLine(state),
    line: () => practice?.line() ?? { state: 'up', since, received: 0 },
  };
  return {
    name: 'cloud',
    line: options.practice ? line : null,
    status: () => link?.status() ?? none,
    rates() {
      const now = clock.monotonic();
      return { inPerS: appended.perS(now), outPerS: acknowledged.perS(now) };
    },
    setFilters(next) {
      filters = next;
      link?.setFilters(next);
    },
    async start(signal) {
      stopRates = clock.every(500, () => {
        const total = store.spool.stats().acknowledged;
        if (ackedBefore !== null) acknowledged.add(clock.monotonic(), total - ackedBefore);
        ackedBefore = total;
      });
      const settings = options.settings ?? (options.practice ? await practiceSettings(signal) : null);
      if (!settings) return;
      const [{ createMqttLink }, { createUplink }] = await Promise.all([
        import('../cloud/mqtt-link.ts'),
        import('../cloud/uplink.ts'),
      ]);
      const made = createMqttLink({ clock, log, metrics, random, tracer }, settings);
      link = made;
      made.setFilters(filters);
      made.onMessage(({ topic, payload, qos, retain }) =>
        router.publish({ topic, payload, qos, retain, source: { kind: 'cloud', id: 'cloud' } }),
      );
      const keep = createDeadLetters(options.dataDir);
      const uplink = createUplink(
        {
          spool: store.spool,
          link: made,
          clock,
          log,
          metrics,
          tracer,
          async deadLetter(entry, fault) {
            log.error('cloud.dead-letter', { topic: entry.message.topic, id: entry.id, cause: fault });
            await keep(entry, { code: fault.code, message: fault.message, remedy: fault.remedy, at: clock.now() });
          },
        },
        { window: WINDOW, batch: PAGE, retryMs: RETRY_MS },
      );
      await made.start(signal);
      started.push(made);
      await uplink.start(signal);
      started.push(uplink);
    },
    async stop() {
      stopRates();
      for (const service of started.reverse()) await service.stop();
    },
  };
}
