import type { Logger } from '../base/log.ts';
import type { FailedEvents, StoredFailedEvent } from '../store/failed-events.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { FunctionFault } from './fault-book.ts';
import type { Intake } from './intake.ts';
import type { Job } from './invocation.ts';
import { jobAgain } from './invoking.ts';

export interface LeftOversDeps {
  readonly failed: FailedEvents;
  readonly deadLetters: DeadLetters;
  readonly log: Logger;
  newId(): string;
  /** What it drops because the function stops comes back by `keep`. */
  readonly intake: Pick<Intake, 'drop' | 'inherit'>;
}

/** What a function that stops had taken in and is not done with: kept in the store, and gone on with at its next start. */
export interface LeftOvers {
  keep(job: Job): void;
  /** An event that would have another attempt, if the function did not stop; `job` has the ticket of that. */
  leave(job: Job, fault: FunctionFault): void;
  /** Takes in what an earlier start has left. Never rejects: what cannot be read now stays where it is. */
  resume(): Promise<void>;
}

/** As they came to the gateway; they were stored as they were let go of. */
function inOrder(events: readonly StoredFailedEvent[]): readonly StoredFailedEvent[] {
  const boots = [...new Set(events.map(({ message }) => message.at.bootId))];
  const order = ({ message: a }: StoredFailedEvent, { message: b }: StoredFailedEvent): number =>
    boots.indexOf(a.at.bootId) - boots.indexOf(b.at.bootId) || a.at.monoMs - b.at.monoMs || a.sequence - b.sequence;
  return events.toSorted(order);
}

export function createLeftOvers(deps: LeftOversDeps, name: string): LeftOvers {
  const faults = new Map<Job, FunctionFault>();
  return {
    keep: (job) => deps.deadLetters.keep(job, faults.get(job)),
    leave(job, fault) {
      faults.set(job, fault);
      deps.intake.drop([job], 'stopping');
      faults.delete(job);
    },
    async resume() {
      if ((deps.failed.counts().get(name) ?? 0) === 0) return;
      try {
        const left = await deps.failed.take(name, null, 'function/stopped');
        deps.intake.inherit(inOrder(left).map((event) => jobAgain(event, event.attempts + 1, deps.newId)));
      } catch (cause) {
        deps.log.error('function.left-not-resumed', { cause });
      }
    },
  };
}
