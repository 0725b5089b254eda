import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { createAlarms } from '../alarms/alarms.ts';
import { createAlarmSink } from '../alarms/site-alarms.ts';
import { createHandlers } from '../api/handlers/handlers.ts';
import type { GatewayRuntime } from '../api/handlers/runtime.ts';
import { createSources } from '../api/handlers/sources.ts';
import { createHub } from '../api/hub.ts';
import { createApiServer, type ServerTransport } from '../api/server.ts';
import type { Caller } from '../api/sources.ts';
import { systemClock } from '../base/clock.ts';
import { settledWithin } from '../base/deadline.ts';
import { GatewayError } from '../base/errors.ts';
import { createLogHub } from '../base/log.ts';
import { markNow } from '../base/mark.ts';
import { createMetrics } from '../base/metrics.ts';
import { keepSettings } from '../config/keep-settings.ts';
import { KEPT_FOLDER, readSettings } from '../config/settings.ts';
import { createArtifactFiles } from '../deploy/artifact-files.ts';
import { createDeployEngine } from '../deploy/engine.ts';
import { createRunningCopy } from '../deploy/running-copy.ts';
import { thisMachine } from '../health/machine.ts';
import { createSystemHealth } from '../health/system.ts';
import { createSystemSync } from '../health/system-sync.ts';
import { createTimeKeeper } from '../health/time-keeper.ts';
import { createTracer } from '../router/message-tracer.ts';
import { createRouter } from '../router/router.ts';
import { createSqliteStore } from '../store/sqlite/client.ts';
import { DEAD_BOUNDS } from '../store/sqlite/dead-db.ts';
import { createAwsAccess } from './aws-access.ts';
import { createCertificateList } from './certificate-list.ts';
import { createCloudSide } from './cloud-side.ts';
import { DEMO_NAME, demoSite } from './demo-site.ts';
import { createFieldSide } from './field-side.ts';
import { createFrontDoors } from './front-doors.ts';
import { createFunctionSide } from './function-side.ts';
import { createFunctionVersions } from './function-versions.ts';
import { createKeptState } from './kept-state.ts';
import { createKioskExit } from './kiosk-exit.ts';
import { writeLogs } from './log-output.ts';
import { publishFigures } from './metric-views.ts';
import { createModbusServers } from './modbus-servers.ts';
import type { GatewayOptions } from './options.ts';
import { outboxConditions } from './outbox-alarms.ts';
import { publishOutboxFigures } from './outbox-metrics.ts';
import { createOutboxWatch } from './outbox-watch.ts';
import { readDocument } from './read-document.ts';
import { createRunningSite } from './running-site.ts';
import { spareMemory } from './spare-memory.ts';
import { standingConditions } from './standing-alarms.ts';
import { stopInTurn } from './stop.ts';
import { VERSION } from './version.ts';

export interface Gateway {
  /** Resolves when it runs; rejects with a GatewayError that names the cause, having released everything. */
  start(signal: AbortSignal): Promise<void>;
  /** Stops everything in reverse order, within 5 s. Never rejects. */
  stop(): Promise<void>;
  /** Serves a console or a command line over this transport. */
  attach(transport: ServerTransport, caller: Caller): void;
  /** Address of the console in a browser; null before the start. */
  consoleUrl(): string | null;
  mqttPort(): number | null;
  /** Resolves with the first reading of any device. */
  readonly firstReading: Promise<void>;
}

const STANDING_MS = 1000;
const LOG_CLOSE_MS = 1000;
/** By then everything is loaded and connected. */
const SETTLED_MS = 3000;
const SAMPLE_EVERY_MS = 10_000;

/** Builds the gateway from its parts and connects them. Nothing runs before `start`. */
export function createGateway(options: GatewayOptions): Gateway {
  const clock = options.clock ?? systemClock;
  const random = Math.random;
  const started = markNow(clock);
  const loaded = readSettings(options.data);
  const { settings } = loaded;
  const logs = createLogHub({ clock }, { keep: 5000, level: settings.log.level });
  const log = logs.logger('gateway');
  const metrics = createMetrics();
  const bootId = randomUUID();
  const tracer = createTracer({ clock, newId: randomUUID }, { keep: 100, sampleEveryMs: SAMPLE_EVERY_MS, maxHops: 64 });
  const alarms = createAlarms({ clock, log: logs.logger('alarms') });
  // A clock of its own pace has nothing to do with this machine's uptime.
  const machine = options.clock ? null : thisMachine();
  const timeLog = logs.logger('time');
  const time = createTimeKeeper({ clock, log: timeLog, bootId, sync: createSystemSync(clock), machine });
  const router = createRouter({ clock, log: logs.logger('router'), metrics, tracer, bootId, trust: time.trust });
  const store = createSqliteStore(
    { clock, log: logs.logger('store'), metrics, dataDir: options.data, life: time.life },
    { groupMs: settings.store.groupMs, groupMessages: settings.store.groupMessages },
  );
  const kept = createKeptState({ clock, log: timeLog, time, router, store });
  const certificates = createCertificateList({ certificates: store.certificates, log: logs.logger('custody') });
  const system = createSystemHealth({ clock, dataDir: options.data });
  const shared = { clock, random, logs, metrics, tracer, router, store, time };
  const cloud = createCloudSide(shared, {
    settings: settings.cloud,
    gatewayName: settings.gatewayName,
    practice: settings.cloud === null && options.demo,
    site: () => site.document()?.site ?? '',
    onCertificate: certificates.changed,
  });
  /** What was put back from an earlier generation since the start. */
  const torn: { readonly file: string; readonly message: string }[] = [];
  if (loaded.torn) torn.push({ file: 'settings.json', message: loaded.torn.message });
  const first = Promise.withResolvers<void>();
  let heard = false;
  const side = createFunctionSide(shared, {
    dataDir: options.data,
    gatewayName: settings.gatewayName,
    nodePath: settings.functions.nodePath ?? (process.versions['electron'] === undefined ? process.execPath : null),
    aws: createAwsAccess(shared, settings),
    functions: () => site.functions(),
    devices: () => site.devices(),
  });
  const field = createFieldSide(shared, {
    dataDir: options.data,
    gatewayName: settings.gatewayName,
    ...(options.portRoots && { portRoots: options.portRoots }),
    site: () => site.document(),
    devices: () => site.devices(),
    engine: () => engine,
    broker: () => doors.broker(),
    secrets: side.host.secrets,
    publish: (topic, payload, how) => doors.publishAsClient('gateway', { topic, payload, qos: how.qos, retain: how.retain }),
  });
  const servers = createModbusServers({
    clock,
    random,
    alarms,
    log: logs.logger('servers'),
    gatewayName: settings.gatewayName,
    version: VERSION,
    devices: () => site.devices(),
  });
  const site = createRunningSite(shared, field, side, {
    onReading() {
      if (heard) return;
      heard = true;
      first.resolve();
    },
    setCloudFilters: (filters) => cloud.setFilters(filters),
    onDocument(document) {
      cloud.configure(document.outbox);
      cloud.setPractice(document.name === DEMO_NAME);
      servers.apply(document);
    },
  });
  const outbox = createOutboxWatch(
    {
      clock,
      log: logs.logger('outbox'),
      steady: time.steady,
      store,
      config: () => site.document()?.outbox ?? null,
      subscriptions: () => site.document()?.subscriptions ?? [],
      system: () => system.view(),
      destinations: () => [cloud.destination()],
      lastError: (stream) => cloud.uplink()?.streams.find((one) => one.name === stream)?.lastError ?? null,
      refused: cloud.refused,
      time: time.view,
      wallNow: time.calendarNow,
    },
    { flashCycles: settings.store.flashCycles, deadLetterLimits: DEAD_BOUNDS },
  );
  const engine = createDeployEngine({
    clock,
    log: logs.logger('deploy'),
    documents: store.documents,
    copy: createRunningCopy({ log: logs.logger('deploy'), dir: join(options.data, KEPT_FOLDER) }),
    onRestored: (message) => torn.push({ file: 'deployment', message }),
    artifacts: createArtifactFiles(join(options.data, 'artifacts')),
    stageRoot: join(options.data, 'code'),
    codeFolders: [join(options.data, 'functions')],
    switchTo: (document, entries, codeOf) => site.switchTo(document, entries, codeOf),
  });
  const versionsOf = createFunctionVersions({ documents: store.documents, engine, log: logs.logger('deploy') });
  let phase: 'starting' | 'running' | 'stopping' = 'starting';
  const runtime: GatewayRuntime = {
    clock,
    version: VERSION,
    gatewayName: settings.gatewayName,
    get demo() {
      return cloud.line() !== null;
    },
    get startedAt() {
      return started.wallMs();
    },
    logs,
    field: field.desk,
    router,
    tracer,
    engine,
    alarms,
    store,
    get line() {
      return cloud.line();
    },
    status: () =>
      phase !== 'running' ? phase : alarms.active().some((alarm) => alarm.priority === 'critical') ? 'degraded' : 'ok',
    ready: () => phase === 'running' && (heard || site.devices().size === 0),
    system: () => system.view(),
    broker: () => doors.broker(),
    cloud: () => cloud.status(),
    backlogRates: () => cloud.rates(),
    outbox: outbox.outbox,
    storage: outbox.storage,
    dropping: outbox.dropping,
    certificates: certificates.rows,
    sessions: () => doors.broker()?.sessions() ?? [],
    async forgetSession(id) {
      const broker = doors.broker();
      if (!broker) throw new GatewayError('broker/unknown-session', 'The local broker does not run.');
      await broker.forget(id);
    },
    redate: (stamp) => time.redate(stamp),
    steady: time.steady,
    tornFiles: () => torn,
    certificateEndsAt: cloud.certificateEnds,
    site: () => site.document(),
    devices: () => site.devices(),
    functions: () => site.functions(),
    invoke: side.host.invoke,
    schedules: side.host.scheduler.views,
    versionsOf,
    secrets: side.host.secrets,
    exitKiosk: createKioskExit({ clock, log, dataDir: options.data }, options.desktop),
    publishAsClient: (id, message) => doors.publishAsClient(id, message),
  };
  publishFigures(metrics, runtime);
  publishOutboxFigures(metrics, runtime);
  const hub = createHub({ sources: createSources(runtime), clock, log: logs.logger('api') });
  const api = createApiServer({ handlers: createHandlers(runtime), hub, clock, log: logs.logger('api'), version: VERSION });
  const doors = createFrontDoors({ ...shared, alarms, attach: api.attach, runtime }, { settings, options });
  let stopStanding = (): void => {};
  let stopSettling = (): void => {};
  let logOutput: Awaited<ReturnType<typeof writeLogs>> | null = null;

  async function firstDeployment(): Promise<void> {
    const resumed = await engine.resume();
    if (options.document !== undefined) {
      const text = await readDocument(options.document);
      await engine.apply(text, {
        by: 'command line',
        note: '',
        basedOn: null,
        folder: dirname(options.document),
        ifChanged: true,
      });
    } else if (resumed === 'none' && options.demo) {
      const { text, folder } = await demoSite();
      await engine.apply(text, { by: 'demo', note: 'The demo site', basedOn: null, folder });
    }
  }
  async function stop(): Promise<void> {
    if (phase === 'stopping') return;
    phase = 'stopping';
    stopStanding();
    stopSettling();
    log.info('gateway.stopping');
    await stopInTurn(clock, log, [
      doors.stop,
      side.stop,
      servers.stop,
      field.stopTools,
      site.stop,
      field.stop,
      side.stopServing,
      async () => router.stop(),
      cloud.stop,
      kept.stop,
      api.stop,
      async () => hub.stop(),
      outbox.stop,
      system.stop,
      store.stop,
    ]);
    await settledWithin(clock, LOG_CLOSE_MS, logOutput?.close() ?? Promise.resolve());
  }
  return {
    async start(signal) {
      try {
        await store.start(signal);
        logOutput = await writeLogs(logs, options.data, options.terminal, bootId);
        await kept.resume(signal);
        await certificates.load();
        await side.start(signal);
        await field.start(signal);
        router.attach('alarms', createAlarmSink({ alarms, log: logs.logger('alarms') }));
        await keepSettings(options.data, loaded, clock.now()).catch((cause: unknown) => log.warn('settings.not-kept', { cause }));
        if (loaded.torn) log.error('settings.torn', { cause: loaded.torn });
        log.info('gateway.starting', { version: VERSION, data: options.data });
        await firstDeployment();
        await Promise.all([doors.start(signal), cloud.start(signal), system.start(signal)]);
        await outbox.start(signal);
        phase = 'running';
        stopStanding = clock.every(STANDING_MS, () =>
          alarms.reconcile('standing', [...standingConditions(runtime), ...outboxConditions(runtime)]),
        );
        stopSettling = clock.after(SETTLED_MS, spareMemory);
        log.info('gateway.started', { version: VERSION });
      } catch (cause) {
        log.error('gateway.start-failed', { cause });
        await stop();
        throw cause;
      }
    },
    stop,
    attach: api.attach,
    consoleUrl: () => doors.consoleUrl(),
    mqttPort: () => doors.broker()?.status().port ?? null,
    firstReading: first.promise,
  };
}
