import type { GatewayError } from '../base/errors.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { FunctionFault } from './fault-book.ts';
import type { Wreck } from './flight.ts';
import type { InstanceEnd, InstanceListener } from './instance-seam.ts';
import type { DropReason } from './intake.ts';
import type { Job } from './invocation.ts';
import type { Ledger } from './ledger.ts';
import { brokenEnding, type Ending, ended, settle, thrownEnding } from './results.ts';

export interface JobEndsDeps {
  monotonic(): number;
  readonly ledger: Ledger;
  /** Absent: what has failed for good is only counted. */
  readonly deadLetters: DeadLetters | undefined;
  /** Where what a stopping function is not done with is kept. */
  keep(job: Job): void;
  readonly limits: { readonly timeoutMs: number; readonly memoryMb: number };
  readonly queueSize: number;
  /** Whether the event gets another attempt; it still waits then. */
  tryAgain(job: Job, fault: FunctionFault): boolean;
  /** The event is done with. */
  done(job: Job): void;
}

/** What becomes of an event when an attempt has ended: another attempt, an answer, a dead letter, or nothing more. */
export interface JobEnds {
  readonly ended: InstanceListener['onEnded'];
  /** Gives the events that are to be handled (again), in their order; the one that was cut off by a stop comes first. */
  wrecked(end: InstanceEnd, wreck: Wreck): { readonly cut: readonly Job[]; readonly rest: readonly Job[] };
  /** As in `IntakeDeps.onDropped`. */
  dropped(jobs: readonly Job[], reason: DropReason, cause: GatewayError, kept: boolean): void;
  /** No further attempt after this fault. */
  failedForGood(job: Job, fault: FunctionFault): void;
}

export function createJobEnds(deps: JobEndsDeps): JobEnds {
  const { ledger, limits, deadLetters } = deps;
  function over(job: Job): void {
    ledger.figures.done += 1;
    deps.done(job);
  }
  function failedForGood(job: Job, fault: FunctionFault): void {
    over(job);
    deadLetters?.add(job, fault);
  }
  /** Who waits for an answer gets it; it is theirs to try again. */
  function failed(job: Job, fault: FunctionFault, ending: () => Ending): void {
    if (job.ticket?.settle) {
      over(job);
      settle(job, ending());
    } else if (!deps.tryAgain(job, fault)) failedForGood(job, fault);
  }
  return {
    failedForGood,
    ended(job, startedAt, durationMs, thrown, result) {
      ledger.ended(job, startedAt, durationMs, thrown);
      if (thrown) {
        failed(job, thrown, () => thrownEnding(startedAt, durationMs, thrown));
        return;
      }
      over(job);
      if (job.ticket?.settle) settle(job, ended(startedAt, durationMs, result));
    },
    wrecked(end, wreck) {
      const { culprit, quiet, rest } = wreck;
      const now = deps.monotonic();
      ledger.wrecked(end, wreck);
      for (const job of quiet) {
        over(job);
        settle(job, ended(now, 0, undefined));
      }
      if (!culprit) return { cut: [], rest };
      if (end.kind === 'stopped') return { cut: [culprit], rest };
      failed(culprit, end, () => brokenEnding(end, culprit.ticket?.requestId ?? '', limits, now));
      return { cut: [], rest };
    },
    dropped(jobs, reason, cause, kept) {
      ledger.dropped(jobs.length, reason, deps.queueSize);
      for (const job of jobs) {
        job.ticket?.fail?.(cause);
        // What was taken over before must not be lost silently; what is refused now is its source's.
        if (!kept || job.ticket?.settle) continue;
        if (reason === 'parked') deadLetters?.add(job, { code: 'function/parked', message: cause.message, stack: '' });
        if (reason === 'stopping') deps.keep(job);
      }
    },
  };
}
