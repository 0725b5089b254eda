import type { Clock } from '../base/clock.ts';
import { createHistogram, type Histogram } from '../base/histogram.ts';
import type { Metrics } from '../base/metrics.ts';

const SLOWEST_MS = 600_000;
const RATE_SPAN_MS = 5000;
const FADE_MS = 60_000;

/** Counts of one function since it was made. */
export interface Figures {
  /** Attempts that ended, well or not. */
  invocations: number;
  /** Events that are done with: they ended well, or are not tried again. */
  done: number;
  failures: number;
  timeouts: number;
  restarts: number;
  published: number;
  /** Events that the full queue refused or dropped. */
  throttles: number;
  /** How long instances took from the decision to start them until they were ready, ms. */
  readonly cold: Histogram;
  readonly durations: Histogram;
  /** Recent duration of an invocation in ms; what batches are sized by. */
  usualMs: number;
  /** Invocations a second over the last seconds. */
  rate(): number;
  /** Call it a few times a second. */
  tick(): void;
}

export function createFigures(clock: Clock): Figures {
  let marks: { at: number; count: number }[] = [{ at: clock.monotonic(), count: 0 }];
  let fadedAt = clock.monotonic();
  const figures: Figures = {
    invocations: 0,
    done: 0,
    failures: 0,
    timeouts: 0,
    restarts: 0,
    published: 0,
    throttles: 0,
    cold: createHistogram(0.1, SLOWEST_MS),
    durations: createHistogram(0.001, SLOWEST_MS),
    usualMs: 1,
    rate() {
      const first = marks[0];
      const spanMs = first ? clock.monotonic() - first.at : 0;
      return first && spanMs >= 100 ? ((figures.invocations - first.count) * 1000) / spanMs : 0;
    },
    tick() {
      const now = clock.monotonic();
      marks = [...marks.filter(({ at }) => now - at <= RATE_SPAN_MS), { at: now, count: figures.invocations }];
      if (now - fadedAt < FADE_MS) return;
      fadedAt = now;
      figures.durations.fade();
    },
  };
  return figures;
}

export interface Gauges {
  readonly queue: () => number;
  readonly memoryBytes: () => number;
  readonly threads: () => number;
  readonly retrying: () => number;
}

/** Shows a function's figures to Prometheus, label `function`. Returns their removal. */
export function exposeFigures(metrics: Metrics, name: string, figures: Figures, gauges: Gauges): () => void {
  const labels = { function: name };
  const gauge = (id: string, help: string, read: () => number, more = {}): (() => void) =>
    metrics.gauge(`gatehouse_function_${id}`, help, read, { ...labels, ...more });
  const quantiles = [0.5, 0.95, 0.99].map((q) =>
    gauge('duration_seconds', 'How long invocations take.', () => figures.durations.quantile(q) / 1000, { quantile: String(q) }),
  );
  const removals = [
    ...quantiles,
    gauge('queue', 'Events that wait for the function.', gauges.queue),
    gauge('memory_bytes', 'Memory in use by the instances of the function.', gauges.memoryBytes),
    gauge('threads', 'Instances that are ready.', gauges.threads),
    gauge('retrying', 'Events that wait for their next attempt.', gauges.retrying),
  ];
  return () => {
    for (const remove of removals) remove();
  };
}

/** The counters of one function; they go on over versions of the deployment. */
export function createCounters(metrics: Metrics, name: string) {
  const labels = { function: name };
  const counter = (id: string, help: string) => metrics.counter(`gatehouse_function_${id}_total`, help, labels);
  return {
    invocations: counter('invocations', 'Invocations that ended, well or not.'),
    failures: counter('failures', 'Invocations that failed.'),
    timeouts: counter('timeouts', 'Invocations that were ended at their deadline.'),
    restarts: counter('restarts', 'Instances that were replaced.'),
    throttles: counter('throttles', 'Events that a full queue refused or dropped.'),
    retries: counter('retries', 'Attempts beyond the first.'),
    coldStarts: counter('cold_starts', 'Instances that were started.'),
    published: counter('published', 'Messages that were published.'),
    dropped: (reason: string) =>
      metrics.counter('gatehouse_function_dropped_total', 'Events that were not handled.', { ...labels, reason }),
  };
}
export type Counters = ReturnType<typeof createCounters>;
