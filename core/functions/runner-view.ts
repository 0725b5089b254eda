import type { FunctionConfig } from '../contract/document/functions.ts';
import type { BooksView, FunctionView } from '../contract/views.ts';
import type { Figures } from './figures.ts';
import type { Intake } from './intake.ts';
import type { Pool } from './pool.ts';

export type Phase = 'starting' | 'running' | 'restarting' | 'parked' | 'stopped';

export interface RunnerState {
  readonly config: FunctionConfig;
  readonly phase: Phase;
  readonly since: number;
  readonly paused: boolean;
  readonly figures: Figures;
  readonly intake: Intake;
  readonly pool: Pool;
  readonly lastError: FunctionView['lastError'];
}

function booksOf({ figures, intake, pool }: RunnerState): BooksView {
  const dropped = Object.fromEntries(intake.dropped);
  const waiting = intake.waiting + pool.inFlight;
  const lost = [...intake.dropped.values()].reduce((sum, count) => sum + count, 0);
  const out = figures.invocations;
  return { in: intake.entered, out, waiting, dropped, balanced: intake.entered === out + waiting + lost };
}

/** A stopped function has no state of its own: nobody shows it any more. */
function stateOf(phase: Phase, paused: boolean): FunctionView['state'] {
  if (paused && phase === 'running') return 'paused';
  return phase === 'stopped' ? 'parked' : phase;
}

/** What the console sees of a function. */
export function runnerView(state: RunnerState): FunctionView {
  const { config, figures, intake, pool } = state;
  const ms = (q: number): number => Math.round(figures.durations.quantile(q) * 1000) / 1000;
  return {
    id: config.name,
    name: config.name,
    description: config.description ?? '',
    state: stateOf(state.phase, state.paused),
    since: state.since,
    threads: pool.ready,
    invocations: figures.invocations,
    invocationsPerS: Math.round(figures.rate() * 10) / 10,
    failures: figures.failures,
    timeouts: figures.timeouts,
    restarts: figures.restarts,
    queue: intake.waiting + pool.inFlight,
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
