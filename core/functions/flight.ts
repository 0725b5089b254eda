import type { Message } from '../contract/message.ts';
import { packPayloads } from './packing.ts';
import { type BatchMessage, SERIALS, serialDistance } from './protocol.ts';

/** How the events that a dead thread still had divide. */
export interface Wreck {
  /** Ended well, but the thread could not tell any more. */
  readonly quiet: readonly Message[];
  /** Was being handled. */
  readonly culprit: Message | undefined;
  /** Not begun, or ended with something to tell that is lost: to be handled (again) by another thread, in this order. */
  readonly rest: readonly Message[];
}

/** The events that are with one thread, oldest first, and their serials. */
export interface Flight {
  /** Adds events and packs them for the thread. */
  load(messages: readonly Message[]): BatchMessage;
  /** The event of this serial, if it is still here. */
  at(serial: number): Message | undefined;
  oldest(count: number): readonly Message[];
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
  let events: Message[] = [];
  let head = 0;
  let open: number[] = [];
  /** Where a cell's serial is in `events`, or -1. */
  function indexOf(cell: number): number {
    if (cell === 0) return -1;
    const index = serialDistance(cell - 1, head);
    return index < events.length ? index : -1;
  }
  return {
    load(messages) {
      const first = (head + events.length) % SERIALS;
      events = [...events, ...messages];
      open.push(messages.length);
      const topics: string[] = [];
      const sources: string[] = [];
      const payloads: Uint8Array[] = [];
      for (const message of messages) {
        topics.push(message.topic);
        sources.push(`${message.source.kind}:${message.source.id}`);
        payloads.push(message.payload);
      }
      return { t: 'batch', first, topics, sources, bytes: packPayloads(payloads) };
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
