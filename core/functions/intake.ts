import { GatewayError } from '../base/errors.ts';
import { createQueue } from '../base/queue.ts';
import type { QueuePolicyName } from '../contract/document/queue-policy.ts';
import type { Message } from '../contract/message.ts';

interface Blocked {
  readonly messages: readonly Message[];
  /** How many of them are in the queue already. */
  entered: number;
  done(): void;
}

export type Refusing = 'function/parked' | 'gateway/stopping';
/** Why an event was dropped, as the books name it. */
export type DropReason = 'queue-full' | 'parked' | 'stopping';

/**
 * The bounded queue of one function, with the books' left side: what came in, what waits, what was dropped and why.
 * Full: `reject-newest` drops what does not fit, `drop-oldest` makes room at the front, `block-source` lets `deliver` wait.
 */
export interface Intake {
  /** As in `Sink.deliver`. Rejects with the code given to `refuse`; those events count as dropped. */
  deliver(batch: readonly Message[]): Promise<void> | undefined;
  /** Up to `count` events from the front. */
  take(count: number): readonly Message[];
  /** Events that were taken and not handled, back to the front in their order. */
  giveBack(events: readonly Message[]): void;
  /** Counts events that were taken as dropped. */
  drop(events: readonly Message[], reason: DropReason): void;
  /** Empties the queue and refuses what comes, with this code; null takes events again. */
  refuse(code: Refusing | null): void;
  readonly waiting: number;
  readonly entered: number;
  readonly dropped: ReadonlyMap<DropReason, number>;
}

export interface IntakeOptions {
  readonly name: string;
  readonly size: number;
  readonly whenFull: QueuePolicyName;
}

export function createIntake(
  deps: { onWork(): void; onDropped(count: number, reason: DropReason): void },
  { name, size, whenFull }: IntakeOptions,
): Intake {
  const queue = createQueue<Message>(size);
  const dropped = new Map<DropReason, number>();
  let blocked: Blocked[] = [];
  let entered = 0;
  let refusing: GatewayError | null = null;

  function count(events: number, reason: DropReason): void {
    if (events === 0) return;
    dropped.set(reason, (dropped.get(reason) ?? 0) + events);
    deps.onDropped(events, reason);
  }
  const reasonOf = (error: GatewayError): DropReason => (error.code === 'function/parked' ? 'parked' : 'stopping');
  function enter(message: Message): void {
    entered += 1;
    if (queue.push(message)) return;
    if (whenFull === 'drop-oldest') {
      queue.shift();
      queue.push(message);
    }
    count(1, 'queue-full');
  }
  function admitBlocked(): void {
    for (let one = blocked[0]; one && !queue.full; one = blocked[0]) {
      for (let next = one.messages[one.entered]; next && !queue.full; next = one.messages[one.entered]) {
        enter(next);
        one.entered += 1;
      }
      if (one.entered < one.messages.length) return;
      blocked.shift();
      one.done();
    }
  }
  return {
    deliver(batch) {
      if (refusing) {
        entered += batch.length;
        count(batch.length, reasonOf(refusing));
        return Promise.reject(refusing);
      }
      let wait: Promise<void> | undefined;
      if (whenFull === 'block-source' && (blocked.length > 0 || queue.size + batch.length > queue.capacity)) {
        wait = new Promise((done) => blocked.push({ messages: batch, entered: 0, done }));
        admitBlocked();
      } else for (const message of batch) enter(message);
      deps.onWork();
      return wait;
    },
    take(wanted) {
      const taken = queue.take(wanted);
      if (blocked.length > 0) admitBlocked();
      return taken;
    },
    giveBack(events) {
      if (refusing) count(events.length, reasonOf(refusing));
      else if (events.length > 0) queue.unshift(events);
    },
    drop: (events, reason) => count(events.length, reason),
    refuse(code) {
      const what = code === 'function/parked' ? 'is parked after repeated failure' : 'is being stopped';
      refusing = code && new GatewayError(code, `function "${name}" ${what}`);
      if (!refusing) return;
      count(queue.clear().length, reasonOf(refusing));
      for (const one of blocked) {
        entered += one.messages.length - one.entered;
        count(one.messages.length - one.entered, reasonOf(refusing));
        one.done();
      }
      blocked = [];
    },
    get waiting() {
      return queue.size;
    },
    get entered() {
      return entered;
    },
    dropped,
  };
}
