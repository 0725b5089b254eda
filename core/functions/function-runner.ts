import type { Clock } from '../base/clock.ts';
import { createEmitter } from '../base/emitter.ts';
import { GatewayError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import type { FunctionConfig } from '../contract/document/functions.ts';
import type { Draft, Message } from '../contract/message.ts';
import type { FunctionView } from '../contract/views.ts';
import type { Tracer } from '../router/tracer.ts';
import { createCrashPolicy } from './crash-policy.ts';
import { createFaultBook, type FunctionFault } from './fault-book.ts';
import { createCounters, createFigures, exposeFigures } from './figures.ts';
import type { Wreck } from './flight.ts';
import { createIntake, type DropReason } from './intake.ts';
import { createPool } from './pool.ts';
import type { FunctionRunner } from './runner.ts';
import { runnerView } from './runner-view.ts';
import { createThread, type ThreadListener } from './thread.ts';
import type { ThreadEnd } from './thread-end.ts';

const GRACE_MS = 2000;
const TICK_MS = 250;
/** Memory of a thread without work is looked at every so many ticks. */
const IDLE_TICKS = 4;

export interface RunnerDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  /** The router. Nothing, or a promise that resolves, means accepted (with a durable target: on disk). */
  publish(draft: Draft): Promise<void> | undefined;
  readonly random?: () => number;
}

/** Where the code of one version is. */
export interface FunctionEntry {
  /** Absolute path of the module. */
  readonly path: string;
  readonly version: number;
  readonly directory: string;
}

export type Phase = 'starting' | 'running' | 'restarting' | 'parked' | 'stopped';

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
  const place = `function:${name}`;
  const log = deps.log.from(place);
  const changed = createEmitter<void>((cause) => log.error('function.listener-failed', { cause }));
  const figures = createFigures(clock);
  const counters = createCounters(deps.metrics, name);
  const policy = createCrashPolicy(clock, deps.random ?? Math.random);
  const faults = createFaultBook({ clock, log, onChanged: announce });
  let phase: Phase = 'starting';
  let since = clock.now();
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
    since = clock.now();
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
      onDropped(count: number, reason: DropReason) {
        counters.dropped(reason).add(count);
        faults.report('function.dropped', reason, { reason, count, queueSize: config.queue.size });
      },
    },
    { name, size: config.queue.size, whenFull: config.queue.whenFull },
  );
  const pool = createPool(
    {
      clock,
      createThread: (listener) =>
        createThread({ clock, publish: deps.publish, listener: { ...ears, ...listener } }, threadOptions),
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

  function countEnded(fault: FunctionFault | undefined, event: Message): void {
    figures.invocations += 1;
    counters.invocations.add();
    if (!fault) return;
    figures.failures += 1;
    counters.failures.add();
    faults.note(fault, event);
  }
  const ears: Omit<ThreadListener, 'onReady' | 'onRoom' | 'onEnd'> = {
    onEnded(event, startedAt, durationMs, thrown) {
      figures.durations.record(durationMs);
      figures.usualMs += (durationMs - figures.usualMs) * 0.05;
      countEnded(thrown, event);
      if (event.traceId === undefined) return;
      deps.tracer.hop(event.traceId, 'function-started', place, event.topic, startedAt);
      deps.tracer.hop(event.traceId, 'function-ended', place, thrown?.message ?? 'ok', startedAt + durationMs);
    },
    onPublished(count) {
      figures.published += count;
      counters.published.add(count);
    },
    onRefused(topic, cause, event) {
      const known = cause instanceof GatewayError;
      const message = `a message on topic "${topic}" was refused: ${cause instanceof Error ? cause.message : String(cause)}`;
      faults.note({ code: known ? cause.code : 'gateway/internal', message, stack: '' }, event);
    },
    onLog(lines) {
      for (const [level, message] of lines) log[level]('function.log', { message });
    },
  };

  /** Books what the thread had, and says when it is to be replaced. */
  function threadEnded(end: ThreadEnd, wreck: Wreck): number | null {
    const { quiet, culprit, rest } = wreck;
    for (const event of quiet) countEnded(undefined, event);
    if (end.kind === 'stopped') {
      intake.giveBack(culprit ? [culprit, ...rest] : rest);
      return null;
    }
    intake.giveBack(rest);
    if (culprit) {
      countEnded(end, culprit);
      if (culprit.traceId !== undefined) deps.tracer.hop(culprit.traceId, 'function-ended', place, end.message);
    } else faults.note(end, end.last);
    if (end.kind === 'timeout') {
      figures.timeouts += 1;
      counters.timeouts.add();
    }
    return afterFault(end.kind);
  }
  function afterFault(kind: 'load' | 'timeout' | 'crash'): number | null {
    if (phase === 'parked' || phase === 'stopped') return null;
    const delayMs = kind === 'timeout' ? 0 : kind === 'load' ? policy.loadFailed() : policy.crashed();
    if (delayMs === null) {
      park();
      return null;
    }
    if (kind !== 'load') {
      figures.restarts += 1;
      counters.restarts.add();
    }
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
      since = clock.now();
      announce();
      pool.dispatch();
    },
    onChanged: (listener) => changed.on(listener),
    view: (): FunctionView => runnerView({ config, phase, since, paused, figures, intake, pool, lastError: faults.last }),
  };
}
