import { randomUUID } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { createEmitter } from '../base/emitter.ts';
import { describe, GatewayError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { markNow } from '../base/mark.ts';
import type { Metrics } from '../base/metrics.ts';
import type { FunctionConfig } from '../contract/document/functions.ts';
import type { Draft } from '../contract/message.ts';
import type { Tracer } from '../router/tracer.ts';
import type { FailedEvents } from '../store/failed-events.ts';
import type { CallDesk, Gatekeeper } from './calls/call-desk.ts';
import type { Carriers } from './carrier/carrier.ts';
import { createCrashPolicy } from './crash-policy.ts';
import { createDeadLetters } from './dead-letters.ts';
import type { FunctionFault } from './fault-book.ts';
import { exposeFigures } from './figures.ts';
import type { Wreck } from './flight.ts';
import { createHopMemory } from './hop-memory.ts';
import { createInstanceMaker, type FunctionEntry } from './instance-maker.ts';
import type { InstanceEnd } from './instance-seam.ts';
import { createIntake } from './intake.ts';
import type { Job } from './invocation.ts';
import { createInvoking } from './invoking.ts';
import { createJobEnds } from './job-ends.ts';
import { createLanes, createPlainQueue, keyOf } from './lanes.ts';
import { createLedger } from './ledger.ts';
import { createLeftOvers } from './left-overs.ts';
import { createPool } from './pool.ts';
import { createRetries } from './retries.ts';
import type { FunctionRunner } from './runner.ts';
import { instanceViews, type Phase, runnerView } from './runner-view.ts';
import { createScratch } from './scratch.ts';

const GRACE_MS = 2000;
const TICK_MS = 100;
/** Instances without work are looked at every so many ticks. */
const IDLE_TICKS = 10;

export interface RunnerDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  /** The router. Nothing, or a promise that resolves, means accepted (with a durable target: on disk). */
  publish(draft: Draft): Promise<void> | undefined;
  /** Of the router too: what is published within gets one time. Absent: each its own. */
  together?(publishes: () => void): void;
  readonly carriers: Carriers;
  readonly gatekeeper: Gatekeeper;
  readonly desk: CallDesk;
  readonly failed: FailedEvents;
  /** The variables of an instance; `scratch` is the folder that it may write to. */
  environment(scratch: string): Readonly<Record<string, string>>;
  /** Where scratch folders are, one per function; absent: functions have none. */
  readonly scratchRoot?: string;
  readonly thing: { readonly name: string; readonly region: string };
  /** Whether a person has paused it: kept by the gateway, for all versions of the function. */
  readonly pausing?: { paused: boolean };
  readonly random?: () => number;
  /** A new UUID. */
  readonly newId?: () => string;
}

/**
 * Runs one function of the deployment in instances of its own, up to `concurrency`, each with one event at a time.
 * An event is handled once, unless it failed and has attempts left, or its instance is replaced: the event that caused it fails,
 * events that ended well are not repeated, and those that had not begun, or whose publishes had not left the instance yet, go to
 * another one in their order. So a function whose instance is replaced may see an event twice, but nothing is published twice for it.
 * Faults stay inside: see `view().lastError`. 3 failed loads in a row or 5 crashes within a minute park it.
 */
export function createFunctionRunner(deps: RunnerDeps, config: FunctionConfig, entry: FunctionEntry): FunctionRunner {
  const { clock } = deps;
  const { name, timeoutMs } = config;
  const random = deps.random ?? Math.random;
  const newId = deps.newId ?? randomUUID;
  const log = deps.log.from(`function:${name}`);
  const changed = createEmitter<void>((cause) => log.error('function.listener-failed', { cause }));
  const policy = createCrashPolicy(clock, random);
  const facts = { name, version: entry.version };
  const ledger = createLedger({ clock, log, metrics: deps.metrics, tracer: deps.tracer, onChanged: announce }, facts);
  const { figures, faults } = ledger;
  const warm = config.lifetime === 'long-lived' ? 1 : Math.min(config.keepWarm, config.concurrency);
  /** Its order would be lost if a new version began before the old one has ended. */
  const strict = config.concurrency === 1 || config.orderBy !== undefined;
  let phase: Phase = 'starting';
  let since = markNow(clock);
  const pausing = deps.pausing ?? { paused: false };
  /** Events that come first are not here yet: with the version before, or in the store. */
  let holding = false;
  /** What it still leaves, where this version cannot take it any more. */
  let before: Promise<readonly Job[]> = Promise.resolve([]);
  let scratchMade = false;
  /** The next end for scratch space is the first of its kind. */
  let fullCounts = false;
  /** Set by `handOver`: what comes to light here afterwards goes to the next version. */
  let late: Job[] | undefined;
  let settled: (() => void)[] = [];
  let stopping: Promise<void> | undefined;
  let ticks = 0;
  let announced = false;

  const hops = createHopMemory(config.lifetime !== 'long-lived');
  const hopsNow = (): number => hops.now([...pool.slots].map(({ instance }) => instance?.oldest?.hops ?? 0));

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

  const { size, whenFull } = config.queue;
  // One instance keeps the order by itself, unless a later attempt comes between.
  const byKey = config.orderBy !== undefined && (config.concurrency > 1 || config.retries.count > 0);
  const atOnce = config.retries.count > 0 ? 1 : Number.POSITIVE_INFINITY;
  const queue = byKey && config.orderBy !== undefined ? createLanes(size, keyOf(config.orderBy), atOnce) : createPlainQueue(size);
  const intake = createIntake(
    {
      queue,
      onWork: () => pool.dispatch(),
      onDropped: (jobs, reason, cause, kept) => ends.dropped(jobs, reason, cause, kept),
    },
    { name, whenFull },
  );
  const retries = createRetries({ clock, random, onDue: goOn }, { ...config.retries, room: size });
  const deadLetters = createDeadLetters({ failed: deps.failed, log, now: clock.now }, facts);
  const leftOvers = createLeftOvers({ failed: deps.failed, deadLetters, log, newId, intake }, name);
  const ends = createJobEnds({
    monotonic: clock.monotonic,
    ledger,
    deadLetters: config.retries.deadLetter ? deadLetters : undefined,
    keep: leftOvers.keep,
    limits: config,
    queueSize: size,
    tryAgain(job, fault) {
      const attempt = (job.ticket?.attempt ?? 1) + 1;
      if (phase === 'stopped' && attempt <= config.retries.count + 1) {
        leftOvers.leave({ ...job, ticket: { ...job.ticket, attempt } }, fault);
        return true;
      }
      if (phase === 'stopped' || phase === 'parked' || !retries.offer(job, fault)) return false;
      ledger.retried();
      return true;
    },
    done(job) {
      hops.ended(job.hops);
      intake.done(job);
    },
  });
  const scratch =
    deps.scratchRoot === undefined || config.scratchMb === 0
      ? undefined
      : createScratch(
          { clock, log, onFull: scratchFull },
          // Its own also where a version with other settings brings the same code.
          { root: deps.scratchRoot, name, version: `${entry.version}-${newId().slice(0, 8)}`, limitMb: config.scratchMb },
        );
  const makeInstance = createInstanceMaker(
    { ...deps, strayHops: hopsNow, newId, scratch: scratch?.directory ?? null },
    config,
    entry,
  );
  const pool = createPool(
    {
      clock,
      createInstance: (listener) => makeInstance({ ...ledger.ears, onEnded: ends.ended, ...listener }),
      work: {
        get startable() {
          return intake.startable;
        },
        take: (count) => (config.retries.count > 0 ? intake.take(count).map(named) : intake.take(count)),
      },
      mayWork: () => !pausing.paused && !holding && !late && phase !== 'parked' && phase !== 'stopped',
      usualMs: () => (figures.invocations > 0 ? figures.usualMs : undefined),
      onReady(coldMs) {
        policy.loaded();
        ledger.started(coldMs);
        enter('running');
        pool.tick(true);
        if (pool.ready >= warm) settle();
      },
      onEnd: instanceEnded,
    },
    { most: config.concurrency, warm, idleMs: config.idleMs },
  );
  const invoking = createInvoking({ clock, newId, admit: intake.admit, onBusy: ledger.throttled });

  /** Where there may be further attempts, an event has its request id before the first. */
  const named = (job: Job): Job =>
    job.ticket?.requestId ? job : { ...job, ticket: { attempt: 1, ...job.ticket, requestId: newId() } };
  /** An event whose pause between two attempts is over. */
  function goOn(job: Job): void {
    if (late) late.push(job);
    else intake.giveBack([job]);
    pool.dispatch();
  }
  /** Books what the instance had, and says when it may be replaced. */
  function instanceEnded(end: InstanceEnd, wreck: Wreck): number | null {
    const { cut, rest } = ends.wrecked(end, wreck);
    if (late) {
      intake.drop(cut, 'stopping'); // it was given all the time that it had
      late.push(...rest);
      return null;
    }
    intake.giveBack([...cut, ...rest]);
    return end.kind === 'stopped' ? null : afterFault(end.kind, end.code === 'function/scratch-full');
  }
  function scratchFull(): void {
    fullCounts = true;
    for (const { instance } of pool.slots) instance?.scratchFull();
  }
  function afterFault(kind: 'load' | 'timeout' | 'crash', full: boolean): number | null {
    if (phase === 'parked' || phase === 'stopped') return null;
    const counted = full && !fullCounts; // all instances end for it, and it is one fault
    if (full) fullCounts = false;
    const delayMs = kind === 'timeout' || counted ? 0 : kind === 'load' ? policy.loadFailed() : policy.crashed();
    if (delayMs === null) {
      park();
      return null;
    }
    if (kind !== 'load') ledger.replaced();
    if (pool.ready === 0 && phase === 'running' && (warm > 0 || intake.waiting > 0)) enter('restarting');
    return delayMs;
  }
  /** Events between two attempts get none any more. */
  function giveUp(): void {
    for (const { job, fault } of retries.clear()) ends.failedForGood(job, fault);
  }
  function park(): void {
    enter('parked');
    intake.refuse('function/parked');
    giveUp();
    log.error('function.parked', { message: `function "${name}" is parked: ${faults.last?.message ?? ''}` });
    void pool.empty(0); // never rejects
    settle();
  }
  function parkWith(fault: FunctionFault): void {
    ledger.fault(fault, undefined);
    park();
  }
  const cancelTick = clock.every(TICK_MS, () => {
    ticks += 1;
    figures.tick();
    hops.tick();
    pool.tick(ticks % IDLE_TICKS === 0);
  });
  const gauges = {
    queue: () => intake.waiting,
    memoryBytes: () => pool.memoryBytes,
    threads: () => pool.ready,
    retrying: () => retries.size,
  };
  const hideFigures = exposeFigures(deps.metrics, name, figures, gauges);

  async function startInstances(): Promise<void> {
    if (config.isolation === 'process' && !deps.carriers.process) {
      const message = `function "${name}" is to run in a process of its own, and this gateway cannot start one`;
      parkWith({ code: 'function/isolation-unavailable', message, stack: '' });
      return;
    }
    try {
      if (!scratchMade) await scratch?.start();
      scratchMade = true;
    } catch (cause) {
      const message = `the scratch space of function "${name}" cannot be made: ${describe(cause)}`;
      parkWith({ code: 'function/load-failed', message, stack: '' });
      return;
    }
    if (stopping) return;
    if (warm === 0) {
      enter('running');
      pool.dispatch();
      return;
    }
    const ready = new Promise<void>((done) => settled.push(done));
    pool.fill();
    await ready;
  }
  async function stop(): Promise<void> {
    enter('stopped');
    intake.refuse('gateway/stopping');
    for (const { job, fault } of retries.clear()) leftOvers.leave(job, fault);
    cancelTick();
    hideFigures();
    ledger.own.hide();
    settle();
    await pool.empty(Math.min(GRACE_MS, timeoutMs));
    await before; // what the version before still gives is kept, too
    await Promise.all([deadLetters.settled(), scratch?.stop()]);
  }
  const stopOnce = (): Promise<void> => {
    stopping ??= stop();
    return stopping;
  };
  /** All that is left for the next version once nothing runs any more, here or in the version before. */
  async function drain(own: Job[]): Promise<readonly Job[]> {
    const older = before;
    await pool.empty(timeoutMs + GRACE_MS);
    own.push(...retries.clear().map(({ job }) => job));
    intake.forget(own.length);
    return [...(await older), ...own.splice(0)];
  }
  return {
    name,
    sink: { durable: false, deliver: intake.deliver },
    async start(signal) {
      signal.throwIfAborted();
      const onAbort = (): void => void stopOnce(); // never rejects
      signal.addEventListener('abort', onAbort, { once: true });
      holding = true;
      await leftOvers.resume();
      holding = false;
      await startInstances();
      signal.removeEventListener('abort', onAbort);
      if (!signal.aborted) return;
      await stopOnce();
      throw signal.reason;
    },
    stop: stopOnce,
    handOver() {
      late = [];
      const again = retries.clear().map(({ job }) => job);
      intake.forget(again.length);
      return { jobs: [...again, ...intake.handOver()], drained: drain(late), errors: ledger.errors.all() };
    },
    inherit({ jobs, drained, errors }) {
      ledger.errors.inherit(errors);
      holding = strict;
      intake.inherit(jobs);
      pool.dispatch();
      before = drained.then((left) => {
        if (late) return left; // replaced itself meanwhile
        holding = false;
        intake.inherit(left);
        pool.dispatch();
        return [];
      });
    },
    async invoke(request, signal) {
      if (pausing.paused) throw new GatewayError('function/paused', `function "${name}" is paused`);
      return invoking.invoke(request, signal);
    },
    invokeLater: async (request) => invoking.later(request),
    retry: (event) => invoking.again(event),
    async restart() {
      if (stopping || late) return;
      enter('restarting');
      policy.reset();
      await pool.empty(Math.min(GRACE_MS, timeoutMs));
      if (stopping) return;
      intake.refuse(null);
      await startInstances();
    },
    pause(next) {
      pausing.paused = next;
      since = markNow(clock);
      announce();
      pool.dispatch();
    },
    onChanged: (listener) => changed.on(listener),
    hopsNow,
    errors: ledger.errors.views,
    instances: () => instanceViews(clock, config, entry, pool),
    view: () =>
      runnerView({
        config,
        version: entry.version,
        phase,
        since: since.wallMs(),
        paused: pausing.paused,
        figures,
        own: ledger.own.values(),
        intake,
        pool,
        retries,
        late: late?.length ?? 0,
        failedEvents: deps.failed.counts().get(name) ?? 0,
        scratchBytes: scratch?.bytes ?? 0,
        lastError: faults.last,
      }),
  };
}
