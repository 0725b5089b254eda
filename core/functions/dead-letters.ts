import type { ErrorCode } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { FailedEvents, StoredFailedEvent } from '../store/failed-events.ts';
import type { Job } from './invocation.ts';

/** So many may wait for the store; what comes beyond is lost, and said so. */
const MOST_PENDING = 1000;

type Letter = Omit<StoredFailedEvent, 'id'>;

/** Hands a function's dead letters to the store, in batches: while one is being written, the next gathers. */
export interface DeadLetters {
  add(job: Job, fault: { readonly code: ErrorCode; readonly message: string; readonly stack: string }): void;
  /** Resolves when all that was added is on disk, or lost. Never rejects. */
  settled(): Promise<void>;
}

export function createDeadLetters(
  deps: { readonly failed: Pick<FailedEvents, 'add'>; readonly log: Logger; now(): number },
  facts: { readonly name: string; readonly version: number },
): DeadLetters {
  let pending: Letter[] = [];
  let lost = 0;
  let writing: Promise<void> | undefined;

  async function write(): Promise<void> {
    while (pending.length > 0) {
      const batch = pending;
      pending = [];
      await deps.failed.add(batch).catch((cause: unknown) => {
        deps.log.error('function.dead-letters-lost', { count: batch.length, cause });
      });
      if (lost > 0)
        deps.log.error('function.dead-letters-lost', { count: lost, message: 'they came faster than they are stored' });
      lost = 0;
    }
    writing = undefined;
  }
  return {
    add({ ticket, ...message }, { code, message: error, stack }) {
      if (pending.length >= MOST_PENDING) {
        lost += 1;
        return;
      }
      const context = ticket?.request?.clientContext;
      pending.push({
        function: facts.name,
        version: facts.version,
        requestId: ticket?.requestId ?? null,
        context: context ? JSON.stringify(context) : null,
        message,
        attempts: ticket?.attempt ?? 1,
        code,
        error,
        stack,
        failedAt: deps.now(),
      });
      writing ??= Promise.resolve().then(write);
    },
    async settled() {
      await writing;
    },
  };
}
