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
  /**
   * Whether the practice cloud is wanted: for the demo site only. It acknowledges what it gets and keeps nothing, so the messages of
   * any other site must wait in the spool until a real cloud is set up. Without effect where `options.practice` is false.
   */
  setPractice(wanted: boolean): void;
  /** The practice cloud's line; null while there is none. */
  line(): PracticeLine | null;
}

export interface CloudSideOptions {
  readonly settings: CloudSettings | null;
  readonly gatewayName: string;
  readonly dataDir: string;
  /** A practice cloud on this machine may run while it is wanted. */
  readonly practice: boolean;
}

/** AWS IoT Core allows 100 unacknowledged messages in each direction. */
const WINDOW = 100;
const PAGE = 500;
const RETRY_MS = 1000;
const PRACTICE_START_MS = 10_000;

/**
 * Everything between the router's target `cloud` and the far end: the spool as a durable sink, the link, the uplink that drains, and
 * what comes down. MQTT is loaded at the start only, after the devices are running, so that it delays no reading.
 */
export function createCloudSide(shared: Shared, options: CloudSideOptions): CloudSide {
  const { clock, random, logs, metrics, tracer, router, store } = shared;
  const log = logs.logger('cloud');
  const appended = createRate();
  const acknowledged = createRate();
  let started: Service[] = [];
  let live = false;
  let practiceWanted = false;
  let turn: Promise<void> = Promise.resolve();
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
  async function openLine(settings: CloudSettings, signal: AbortSignal): Promise<void> {
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
  }
  async function closeAll(): Promise<void> {
    const services = started.reverse();
    started = [];
    for (const service of services) await service.stop();
    link = null;
    practice = null;
  }
  /** One change after the other: brings the practice cloud and its line in step with what is wanted. */
  function followPractice(): Promise<void> {
    turn = turn
      .catch(() => undefined)
      .then(async () => {
        if (!live || options.settings || practiceWanted === (practice !== null)) return;
        if (!practiceWanted) return await closeAll();
        const signal = AbortSignal.timeout(PRACTICE_START_MS);
        await openLine(await practiceSettings(signal), signal);
      });
    return turn;
  }
  return {
    name: 'cloud',
    line: () => practice,
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
      live = true;
      if (options.settings) await openLine(options.settings, signal);
      else await followPractice();
    },
    setPractice(wanted) {
      practiceWanted = wanted && options.practice;
      if (live) followPractice().catch((cause: unknown) => log.error('practice-cloud.not-switched', { cause }));
    },
    async stop() {
      stopRates();
      live = false;
      await turn.catch(() => undefined);
      await closeAll();
    },
  };
}
