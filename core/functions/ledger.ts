import type { Clock } from '../base/clock.ts';
import { GatewayError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import type { Message } from '../contract/message.ts';
import type { Tracer } from '../router/tracer.ts';
import { createFaultBook, type FaultBook, type FunctionFault } from './fault-book.ts';
import { createCounters, createFigures, type Figures } from './figures.ts';
import type { Wreck } from './flight.ts';
import type { DropReason } from './intake.ts';
import type { ThreadListener } from './thread.ts';
import type { ThreadEnd } from './thread-end.ts';

export interface LedgerDeps {
  readonly clock: Clock;
  /** Already under the function's name. */
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  onChanged(): void;
}

/** Writes down what happens to one function: figures, counters, traces, log lines, and its newest fault. */
export interface Ledger {
  readonly figures: Figures;
  readonly faults: FaultBook;
  /** What a thread tells while it lives. */
  readonly ears: Pick<ThreadListener, 'onEnded' | 'onPublished' | 'onRefused' | 'onLog'>;
  dropped(count: number, reason: DropReason, queueSize: number): void;
  /** A thread that was not asked to has ended: books the event that it handled, and those that it could not tell of. */
  wrecked(end: ThreadEnd, wreck: Wreck): void;
  replaced(): void;
}

export function createLedger(deps: LedgerDeps, name: string): Ledger {
  const { clock, log, tracer } = deps;
  const place = `function:${name}`;
  const figures = createFigures(clock);
  const counters = createCounters(deps.metrics, name);
  const faults = createFaultBook({ clock, log, onChanged: deps.onChanged });

  function countEnded(fault: FunctionFault | undefined, event: Message): void {
    figures.invocations += 1;
    counters.invocations.add();
    if (!fault) return;
    figures.failures += 1;
    counters.failures.add();
    faults.note(fault, event);
  }
  const ears: Ledger['ears'] = {
    onEnded(event, startedAt, durationMs, thrown) {
      figures.durations.record(durationMs);
      figures.usualMs += (durationMs - figures.usualMs) * 0.05;
      countEnded(thrown, event);
      if (event.traceId === undefined) return;
      tracer.hop(event.traceId, 'function-started', place, event.topic, startedAt);
      tracer.hop(event.traceId, 'function-ended', place, thrown?.message ?? 'ok', startedAt + durationMs);
    },
    onPublished(count) {
      figures.published += count;
      counters.published.add(count);
    },
    onRefused(topic, cause, event) {
      const code = cause instanceof GatewayError ? cause.code : 'gateway/internal';
      const message = `a message on topic "${topic}" was refused: ${cause instanceof Error ? cause.message : String(cause)}`;
      faults.note({ code, message, stack: '' }, event);
    },
    onLog(lines) {
      for (const [level, message] of lines) log[level]('function.log', { message });
    },
  };
  return {
    figures,
    faults,
    ears,
    dropped(count, reason, queueSize) {
      counters.dropped(reason).add(count);
      faults.report('function.dropped', reason, { reason, count, queueSize });
    },
    wrecked(end, { quiet, culprit }) {
      for (const event of quiet) countEnded(undefined, event);
      if (end.kind === 'stopped') return;
      if (culprit) countEnded(end, culprit);
      else faults.note(end, end.last);
      if (culprit?.traceId !== undefined) tracer.hop(culprit.traceId, 'function-ended', place, end.message);
      if (end.kind !== 'timeout') return;
      figures.timeouts += 1;
      counters.timeouts.add();
    },
    replaced() {
      figures.restarts += 1;
      counters.restarts.add();
    },
  };
}
