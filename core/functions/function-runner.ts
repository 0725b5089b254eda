import { randomUUID } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { createEmitter } from '../base/emitter.ts';
import type { Logger } from '../base/log.ts';
import { markNow } from '../base/mark.ts';
import type { Metrics } from '../base/metrics.ts';
import type { FunctionConfig } from '../contract/document/functions.ts';
import type { Draft } from '../contract/message.ts';
import type { FunctionView } from '../contract/views.ts';
import type { Tracer } from '../router/tracer.ts';
import { createCrashPolicy } from './crash-policy.ts';
import { exposeFigures } from './figures.ts';
import type { Wreck } from './flight.ts';
import { createIntake } from './intake.ts';
import { createLedger } from './ledger.ts';
import { createPool } from './pool.ts';
import type { FunctionRunner } from './runner.ts';
import { type Phase, runnerView } from './runner-view.ts';
import { createThread } from './thread.ts';
import type { ThreadEnd } from './thread-end.ts';

const GRACE_MS = 2000;
const TICK_MS = 100;
/** Memory of a thread without work is looked at every so many ticks. */
const IDLE_TICKS = 10;

export interface RunnerDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  /** The router. Nothing, or a promise that resolves, means accepted (with a durable target: on disk). */
  publish(draft: Draft): Promise<void> | undefined;
  readonly random?: () => number;
  /** A new UUID. */
  readonly newId?: () => string;
}

/** Where the code of one version is. */
export interface FunctionEntry {
  /** Absolute path of the module. */
  readonly path: string;
  readonly version: number;
  readonly directory: string;
}

/**
 * Runs one function of the deployment in threads of its own (`concurrency`), each with one event at a time.
 * An event is handled once, unless its thread is replaced: the event that caused it fails and is not tried again, events that
 * ended well are not repeated, and those that had not begun, or whose publishes had not left the thread yet, go to the new
 * thread in their order. So a function whose thread is replaced may see an event twice, but nothing is published twice for it.
 * Faults stay inside: see `view().lastError`. 3 failed loads in a row or 5 crashes within a minute park it.
 */
export function createFunctionRunner(deps: RunnerDeps, config: FunctionConfig, entry: FunctionEntry): FunctionRunner {
  const { clock } = deps;
  const { name } = config;
  const log = deps.log.from(`function:${name}`);
  const changed = createEmitter<void>((cause) => log.error('function.listener-failed', { cause }));
  const policy = createCrashPolicy(clock, deps.random ?? Math.random);
  const ledger = createLedger({ clock, log, metrics: deps.metrics, tracer: deps.tracer, onChanged: announce }, name);
  const { figures, faults } = ledger;
  let phase: Phase = 'starting';
  let since = markNow(clock);
  let paused = false;
  let settled: (() => void)[] = [];
  let stopping: Promise<void> | undefined;
  let ticks = 0;
  let announced = false;

  /** Once per turn, when the books hold again. */
  function announce(): void {
    if (announced) return;
    announced = true;
    queueMicrotask(() => {
      announced = false;
      changed.emit();
    });
  }
  function enter(next: Phase): void {
    if (phase === next || phase === 'stopped') return;
    phase = next;
    since = markNow(clock);
    announce();
  }
  /** Lets `start` and `restart` go on: ready, parked or stopped. */
  function settle(): void {
    for (const done of settled) done();
    settled = [];
  }
  const whenSettled = (): Promise<void> =>
    new Promise((done) => {
      settled.push(done);
    });

  const intake = createIntake(
    {
      onWork: () => pool.dispatch(),
      onDropped: (count, reason) => ledger.dropped(count, reason, config.queue.size),
    },
    { name, size: config.queue.size, whenFull: config.queue.whenFull },
  );
  const pool = createPool(
    {
      clock,
      createThread(listener) {
        const requestPrefix = (deps.newId ?? randomUUID)().slice(0, 24);
        return createThread(
          { clock, publish: deps.publish, listener: { ...ledger.ears, ...listener } },
          { ...threadOptions, requestPrefix },
        );
      },
      work: intake,
      mayWork: () => !paused && phase !== 'parked' && phase !== 'stopped',
      usualMs: () => figures.usualMs,
      onReady() {
        policy.loaded();
        enter('running');
        pool.sample(true);
        if (pool.ready === config.concurrency) settle();
      },
      onEnd: threadEnded,
    },
    config.concurrency,
  );
  const { handler, encoding, timeoutMs, memoryMb, maxPublishes, env } = config;
  const threadOptions = { name, handler, encoding, timeoutMs, memoryMb, maxPublishes, env, ...entry };

  /** Books what the thread had, and says when it is to be replaced. */
  function threadEnded(end: ThreadEnd, wreck: Wreck): number | null {
    const { culprit, rest } = wreck;
    ledger.wrecked(end, wreck);
    intake.giveBack(end.kind === 'stopped' && culprit ? [culprit, ...rest] : rest);
    if (end.kind === 'stopped') return null;
    return afterFault(end.kind);
  }
  function afterFault(kind: 'load' | 'timeout' | 'crash'): number | null {
    if (phase === 'parked' || phase === 'stopped') return null;
    const delayMs = kind === 'timeout' ? 0 : kind === 'load' ? policy.loadFailed() : policy.crashed();
    if (delayMs === null) {
      park();
      return null;
    }
    if (kind !== 'load') ledger.replaced();
    if (pool.ready === 0 && phase === 'running') enter('restarting');
    return delayMs;
  }
  function park(): void {
    enter('parked');
    intake.refuse('function/parked');
    log.error('function.parked', { message: `function "${name}" is parked: ${faults.last?.message ?? ''}` });
    void pool.empty(0); // never rejects
    settle();
  }
  function tick(): void {
    ticks += 1;
    figures.tick();
    pool.sample(ticks % IDLE_TICKS === 0);
  }
  const cancelTick = clock.every(TICK_MS, tick);
  const gauges = { queue: () => intake.waiting, memoryBytes: () => pool.memoryBytes, threads: () => pool.ready };
  const hideFigures = exposeFigures(deps.metrics, name, figures, gauges);

  async function startThreads(): Promise<void> {
    const ready = whenSettled();
    pool.fill();
    await ready;
  }
  async function stop(): Promise<void> {
    enter('stopped');
    intake.refuse('gateway/stopping');
    cancelTick();
    hideFigures();
    settle();
    await pool.empty(Math.min(GRACE_MS, timeoutMs));
  }
  const stopOnce = (): Promise<void> => {
    stopping ??= stop();
    return stopping;
  };
  return {
    name,
    sink: { durable: false, deliver: intake.deliver },
    async start(signal) {
      signal.throwIfAborted();
      const onAbort = (): void => void stopOnce(); // never rejects
      signal.addEventListener('abort', onAbort, { once: true });
      await startThreads();
      signal.removeEventListener('abort', onAbort);
      if (!signal.aborted) return;
      await stopOnce();
      throw signal.reason;
    },
    stop: stopOnce,
    async restart() {
      if (stopping) return;
      enter('restarting');
      policy.reset();
      await pool.empty(Math.min(GRACE_MS, timeoutMs));
      if (stopping) return;
      intake.refuse(null);
      await startThreads();
    },
    pause(next) {
      paused = next;
      since = markNow(clock);
      announce();
      pool.dispatch();
    },
    onChanged: (listener) => changed.on(listener),
    view: (): FunctionView =>
      runnerView({ config, phase, since: since.wallMs(), paused, figures, intake, pool, lastError: faults.last }),
  };
}
