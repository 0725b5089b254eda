import type { Clock } from '../base/clock.ts';
import { GatewayError, toWire } from '../base/errors.ts';
import type { CallDesk } from './calls/call-desk.ts';
import type { SdkFault } from './calls/sdk-calls.ts';
import type { CarrierEnd, CarrierOptions, Isolation, StartCarrier } from './carrier/carrier.ts';
import { createDeadline } from './deadline.ts';
import { createFlight } from './flight.ts';
import { endOf, type Verdict } from './instance-end.ts';
import { EXTERNAL_LIMIT_MB, HEAP_LIMIT_MB, LAST_RESORT_MB } from './instance-limits.ts';
import type { FunctionInstance, InstanceListener, InstancePublish, InstanceUse } from './instance-seam.ts';
import type { Job } from './invocation.ts';
import { createLineLimit } from './line-limit.ts';
import { unpackOutbox } from './packing.ts';
import { CELL, type FromInstance, type InstanceFacts, type LogLine, type OutMessage, type ToInstance } from './protocol.ts';
import { createPublishing } from './publishing.ts';

const MB = 1024 * 1024;
const LOAD_TIMEOUT_MS = 10_000;
const BATCHES_IN_FLIGHT = 2;
/** With so many publishes that the router has not settled, an instance gets no new events. */
const MAX_UNSETTLED = 1000;
const LINES_PER_S = 200;
/** An instance that has said why it ends does so at once; what hangs in its last breath, or only says so, is ended. */
const LAST_WORDS_MS = 1000;
/** An instance that has work takes it within microseconds; a machine that is busy otherwise may need longer. */
const STUCK_MS = 1000;

export interface InstanceDeps {
  readonly clock: Clock;
  readonly listener: InstanceListener;
  readonly publish: InstancePublish;
  /** Calls a function that publishes a group; as of one time. */
  readonly together?: ((publishes: () => void) => void) | undefined;
  readonly desk: CallDesk;
  /** Starts what `options.isolation` names. */
  readonly carry: StartCarrier;
}
export interface InstanceOptions extends InstanceFacts, Pick<CarrierOptions, 'env' | 'scratch' | 'sandbox'> {
  readonly isolation: Isolation;
}

/** Starts an instance of a function, whatever carries it. Never throws: what goes wrong is told by `onEnd`. */
export function createInstance(deps: InstanceDeps, options: InstanceOptions): FunctionInstance {
  const { clock, listener } = deps;
  const { env, scratch, sandbox, isolation, ...data } = options;
  const flight = createFlight();
  const life = new AbortController();
  const toMain = clock.monotonic() - Number(process.hrtime.bigint()) / 1e6;
  let ready = false;
  let stopping = false;
  let verdict: Verdict | undefined;
  let sampling = false;
  let use: InstanceUse = { heapBytes: 0, externalBytes: 0, cpuMs: null };
  let last: Job | undefined;
  /** Monotonic ms at which it last told of an end, or got work. */
  let toldAt = 0;
  let cancelGrace: (() => void) | undefined;

  /** What an instance says is bounded there already; code that speaks past that is bounded here, and no other. */
  const toldLimit = createLineLimit(2 * LINES_PER_S, clock.monotonic);
  const limits = [createLineLimit(LINES_PER_S, clock.monotonic), createLineLimit(LINES_PER_S, clock.monotonic)] as const;
  const carrier = deps.carry(
    {
      data,
      env,
      scratch,
      sandbox,
      heapLimitMb: HEAP_LIMIT_MB(options.memoryMb) + (isolation === 'thread' ? LAST_RESORT_MB : 0),
    },
    {
      onMessage: receive,
      onOutput(stream, text) {
        const lines = stream === 'stdout' ? linesOf('info', text).flatMap(limits[0]) : linesOf('warn', text).flatMap(limits[1]);
        if (lines.length > 0) listener.onLog(lines);
      },
      onEnd: finish,
    },
  );
  const { cell } = carrier;
  const post = (message: ToInstance, transfer: readonly ArrayBuffer[] = []): void => carrier.send(message, transfer);
  const publishing = createPublishing({
    name: options.name,
    publish: deps.publish,
    together: deps.together ?? ((publishes) => publishes()),
    eventOf: (owner) => flight.at(owner),
    answer(first, count, refused) {
      post({ t: 'accepted', first, count, refused });
      listener.onRoom();
    },
    onRefused: listener.onRefused,
  });
  /** The first verdict counts: what follows it is only the instance's end. */
  function condemn(found: Verdict): void {
    verdict ??= { ...found, runningCell: found.runningCell ?? cell.load(CELL.running) };
    carrier.terminate();
  }
  /** It ends by itself now. */
  function lastWords(found: Verdict): void {
    verdict ??= found;
    cancelGrace ??= clock.after(LAST_WORDS_MS, carrier.terminate);
  }
  /** What the cell says counts only for a while: a process could write there what it likes. Ends that were told are hard to feign. */
  function progress(): string | undefined {
    if (flight.size === 0) return undefined;
    const silentMs = clock.monotonic() - toldAt;
    return silentMs > 2 * options.timeoutMs + STUCK_MS ? 'silent' : `${cell.load(CELL.running)} ${flight.head}`;
  }
  const deadline = createDeadline({
    clock,
    progress,
    limitMs: () => (cell.load(CELL.running) === 0 ? Math.max(STUCK_MS, options.timeoutMs) : options.timeoutMs),
    onOver: () => condemn({ kind: cell.load(CELL.running) === 0 ? 'stuck' : 'timeout' }),
  });
  const cancelLoad = clock.after(LOAD_TIMEOUT_MS, () => condemn({ kind: 'load-timeout' }));

  function takeOut(out: OutMessage): void {
    const { times, publishes } = unpackOutbox(out.bytes, out.count, out.publishes.count);
    if (out.logs.length > 0) {
      const lines = out.logs.flatMap(toldLimit);
      if (lines.length > 0) listener.onLog(lines);
    }
    if (out.metrics.length > 0) listener.onMetrics(out.metrics);
    const ended = flight.oldest(out.count);
    last = ended.at(-1) ?? last;
    if (publishes.length > 0) {
      publishing.take(out.publishes, publishes); // while their events are still there to be asked for hops and trace
      listener.onPublished(publishes.length);
    }
    const thrown = out.failures.length > 0 ? new Map(out.failures) : undefined;
    const results = out.results.length > 0 ? new Map(out.results) : undefined;
    let index = 0;
    for (const event of ended) {
      const startedAt = (times[index * 2] ?? 0) + toMain;
      listener.onEnded(event, startedAt, times[index * 2 + 1] ?? 0, thrown?.get(index), results?.get(index));
      index += 1;
    }
    flight.land(ended.length);
    if (ended.length === 0) return;
    toldAt = clock.monotonic();
    listener.onRoom();
  }
  /** Does what the function asks of the gateway, for the event that it handles. */
  function takeCall({ id, owner, method, input }: Extract<FromInstance, { t: 'call' }>): void {
    const event = owner < 0 ? undefined : flight.at(owner);
    const seen = event?.ticket?.watch?.seen;
    const facts = { function: options.name, hops: event?.hops ?? 0, traceId: event?.traceId, seen };
    deps.desk.take(method, input, facts, life.signal).then(
      (value) => answer(id, value, null),
      (cause: unknown) => answer(id, null, faultOf(cause)),
    );
  }
  function answer(id: number, value: unknown, fault: SdkFault | null): void {
    if (!life.signal.aborted) post({ t: 'answer', id, value, fault });
  }
  function receive(message: FromInstance): void {
    switch (message.t) {
      case 'out':
        takeOut(message);
        return;
      case 'call':
        takeCall(message);
        return;
      case 'ready':
        if (verdict || ready) return; // too late: it is being ended
        ready = true;
        cancelLoad();
        listener.onReady();
        return;
      case 'stopped':
        if (stopping) condemn({ kind: 'stopped', runningCell: 0 });
        return;
      case 'load-failed':
        lastWords({ kind: 'load-failed', thrown: message.thrown });
        return;
      case 'uncaught':
        lastWords({ kind: 'uncaught', thrown: message.thrown, ...(message.running ? {} : { runningCell: 0 }) });
        return;
      case 'memory':
        return; // the carrier's own business
    }
  }
  function finish(end: CarrierEnd): void {
    cancelLoad();
    cancelGrace?.();
    deadline.stop();
    life.abort();
    const judged = verdict ?? verdictOf(end);
    const wreck = flight.wreck(judged.runningCell ?? cell.load(CELL.running), cell.load(CELL.clean));
    listener.onEnd(endOf(judged, { ready, exitCode: end.exitCode, options, last, stopping }), wreck);
  }
  return {
    pid: carrier.pid,
    get ready() {
      return ready && verdict === undefined && !stopping;
    },
    hasRoom(batches = BATCHES_IN_FLIGHT) {
      return this.ready && flight.batches < batches && publishing.unsettled < MAX_UNSETTLED;
    },
    send(events) {
      if (flight.size === 0) toldAt = clock.monotonic();
      const batch = flight.load(events);
      post(batch, [batch.bytes]);
      deadline.begin();
    },
    stop(graceMs) {
      if (!stopping) {
        stopping = true;
        cell.store(CELL.stop, 1);
        if (!ready) condemn({ kind: 'stopped' });
        post({ t: 'stop' });
      }
      cancelGrace?.();
      cancelGrace = clock.after(graceMs, () => condemn({ kind: 'stopped' }));
    },
    scratchFull: () => condemn({ kind: 'scratch-full' }),
    sample() {
      if (sampling || !ready || verdict) return;
      sampling = true;
      void carrier.sample().then((found) => {
        sampling = false;
        if (!found) return;
        use = found;
        if (found.externalBytes > EXTERNAL_LIMIT_MB(options.memoryMb) * MB) condemn({ kind: 'buffers-full' });
        if (found.heapBytes > HEAP_LIMIT_MB(options.memoryMb) * MB) condemn({ kind: 'heap-full' });
      });
    },
    get use() {
      return use;
    },
    get inFlight() {
      return flight.size;
    },
    get oldest() {
      return flight.at(flight.head);
    },
  };
}

const verdictOf = ({ outOfMemory, cause }: CarrierEnd): Verdict =>
  outOfMemory ? { kind: 'heap-full' } : cause === undefined ? { kind: 'exited' } : { kind: 'broken', cause };

/** A refused call as data; a foreign error's text may hold what is none of a function's business. */
function faultOf(cause: unknown): SdkFault {
  const { code, message, details } = toWire(
    cause instanceof GatewayError ? cause : new GatewayError('gateway/internal', 'The call failed.'),
  );
  return { code, message, details };
}

const linesOf = (level: LogLine[0], text: string): LogLine[] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => [level, line.trimEnd()]);
