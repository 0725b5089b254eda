import { backoffDelay } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import type { FunctionFault } from './fault-book.ts';
import type { Job } from './invocation.ts';

/** An event between two attempts. */
export interface Retrying {
  /** With the ticket of its next attempt. */
  readonly job: Job;
  /** Why the last attempt failed. */
  readonly fault: FunctionFault;
}

/** Events of one function that failed and are tried again after a while. Bounded; they count as waiting. */
export interface Retries {
  /** Whether it will be tried again: not when its attempts are used up, or too many wait already. */
  offer(job: Job, fault: FunctionFault): boolean;
  /** Gives up waiting: all of them, in the order in which they failed. */
  clear(): readonly Retrying[];
  readonly size: number;
  /** Attempts beyond the first that were decided on. */
  readonly count: number;
}

export interface RetryOptions {
  /** Attempts beyond the first. */
  readonly count: number;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** How many may wait. */
  readonly room: number;
}
export interface RetryDeps {
  readonly clock: Clock;
  readonly random: () => number;
  onDue(job: Job): void;
}

/** Delays double from `firstDelayMs` up to `maxDelayMs`, half of each by chance. */
export function createRetries(deps: RetryDeps, options: RetryOptions): Retries {
  const { firstDelayMs, maxDelayMs } = options;
  const delays = { firstMs: firstDelayMs, maxMs: Math.max(firstDelayMs, maxDelayMs) };
  const waiting = new Map<Job, { readonly fault: FunctionFault; readonly cancel: () => void }>();
  let count = 0;
  return {
    offer(failed, fault) {
      const attempt = failed.ticket?.attempt ?? 1;
      if (attempt > options.count || waiting.size >= options.room) return false;
      const job: Job = { ...failed, ticket: { ...failed.ticket, attempt: attempt + 1 } };
      count += 1;
      const cancel = deps.clock.after(backoffDelay(delays, attempt, deps.random), () => {
        waiting.delete(job);
        deps.onDue(job);
      });
      waiting.set(job, { fault, cancel });
      return true;
    },
    clear() {
      const left = [...waiting].map(([job, { fault, cancel }]) => {
        cancel();
        return { job, fault };
      });
      waiting.clear();
      return left;
    },
    get size() {
      return waiting.size;
    },
    get count() {
      return count;
    },
  };
}
