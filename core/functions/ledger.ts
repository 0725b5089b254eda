import type { Clock } from '../base/clock.ts';
import { GatewayError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import type { Message } from '../contract/message.ts';
import type { Tracer } from '../router/tracer.ts';
import { createErrorGroups, type ErrorGroups } from './error-groups.ts';
import { createFaultBook, type FaultBook, type FunctionFault } from './fault-book.ts';
import { createCounters, createFigures, type Figures } from './figures.ts';
import type { Wreck } from './flight.ts';
import type { InstanceEnd, InstanceListener } from './instance-seam.ts';
import type { DropReason } from './intake.ts';
import { createOwnMetrics, type OwnMetrics } from './own-metrics.ts';
import type { ThrownText } from './protocol.ts';

/** One event that the machine held up says nothing of the next: it counts as so many usual ones. Slow ones in a row soon double what is usual. */
const OUTLIER = 20;
const LEAST_OUTLIER_MS = 0.25;

export interface LedgerDeps {
  readonly clock: Clock;
  /** Already under the function's name. */
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  onChanged(): void;
}

/** Writes down what happens to one function: figures, counters, traces, log lines, its newest fault and its groups of faults. */
export interface Ledger {
  readonly figures: Figures;
  readonly faults: FaultBook;
  readonly errors: ErrorGroups;
  readonly own: OwnMetrics;
  /** What an instance tells while it lives, but for its events. */
  readonly ears: Pick<InstanceListener, 'onPublished' | 'onRefused' | 'onLog' | 'onMetrics'>;
  /** An attempt has ended; `startedAt` is monotonic. */
  ended(event: Message, startedAt: number, durationMs: number, thrown: ThrownText | undefined): void;
  dropped(count: number, reason: DropReason, queueSize: number): void;
  /** Somebody who asked for an answer was sent away. */
  throttled(): void;
  /** An instance has ended that was not asked to: books the event that it handled, and those that it could not tell of. */
  wrecked(end: InstanceEnd, wreck: Wreck): void;
  /** It is one of the function's faults, though of no event. */
  fault(fault: FunctionFault, event: Message | undefined): void;
  started(coldMs: number): void;
  retried(): void;
  replaced(): void;
}

export function createLedger(deps: LedgerDeps, facts: { readonly name: string; readonly version: number }): Ledger {
  const { clock, log, tracer } = deps;
  const { name } = facts;
  const place = `function:${name}`;
  const figures = createFigures(clock);
  const counters = createCounters(deps.metrics, name);
  const faults = createFaultBook({ clock, log, onChanged: deps.onChanged });
  const errors = createErrorGroups(clock, facts);
  const own = createOwnMetrics(deps.metrics, name);

  function fault(found: FunctionFault, event: Message | undefined): void {
    faults.note(found, event);
    errors.note(found, event);
  }
  function countEnded(found: FunctionFault | undefined, event: Message): void {
    figures.invocations += 1;
    counters.invocations.add();
    if (!found) return;
    figures.failures += 1;
    counters.failures.add();
    fault(found, event);
  }
  function throttled(count: number): void {
    figures.throttles += count;
    counters.throttles.add(count);
  }
  return {
    figures,
    faults,
    errors,
    own,
    fault,
    ears: {
      onPublished(count) {
        figures.published += count;
        counters.published.add(count);
      },
      onRefused(topic, cause, event) {
        const code = cause instanceof GatewayError ? cause.code : 'gateway/internal';
        const message = `a message on topic "${topic}" was refused: ${cause instanceof Error ? cause.message : String(cause)}`;
        fault({ code, message, stack: '' }, event);
      },
      onLog(lines) {
        for (const [level, message] of lines) log[level]('function.log', { message });
      },
      onMetrics: own.take,
    },
    ended(event, startedAt, durationMs, thrown) {
      figures.durations.record(durationMs);
      if (figures.invocations === 0) figures.usualMs = Math.min(figures.usualMs, durationMs);
      figures.usualMs += (Math.min(durationMs, Math.max(LEAST_OUTLIER_MS, figures.usualMs * OUTLIER)) - figures.usualMs) * 0.05;
      countEnded(thrown, event);
      if (event.traceId === undefined) return;
      tracer.hop(event.traceId, 'function-started', place, event.topic, startedAt);
      tracer.hop(event.traceId, 'function-ended', place, thrown?.message ?? 'ok', startedAt + durationMs);
    },
    dropped(count, reason, queueSize) {
      counters.dropped(reason).add(count);
      faults.report('function.dropped', reason, { reason, count, queueSize });
      if (reason === 'queue-full') throttled(count);
    },
    throttled: () => throttled(1),
    wrecked(end, { quiet, culprit }) {
      for (const event of quiet) countEnded(undefined, event);
      if (end.kind === 'stopped') return;
      if (culprit) countEnded(end, culprit);
      else fault(end, end.last);
      if (culprit?.traceId !== undefined) tracer.hop(culprit.traceId, 'function-ended', place, end.message);
      if (end.kind !== 'timeout') return;
      figures.timeouts += 1;
      counters.timeouts.add();
    },
    started(coldMs) {
      figures.cold.record(coldMs);
      counters.coldStarts.add();
    },
    retried: () => counters.retries.add(),
    replaced() {
      figures.restarts += 1;
      counters.restarts.add();
    },
  };
}
