import type { Logger } from '../base/log.ts';
import type { FailedEvents, StoredFailedEvent } from '../store/failed-events.ts';
import type { FunctionFault } from './fault-book.ts';
import type { Job } from './invocation.ts';

/** So many may wait for the store; what comes beyond is lost, and said so. */
const MOST_PENDING = 1000;
/** At most so much goes to the store at once. */
const BATCH = { events: 1000, bytes: 8 * 1_048_576 } as const;

type Letter = Omit<StoredFailedEvent, 'id'>;

/** The first of what is pending, as much as goes to the store at once. */
function takeBatch(pending: Letter[]): readonly Letter[] {
  let bytes = 0;
  const end = pending.findIndex(({ message }, index) => {
    bytes += message.payload.byteLength;
    return index > 0 && (index >= BATCH.events || bytes > BATCH.bytes);
  });
  return pending.splice(0, end < 0 ? pending.length : end);
}

/** Hands a function's dead letters to the store, in batches: while one is being written, the next gathers. */
export interface DeadLetters {
  add(job: Job, fault: FunctionFault): void;
  /**
   * What a function that stops had taken in and is not done with: all of it, however much. `fault`: why the last attempt failed, where
   * there was one; the job has the ticket of its next.
   */
  keep(job: Job, fault: FunctionFault | undefined): void;
  /** Resolves when all that was added is on disk, or lost. Never rejects. */
  settled(): Promise<void>;
}

export function createDeadLetters(
  deps: { readonly failed: Pick<FailedEvents, 'add'>; readonly log: Logger; now(): number },
  facts: { readonly name: string; readonly version: number },
): DeadLetters {
  const pending: Letter[] = [];
  let lost = 0;
  let writing: Promise<void> | undefined;

  async function write(): Promise<void> {
    while (pending.length > 0) {
      const batch = takeBatch(pending);
      await deps.failed.add(batch).catch((cause: unknown) => {
        deps.log.error('function.dead-letters-lost', { count: batch.length, cause });
      });
      if (lost > 0)
        deps.log.error('function.dead-letters-lost', { count: lost, message: 'they came faster than they are stored' });
      lost = 0;
    }
    writing = undefined;
  }
  function put({ ticket, ...message }: Job, { code, message: error, stack }: FunctionFault, attempts: number): void {
    const context = ticket?.request?.clientContext;
    pending.push({
      function: facts.name,
      version: facts.version,
      requestId: ticket?.requestId ?? null,
      context: context ? JSON.stringify(context) : null,
      message,
      attempts,
      code,
      error,
      stack,
      failedAt: deps.now(),
    });
    writing ??= Promise.resolve().then(write);
  }
  return {
    add(job, fault) {
      if (pending.length >= MOST_PENDING) lost += 1;
      else put(job, fault, job.ticket?.attempt ?? 1);
    },
    keep(job, fault) {
      const failed = fault ? `; the last attempt failed: ${fault.message}` : '';
      const message = `function "${facts.name}" was stopped before this event was done with${failed}`;
      put(job, { code: 'function/stopped', message, stack: fault?.stack ?? '' }, (job.ticket?.attempt ?? 1) - 1);
    },
    async settled() {
      await writing;
    },
  };
}
