import type { PracticeLine } from '../api/handlers/runtime.ts';
import { createRate } from '../base/rate.ts';
import type { Service } from '../base/service.ts';
import type { CloudLink, CloudStatus } from '../cloud/cloud-link.ts';
import type { OutageRecorder } from '../cloud/custody/outage-recorder.ts';
import { createStreamPicker, toSpoolPlan } from '../cloud/outbox-plan.ts';
import { createOutboxSink } from '../cloud/outbox-sink.ts';
import type { Uplink, UplinkStats } from '../cloud/uplink.ts';
import { CloudSettings } from '../config/cloud-settings.ts';
import type { OutboxConfig } from '../contract/document/outbox.ts';
import type { CertificateView, StorageView } from '../contract/outbox-views.ts';
import type { Sink } from '../router/sink.ts';
import { destinationRow } from './destination-view.ts';
import { DEFAULT_OUTBOX } from './outbox-view.ts';
import { createRefusals } from './refusals.ts';
import type { Shared } from './shared.ts';

export interface CloudSide extends Service {
  status(): CloudStatus;
  /** null while there is no line. */
  uplink(): UplinkStats | null;
  /** The line as the page Data & outbox shows it. */
  destination(): StorageView['destinations'][number];
  /** When this gateway's own certificate for the cloud ends; null where there is none. */
  certificateEnds(): number | null;
  rates(): { inPerS: number; outPerS: number };
  /** Messages that this stream of the outbox has refused because it was full, since the start. */
  refused(stream: string): number;
  setFilters(filters: readonly string[]): void;
  /** The rules of the document that runs now, for what waits and what comes. */
  configure(outbox: OutboxConfig): void;
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
  /** A practice cloud on this machine may run while it is wanted. */
  readonly practice: boolean;
  /** Name of the site of the document that runs. */
  site(): string;
  /** A delivery certificate is begun, goes on, or is complete. */
  onCertificate(certificate: CertificateView): void;
}

const RETRY_MS = 1000;
const PRACTICE_START_MS = 10_000;

/**
 * Everything between the router's target `cloud` and the far end: the spool as a durable sink, the link, the uplink that drains, the
 * recorder of outages, and what comes down. MQTT is loaded at the start only, after the devices are running, so that it delays no
 * reading.
 */
export function createCloudSide(shared: Shared, options: CloudSideOptions): CloudSide {
  const { clock, random, logs, metrics, tracer, router, store, time } = shared;
  const log = logs.logger('cloud');
  const appended = createRate();
  const acknowledged = createRate();
  let started: Service[] = [];
  let live = false;
  let practiceWanted = false;
  let turn: Promise<void> = Promise.resolve();
  let link: (CloudLink & Service) | null = null;
  let uplink: Uplink | null = null;
  let lineSettings: CloudSettings | null = null;
  let filters: readonly string[] = [];
  let outbox = DEFAULT_OUTBOX;
  let pick = createStreamPicker(outbox);
  let ackedBefore: number | null = null;
  let stopRates = (): void => {};
  let practice: (Service & PracticeLine & { readonly port: number }) | null = null;
  const none: CloudStatus = {
    state: 'not-configured',
    since: clock.now(),
    endpoint: '',
    lastError: null,
    attempts: 0,
    nextAttemptAt: null,
  };
  const status = (): CloudStatus => link?.status() ?? none;

  const refusals = createRefusals(store.spool);
  const sink: Sink = createOutboxSink({
    spool: { ...store.spool, append: refusals.append },
    pick: (message, route) => pick(message, route),
    onKept: (count) => appended.add(clock.monotonic(), count),
  });
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
    const [{ createMqttLink }, { createUplink }, { createOutageRecorder }] = await Promise.all([
      import('../cloud/mqtt-link.ts'),
      import('../cloud/uplink.ts'),
      import('../cloud/custody/outage-recorder.ts'),
    ]);
    const made = createMqttLink({ clock, log, metrics, random, tracer, heard: time.heard }, settings);
    made.setFilters(filters);
    made.onMessage(({ topic, payload, qos, retain, expiryMs }) =>
      router.publish({
        topic,
        payload,
        qos,
        retain,
        source: { kind: 'cloud', id: 'cloud' },
        ...(expiryMs === undefined ? {} : { expiryMs }),
      }),
    );
    const recorder: OutageRecorder = createOutageRecorder(
      {
        clock,
        log: logs.logger('custody'),
        spool: store.spool,
        certificates: store.certificates,
        link: made,
        figures: store.figures,
        steady: time.steady,
        stamp: time.stamp,
        redate: time.redate,
        duplicatesPossible: () => draining.stats().duplicatesPossible,
      },
      { gateway: options.gatewayName, site: options.site },
    );
    recorder.onChanged(options.onCertificate);
    const draining = createUplink(
      {
        spool: store.spool,
        link: made,
        clock,
        log,
        metrics,
        tracer,
        steady: time.steady,
        redate: time.redate,
        onDelivered: recorder.delivered,
        onRedated: time.countRedated,
      },
      { settings, outbox, retryMs: RETRY_MS },
    );
    link = made;
    uplink = draining;
    lineSettings = settings;
    // The recorder looks at the line before it may come up.
    for (const service of [recorder, made, draining]) {
      await service.start(signal);
      started.push(service);
    }
  }
  async function closeAll(): Promise<void> {
    const services = started.reverse();
    started = [];
    for (const service of services) await service.stop();
    link = null;
    uplink = null;
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
    status,
    uplink: () => uplink?.stats() ?? null,
    destination() {
      const stats = uplink?.stats() ?? null;
      const rate = lineSettings && stats ? { ...lineSettings.rate, holding: stats.holding } : null;
      return destinationRow(status(), stats, rate);
    },
    certificateEnds: () => link?.certificateEnds() ?? null,
    refused: refusals.of,
    rates() {
      const now = clock.monotonic();
      return { inPerS: appended.perS(now), outPerS: acknowledged.perS(now) };
    },
    setFilters(next) {
      filters = next;
      link?.setFilters(next);
    },
    configure(next) {
      outbox = next;
      pick = createStreamPicker(next);
      store.spool.configure(toSpoolPlan(next));
      uplink?.configure(next);
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
