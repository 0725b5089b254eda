import type { Job } from './invocation.ts';
import { packEvents } from './packing.ts';
import { type BatchMessage, type EventExtra, SERIALS, serialDistance } from './protocol.ts';

/** How the events that a dead instance still had divide. */
export interface Wreck {
  /** Ended well, but the instance could not tell any more. */
  readonly quiet: readonly Job[];
  /** Was being handled. */
  readonly culprit: Job | undefined;
  /** Not begun, or ended with something to tell that is lost: to be handled (again) by another instance, in this order. */
  readonly rest: readonly Job[];
}

/** What a batch says of those of its events that are more than messages: invoked, or tried again. */
function extrasOf(jobs: readonly Job[]): EventExtra[] {
  const extras: EventExtra[] = [];
  jobs.forEach(({ ticket }, index) => {
    if (!ticket) return;
    const { requestId = '', request, attempt } = ticket;
    const clientContext = request?.clientContext ?? null;
    extras.push({ index, requestId, clientContext, attempt, wantsResult: ticket.settle !== undefined });
  });
  return extras;
}

/** The events that are with one instance, oldest first, and their serials. */
export interface Flight {
  /** Adds events and packs them for the instance. */
  load(jobs: readonly Job[]): BatchMessage;
  /** The event of this serial, if it is still here. */
  at(serial: number): Job | undefined;
  oldest(count: number): readonly Job[];
  /** Takes the `count` oldest off. */
  land(count: number): void;
  /** `runningCell` and `cleanCell` as in `CELL`. Leaves nothing in flight. */
  wreck(runningCell: number, cleanCell: number): Wreck;
  readonly head: number;
  readonly size: number;
  /** Batches of which something is still in flight. */
  readonly batches: number;
}

export function createFlight(): Flight {
  let events: Job[] = [];
  let head = 0;
  let open: number[] = [];
  /** Where a cell's serial is in `events`, or -1. */
  function indexOf(cell: number): number {
    if (cell === 0) return -1;
    const index = serialDistance(cell - 1, head);
    return index >= 0 && index < events.length ? index : -1; // a process may write there what it likes
  }
  return {
    load(jobs) {
      const first = (head + events.length) % SERIALS;
      events = [...events, ...jobs];
      open.push(jobs.length);
      return { t: 'batch', first, ...packEvents(jobs), extras: extrasOf(jobs) };
    },
    at: (serial) => events[serialDistance(serial, head)],
    oldest: (count) => events.slice(0, count),
    land(count) {
      let left = Math.min(count, events.length);
      events = events.slice(left);
      head = (head + left) % SERIALS;
      while (left > 0 && open.length > 0) {
        const size = open[0] ?? 0;
        if (size > left) open[0] = size - left;
        else open.shift();
        left -= Math.min(size, left);
      }
    },
    wreck(runningCell, cleanCell) {
      const quietCount = indexOf(cleanCell) + 1;
      const running = indexOf(runningCell);
      const culprit = running >= quietCount ? events[running] : undefined;
      const rest = events.filter((_, index) => index >= quietCount && (culprit === undefined || index !== running));
      const quiet = events.slice(0, quietCount);
      head = (head + events.length) % SERIALS;
      events = [];
      open = [];
      return { quiet, culprit, rest };
    },
    get head() {
      return head;
    },
    get size() {
      return events.length;
    },
    get batches() {
      return open.length;
    },
  };
}
