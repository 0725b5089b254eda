import { createBackoff } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import { settledWithin } from '../../base/deadline.ts';
import { createEmitter } from '../../base/emitter.ts';
import type { GatewayError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { Metrics } from '../../base/metrics.ts';
import type { Documents } from '../documents.ts';
import type { SteadyTime } from '../spool.ts';
import type { Store, StoreHealth } from '../store.ts';
import { createCertificatesClient } from './certificates-client.ts';
import { createDeadClient } from './dead-client.ts';
import { createFailedEventsClient } from './failed-events-client.ts';
import { createFiguresClient } from './figures-client.ts';
import { createFunctionStateClient } from './function-state-client.ts';
import { createHistoryClient } from './history-client.ts';
import { createMendingClient } from './mending-client.ts';
import type { StoreConfig } from './protocol.ts';
import { createSessionsClient } from './sessions-client.ts';
import { createSpoolClient, type SpoolClient } from './spool-client.ts';
import { createSweeping } from './spool-sweeping.ts';
import { createTestEventsClient } from './test-events-client.ts';
import { createWorkerLink, type StoreThread, spawnStoreThread, type WorkerLink } from './worker-link.ts';

export interface SqliteStoreDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly dataDir: string;
  /** What is written with every commit; without it steady time is the clock's own, carried on from the last commit. */
  readonly life?: () => SteadyTime;
}

export interface SqliteStoreOptions {
  /** Commits are made after so many ms or messages, whichever is first; a lone message does not wait. */
  readonly groupMs?: number;
  readonly groupMessages?: number;
  readonly maxWaitingMessages?: number;
  readonly maxWaitingBytes?: number;
  readonly reserveBytes?: number;
  readonly walPages?: number;
  /** Starts the thread; for tests that end it. */
  readonly spawn?: () => StoreThread;
}

const MIB = 1_048_576;
const STOP_MS = 5000;
/** The write-ahead logs are copied after so long without a commit. */
const TIDY_MS = 1000;
const TIDY_AT_LEAST_MS = 10_000;

function createDocuments(link: WorkerLink): Documents {
  return {
    list: () => link.call('documents.list', null),
    get: (version) => link.call('documents.get', { version }),
    running: () => link.call('documents.running', null),
    add: (version) => link.call('documents.add', version),
    async setRunning(version) {
      await link.call('documents.mark', { version, state: 'running' });
    },
    async restore(version) {
      await link.call('documents.restore', version);
    },
    async setFailed(version) {
      await link.call('documents.mark', { version, state: 'failed' });
    },
  };
}

interface HealthWatch {
  health(): StoreHealth;
  onHealth(listener: (health: StoreHealth) => void): () => void;
  set(health: StoreHealth): void;
  /** The thread died: nothing is stored until it runs again. */
  down(cause: GatewayError): void;
  stop(): void;
}

/** Keeps what is known of the disk, and asks the thread to try again while it is not well. */
function createHealthWatch(deps: { clock: Clock; log: Logger; link: WorkerLink }): HealthWatch {
  const { clock, log, link } = deps;
  const changes = createEmitter<StoreHealth>((cause) => log.error('store.listener-failed', { cause }));
  const backoff = createBackoff({ firstMs: 1000, maxMs: 30_000 });
  let health: StoreHealth = { state: 'ok', lastError: null };
  let cancel: (() => void) | null = null;
  function watch(): void {
    if (health.state === 'ok') {
      cancel?.();
      cancel = null;
      backoff.reset();
    } else {
      cancel ??= clock.after(backoff.next(), () => {
        cancel = null;
        link
          .call('probe', null)
          .catch((cause: unknown) => log.debug('store.probe-failed', { cause }))
          .finally(watch);
      });
    }
  }
  function set(next: StoreHealth): void {
    const before = health;
    health = next;
    if (before.state !== next.state) {
      if (next.state === 'ok') log.info('store.works-again', { was: before.state });
      else
        log.error('store.unhealthy', {
          state: next.state,
          message: next.lastError?.message ?? '',
          remedy: next.lastError?.remedy,
        });
    }
    if (before.state !== next.state || before.lastError?.code !== next.lastError?.code) changes.emit(next);
    watch();
  }
  return {
    health: () => health,
    onHealth: (listener) => changes.on(listener),
    set,
    down: ({ code, message, remedy }) => set({ state: 'failed', lastError: { code, message, remedy, at: clock.now() } }),
    stop() {
      cancel?.();
      cancel = () => {};
    },
  };
}

function countCommits(metrics: Metrics, spool: SpoolClient): void {
  const appended = metrics.counter('gatehouse_spool_appended_total', 'Messages committed to the spool');
  const acked = metrics.counter('gatehouse_spool_acknowledged_total', 'Acknowledgements committed to the spool');
  const commits = metrics.counter('gatehouse_spool_commits_total', 'Commits of the spool');
  const seconds = metrics.counter('gatehouse_spool_commit_seconds_total', 'Time spent in commits of the spool');
  metrics.gauge('gatehouse_spool_waiting', 'Messages in the spool', () => spool.stats().count);
  metrics.gauge('gatehouse_spool_waiting_bytes', 'Payload bytes in the spool', () => spool.stats().bytes);
  spool.onCommit((commit) => {
    appended.add(commit.appended);
    acked.add(commit.acknowledged);
    commits.add();
    seconds.add(commit.tookMs / 1000);
  });
}

/** Calls `tidy` in the first quiet second after commits, under constant traffic every ten seconds, and on while there is more. */
function createTidying(deps: { clock: Clock; log: Logger; link: WorkerLink }): { touched(): void; stop(): void } {
  const { clock } = deps;
  let cancel: (() => void) | null = null;
  let last = 0;
  let since = 0;
  let stopped = false;
  function arm(ms: number): void {
    if (stopped || cancel) return;
    since = clock.monotonic();
    cancel = clock.after(ms, check);
  }
  function check(): void {
    const now = clock.monotonic();
    if (now - last < TIDY_MS && now - since < TIDY_AT_LEAST_MS) {
      cancel = clock.after(TIDY_MS, check);
      return;
    }
    cancel = null;
    deps.link
      .call('tidy', null)
      .then(({ more }) => {
        if (more) arm(TIDY_MS);
      })
      .catch((cause: unknown) => deps.log.debug('store.tidy-failed', { cause }));
  }
  return {
    touched() {
      last = clock.monotonic();
      arm(TIDY_MS);
    },
    stop() {
      stopped = true;
      cancel?.();
    },
  };
}

/** The time that goes with every commit, and what it was with the last one before this start. */
function createLife(
  clock: Clock,
  given: (() => SteadyTime) | undefined,
): { life: () => SteadyTime; last: () => SteadyTime | null; resume(found: SteadyTime | null): void } {
  let last: SteadyTime | null = null;
  let base = 1 - clock.monotonic();
  const own = (): SteadyTime => ({ steadyMs: base + clock.monotonic(), wallMs: clock.now(), trust: 'never' });
  return {
    life: given ?? own,
    last: () => last,
    resume(found) {
      last = found;
      base = 1 + (found?.steadyMs ?? 0) - clock.monotonic();
    },
  };
}

/**
 * The store on SQLite, in one thread of its own, under `<dataDir>/store/`. `start` rejects with `gateway/data-unwritable`,
 * `gateway/already-running`, `store/damaged`, `store/newer` or another `store/*`.
 */
export function createSqliteStore(deps: SqliteStoreDeps, options: SqliteStoreOptions = {}): Store {
  const { clock, log, metrics } = deps;
  const config: StoreConfig = {
    dataDir: deps.dataDir,
    reserveBytes: options.reserveBytes ?? 8 * MIB,
    walPages: options.walPages ?? 1000,
  };
  const link = createWorkerLink({ clock, spawn: options.spawn ?? spawnStoreThread });
  const time = createLife(clock, deps.life);
  const { life } = time;
  const spool = createSpoolClient(
    { clock, link, log, life },
    {
      groupMs: options.groupMs ?? 2,
      groupMessages: options.groupMessages ?? 512,
      maxWaitingMessages: options.maxWaitingMessages ?? 100_000,
      maxWaitingBytes: options.maxWaitingBytes ?? 64 * MIB,
    },
  );
  const history = createHistoryClient(
    { clock, link, log, metrics },
    { collectMs: 200, maxWaitingMessages: 20_000, maxWaitingBytes: 16 * MIB, pruneMs: 60_000 },
  );
  const dead = createDeadClient({ link, life });
  const sweeping = createSweeping({ clock, log, link, stats: spool.stats, life });
  const mending = createMendingClient({ clock, log, link, dataDir: deps.dataDir, onSalvaged: () => spool.wake() });
  const written = createFiguresClient({ clock, link, log }, 1000);
  const kept = createSessionsClient(link, { maxWaitingChanges: 100_000, maxWaitingBytes: 64 * MIB });
  const functionState = createFunctionStateClient(link);
  const failed = createFailedEventsClient({ link, log, metrics });
  const watch = createHealthWatch({ clock, log, link });
  const tidying = createTidying({ clock, log, link });
  const countFailed = (): Promise<void> =>
    failed.refresh().catch((cause: unknown) => log.warn('store.failed-events-unknown', { cause }));
  countCommits(metrics, spool);
  spool.onCommit(tidying.touched);
  kept.onCommit(tidying.touched);
  failed.events.onChanged(tidying.touched);
  link.onMessage((message) => {
    if (message.t === 'health') watch.set(message.health);
    if (message.t === 'spool') {
      spool.apply(message.change);
      dead.told(message.change.deadLetters);
    }
    if (message.t === 'moved-aside') {
      mending.moved(message.moved);
      if (message.moved.database === 'state') void countFailed();
    }
  });
  link.onDown((cause) => {
    log.error('store.thread-ended', { cause });
    watch.down(cause);
  });
  link.onUp((opened) => {
    spool.adopt(opened.spool);
    watch.set(opened.health);
    mending.opened(opened.salvage);
    void countFailed();
  });
  let stopping: Promise<void> | null = null;
  async function shutDown(): Promise<void> {
    watch.stop();
    tidying.stop();
    mending.stop();
    sweeping.stop();
    history.stop();
    const writers = [spool, history, written, kept, functionState, failed];
    await settledWithin(clock, STOP_MS, Promise.allSettled(writers.map((writer) => writer.settle())));
    await link.stop(STOP_MS);
  }
  return {
    name: 'store',
    spool,
    deadLetters: dead,
    history,
    documents: createDocuments(link),
    certificates: createCertificatesClient({ link, log }),
    condition: mending.condition,
    figures: written.figures,
    sessions: kept.sessions,
    functionState: functionState.state,
    failedEvents: failed.events,
    testEvents: createTestEventsClient(link),
    health: watch.health,
    onHealth: watch.onHealth,
    lastLife: time.last,
    async start(signal) {
      const opened = await link.start(config, signal);
      time.resume(opened.life);
      spool.adopt(opened.spool);
      dead.told(opened.spool.deadLetters);
      sweeping.start();
      watch.set(opened.health);
      await countFailed();
      history.start();
      mending.start(opened.salvage);
    },
    stop() {
      stopping ??= shutDown();
      return stopping;
    },
  };
}
