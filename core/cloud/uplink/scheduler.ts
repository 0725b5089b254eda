import { PRIORITIES, type PriorityName } from '../../contract/document/outbox.ts';

/** Something that has a message to send. */
export interface Waiting {
  readonly name: string;
  readonly priority: PriorityName;
  /** Cost of its next message: about its bytes on the wire. */
  readonly cost: number;
}

/** Says who sends next. Pure: all it knows is what it was asked before. */
export interface Scheduler {
  /** One of `waiting`, which must not be empty; it is taken as sent. */
  next<T extends Waiting>(waiting: readonly T[]): T;
}

/** Of what a higher class sends, a lower one that waits is given this share. */
const SHARE: Readonly<Record<PriorityName, number>> = { high: 0, normal: 1 / 8, low: 1 / 32 };
/** Names that are remembered; streams come and go with the document. */
const NAMES_MAX = 500;

/**
 * High before normal before low; but for every byte of a higher class a lower one that waits is given a share of a byte, and has its
 * turn when that pays for its next message: it is never starved. Within a class the one that has sent least goes first.
 */
export function createScheduler(): Scheduler {
  const credit: Record<PriorityName, number> = { high: 0, normal: 0, low: 0 };
  /** Start-time fair queueing: where each one's next message begins at the earliest, and where its class has come to. */
  const begins = new Map<string, number>();
  const reached: Record<PriorityName, number> = { high: 0, normal: 0, low: 0 };

  function classOf(waiting: readonly Waiting[]): PriorityName {
    const least: Partial<Record<PriorityName, number>> = {};
    for (const { priority, cost } of waiting) least[priority] = Math.min(least[priority] ?? Number.POSITIVE_INFINITY, cost);
    const present = PRIORITIES.filter((priority) => least[priority] !== undefined);
    for (const priority of PRIORITIES) if (least[priority] === undefined) credit[priority] = 0;
    const [top = 'normal', ...lower] = present;
    // The lowest first: its share is the smallest, it must not wait for the credit of the class above it too.
    const due = lower.reverse().find((priority) => credit[priority] >= (least[priority] ?? 0));
    return due ?? top;
  }
  /** Of this class the one that has sent least; who was idle does not save up. */
  function within<T extends Waiting>(waiting: readonly T[], priority: PriorityName): T {
    let chosen: T | undefined;
    let begin = Number.POSITIVE_INFINITY;
    for (const one of waiting) {
      if (one.priority !== priority) continue;
      const at = Math.max(reached[priority], begins.get(one.name) ?? 0);
      if (at >= begin) continue;
      chosen = one;
      begin = at;
    }
    if (!chosen) throw new RangeError('nothing waits');
    if (begins.size >= NAMES_MAX) begins.clear();
    begins.set(chosen.name, begin + chosen.cost);
    reached[priority] = begin;
    return chosen;
  }
  return {
    next(waiting) {
      const [only] = waiting;
      if (only && waiting.length === 1) {
        credit.high = 0;
        credit.normal = 0;
        credit.low = 0;
        return only;
      }
      const priority = classOf(waiting);
      const found = within(waiting, priority);
      const rank = PRIORITIES.indexOf(priority);
      if (credit[priority] > 0) credit[priority] = Math.max(0, credit[priority] - found.cost);
      for (const lower of PRIORITIES.slice(rank + 1)) {
        if (waiting.some((one) => one.priority === lower)) credit[lower] += found.cost * SHARE[lower];
      }
      return found;
    },
  };
}
