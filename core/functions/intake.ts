import { GatewayError } from '../base/errors.ts';
import type { QueuePolicyName } from '../contract/document/queue-policy.ts';
import type { Job } from './invocation.ts';
import type { JobQueue } from './lanes.ts';

interface Blocked {
  readonly jobs: readonly Job[];
  /** How many of them are in the queue already. */
  entered: number;
  done(): void;
}

export type Refusing = 'function/parked' | 'gateway/stopping';
/** Why an event was dropped, as the books name it. */
export type DropReason = 'queue-full' | 'parked' | 'stopping' | 'cancelled';

/**
 * The bounded queue of one function, with the books' left side: what came in, what waits, what was dropped and why.
 * Full: `reject-newest` drops what does not fit, `drop-oldest` makes room at the front, `block-source` lets `deliver` wait.
 */
export interface Intake {
  /** As in `Sink.deliver`. Rejects with the code given to `refuse`; those events count as dropped. */
  deliver(batch: readonly Job[]): Promise<void> | undefined;
  /** One event of somebody who wants to know: throws `function/busy` when the queue is full, whatever its policy, or the refusal. */
  admit(job: Job): void;
  /** Up to `count` events that may begin. One that is watched comes alone. */
  take(count: number): readonly Job[];
  /** Events that were taken and not handled, back to the front in their order. */
  giveBack(events: readonly Job[]): void;
  /** An event that was taken is done with. */
  done(job: Job): void;
  /** Counts events that were taken as dropped. */
  drop(events: readonly Job[], reason: DropReason): void;
  /** What another version left, to the front; counts as come in. */
  inherit(jobs: readonly Job[]): void;
  /** Gives all that waits, oldest first, also what blocks its source (which is told that it was taken over), and counts it as never come. */
  handOver(): readonly Job[];
  /** Events that are with this version go to the next: they count as never come. */
  forget(count: number): void;
  /** Empties the queue and refuses what comes, with this code; null takes events again. */
  refuse(code: Refusing | null): void;
  readonly waiting: number;
  /** How many of them may begin now, at most. */
  readonly startable: number;
  readonly entered: number;
  readonly dropped: ReadonlyMap<DropReason, number>;
}

export interface IntakeOptions {
  readonly name: string;
  readonly whenFull: QueuePolicyName;
}
export interface IntakeDeps {
  readonly queue: JobQueue;
  onWork(): void;
  /** Never for nothing. `cause` is what a caller who waits is told. `kept`: they had been taken in before. */
  onDropped(jobs: readonly Job[], reason: DropReason, cause: GatewayError, kept: boolean): void;
}

const reasonOf = (error: GatewayError): DropReason => (error.code === 'function/parked' ? 'parked' : 'stopping');

export function createIntake(deps: IntakeDeps, { name, whenFull }: IntakeOptions): Intake {
  const { queue } = deps;
  const dropped = new Map<DropReason, number>();
  let blocked: Blocked[] = [];
  let entered = 0;
  let refusing: GatewayError | null = null;

  const faultOf = (reason: DropReason): GatewayError => {
    if (reason === 'queue-full') return new GatewayError('function/busy', `the queue of function "${name}" is full`);
    if (reason === 'cancelled') return new GatewayError('api/cancelled', `the invocation of function "${name}" was cancelled`);
    if (reason === 'parked') return new GatewayError('function/parked', `function "${name}" is parked after repeated failure`);
    return new GatewayError('gateway/stopping', `function "${name}" is being stopped`);
  };
  function count(jobs: readonly Job[], reason: DropReason, kept: boolean): void {
    if (jobs.length === 0) return;
    dropped.set(reason, (dropped.get(reason) ?? 0) + jobs.length);
    deps.onDropped(jobs, reason, faultOf(reason), kept);
  }
  function enter(job: Job): void {
    entered += 1;
    if (queue.push(job)) return;
    if (whenFull !== 'drop-oldest') {
      count([job], 'queue-full', false);
      return;
    }
    const oldest = queue.shift();
    queue.push(job);
    if (oldest) count([oldest], 'queue-full', true);
  }
  function admitBlocked(): void {
    for (let one = blocked[0]; one && !queue.full; one = blocked[0]) {
      for (let next = one.jobs[one.entered]; next && !queue.full; next = one.jobs[one.entered]) {
        enter(next);
        one.entered += 1;
      }
      if (one.entered < one.jobs.length) return;
      blocked.shift();
      one.done();
    }
  }
  /** The log lines and publishes of a watched event are told from those of others by its batch. */
  function alone(taken: readonly Job[]): readonly Job[] {
    if (taken.length === 1) return taken;
    const at = taken.findIndex(({ ticket }) => ticket?.watch?.seen);
    if (at < 0) return taken;
    const cut = Math.max(1, at);
    queue.unshift(taken.slice(cut));
    return taken.slice(0, cut);
  }
  return {
    deliver(batch) {
      if (refusing) {
        entered += batch.length;
        count(batch, reasonOf(refusing), false);
        return Promise.reject(refusing);
      }
      let wait: Promise<void> | undefined;
      if (whenFull === 'block-source' && (blocked.length > 0 || queue.size + batch.length > queue.capacity)) {
        wait = new Promise((done) => blocked.push({ jobs: batch, entered: 0, done }));
        admitBlocked();
      } else for (const job of batch) enter(job);
      deps.onWork();
      return wait;
    },
    admit(job) {
      if (refusing) throw refusing;
      if (blocked.length > 0 || queue.full) throw faultOf('queue-full');
      enter(job);
      deps.onWork();
    },
    take(wanted) {
      let taken = alone(queue.take(wanted));
      while (taken.length === 1 && taken[0]?.ticket?.watch?.withdrawn) {
        count(taken, 'cancelled', true);
        queue.done(taken[0]);
        taken = alone(queue.take(wanted));
      }
      if (blocked.length > 0) admitBlocked();
      return taken;
    },
    giveBack(events) {
      if (refusing) count(events, reasonOf(refusing), true);
      else if (events.length > 0) queue.unshift(events);
    },
    done: queue.done,
    drop: (events, reason) => count(events, reason, true),
    inherit(jobs) {
      entered += jobs.length;
      this.giveBack(jobs);
    },
    handOver() {
      const jobs = queue.clear();
      entered -= jobs.length;
      for (const one of blocked) {
        jobs.push(...one.jobs.slice(one.entered));
        one.done();
      }
      blocked = [];
      refusing = faultOf('stopping');
      return jobs;
    },
    forget(events) {
      entered -= events;
    },
    refuse(code) {
      if (code === null) {
        refusing = null;
        return;
      }
      refusing = faultOf(code === 'function/parked' ? 'parked' : 'stopping');
      count(queue.clear(), reasonOf(refusing), true);
      const left = blocked;
      blocked = [];
      for (const one of left) {
        const rest = one.jobs.slice(one.entered);
        entered += rest.length;
        count(rest, reasonOf(refusing), true);
        one.done();
      }
    },
    get waiting() {
      return queue.size;
    },
    get startable() {
      return queue.startable;
    },
    get entered() {
      return entered;
    },
    dropped,
  };
}
