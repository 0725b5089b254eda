import type { Clock } from '../base/clock.ts';
import type { FunctionConfig } from '../contract/document/functions.ts';
import type { InstanceView } from '../contract/function-views.ts';
import type { BooksView, FunctionView } from '../contract/views.ts';
import type { Figures } from './figures.ts';
import type { Intake } from './intake.ts';
import type { Pool, Slot } from './pool.ts';
import type { Retries } from './retries.ts';

export type Phase = 'starting' | 'running' | 'restarting' | 'parked' | 'stopped';

export interface RunnerState {
  readonly config: FunctionConfig;
  readonly version: number;
  readonly phase: Phase;
  readonly since: number;
  readonly paused: boolean;
  readonly figures: Figures;
  readonly own: Readonly<Record<string, number>>;
  readonly intake: Intake;
  readonly pool: Pool;
  readonly retries: Retries;
  /** Events that go to the next version. */
  readonly late: number;
  readonly failedEvents: number;
  readonly scratchBytes: number;
  readonly lastError: FunctionView['lastError'];
}

const waitingOf = ({ intake, pool, retries, late }: RunnerState): number => intake.waiting + pool.inFlight + retries.size + late;

function booksOf(state: RunnerState): BooksView {
  const { figures, intake } = state;
  const dropped = Object.fromEntries(intake.dropped);
  const waiting = waitingOf(state);
  const lost = [...intake.dropped.values()].reduce((sum, count) => sum + count, 0);
  const out = figures.done;
  return { in: intake.entered, out, waiting, dropped, balanced: intake.entered === out + waiting + lost };
}

/** A stopped function has no state of its own: nobody shows it any more. */
function stateOf(phase: Phase, paused: boolean): FunctionView['state'] {
  if (paused && phase === 'running') return 'paused';
  return phase === 'stopped' ? 'parked' : phase;
}

const round = (value: number, steps: number): number => Math.round(value * steps) / steps;

/** Null only where none of the instances can tell. */
function cpuOf(slots: ReadonlySet<Slot>): number | null {
  const known = [...slots].flatMap(({ cpuPercent }) => (cpuPercent === null ? [] : [cpuPercent]));
  if (known.length === 0) return slots.size === 0 ? 0 : null;
  return round(
    known.reduce((sum, one) => sum + one, 0),
    10,
  );
}

/** What the console sees of a function. */
export function runnerView(state: RunnerState): FunctionView {
  const { config, figures, pool } = state;
  const ms = (q: number): number => round(figures.durations.quantile(q), 1000);
  const coldMs = (q: number): number => round(figures.cold.quantile(q), 10);
  return {
    id: config.name,
    name: config.name,
    description: config.description ?? '',
    state: stateOf(state.phase, state.paused),
    since: state.since,
    threads: pool.ready,
    lifetime: config.lifetime,
    isolation: config.isolation,
    concurrency: config.concurrency,
    version: state.version,
    throttles: figures.throttles,
    retries: state.retries.count,
    retrying: state.retries.size,
    failedEvents: state.failedEvents,
    cold: { count: figures.cold.count, p50: coldMs(0.5), p95: coldMs(0.95) },
    cpuPercent: cpuOf(pool.slots),
    scratchBytes: state.scratchBytes,
    metrics: { ...state.own },
    invocations: figures.invocations,
    invocationsPerS: round(figures.rate(), 10),
    failures: figures.failures,
    timeouts: figures.timeouts,
    restarts: figures.restarts,
    queue: waitingOf(state),
    queueSize: config.queue.size,
    published: figures.published,
    durationMs: { p50: ms(0.5), p95: ms(0.95), p99: ms(0.99) },
    heapBytes: pool.memoryBytes,
    memoryMb: config.memoryMb,
    timeoutMs: config.timeoutMs,
    lastError: state.lastError,
    books: booksOf(state),
  };
}

function instanceState({ instance, leaving, readyAt }: Slot): InstanceView['state'] {
  if (leaving || (readyAt !== undefined && instance?.ready === false)) return 'stopping';
  if (readyAt === undefined) return 'starting';
  return instance && instance.inFlight > 0 ? 'busy' : 'idle';
}

/** What the console sees of the instances of a function. */
export function instanceViews(
  clock: Clock,
  config: FunctionConfig,
  facts: { readonly version: number },
  pool: Pool,
): readonly InstanceView[] {
  return [...pool.slots].map((slot) => {
    const { instance, readyAt } = slot;
    const { oldest } = instance ?? {};
    return {
      id: `${config.name}/${slot.number}`,
      function: config.name,
      version: facts.version,
      isolation: config.isolation,
      pid: instance?.pid ?? null,
      state: instanceState(slot),
      startedAt: slot.since.wallMs(),
      coldMs: readyAt === undefined ? null : round(readyAt - slot.startedAt, 10),
      invocations: slot.invocations,
      inFlight: instance?.inFlight ?? 0,
      event: oldest ? { topic: oldest.topic, forMs: Math.round(clock.monotonic() - slot.usedAt) } : null,
      heapBytes: instance?.use.heapBytes ?? 0,
      externalBytes: instance?.use.externalBytes ?? 0,
      cpuPercent: slot.cpuPercent === null ? null : round(slot.cpuPercent, 10),
    };
  });
}
