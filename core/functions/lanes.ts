import { createQueue } from '../base/queue.ts';
import type { FunctionConfig } from '../contract/document/functions.ts';
import type { Message } from '../contract/message.ts';
import type { Job } from './invocation.ts';

/** The events that wait for a function, and which of them may begin. */
export interface JobQueue {
  /** False, and nothing stored, when it is full. */
  push(job: Job): boolean;
  /** Takes the oldest of all, to drop it. */
  shift(): Job | undefined;
  /** Up to `count` events that may begin now. */
  take(count: number): Job[];
  /** Puts events that were taken, or another version left, back to the front in this order, also beyond the bound. */
  unshift(jobs: readonly Job[]): void;
  /** An event that was taken is done with: what waited for it may begin. */
  done(job: Job): void;
  /** All that wait, oldest first. */
  clear(): Job[];
  readonly size: number;
  /** How many may begin now, at most. */
  readonly startable: number;
  readonly full: boolean;
  readonly capacity: number;
}

/** The order in which they came, and nothing more. */
export function createPlainQueue(capacity: number): JobQueue {
  const queue = createQueue<Job>(capacity);
  return {
    push: queue.push,
    shift: queue.shift,
    take: queue.take,
    unshift: queue.unshift,
    done() {},
    clear: queue.clear,
    get size() {
      return queue.size;
    },
    get startable() {
      return queue.size;
    },
    get full() {
      return queue.full;
    },
    capacity,
  };
}

/** By what `orderBy` tells events apart; events with the same key are handled one after the other. */
export function keyOf(orderBy: NonNullable<FunctionConfig['orderBy']>): (message: Message) => string {
  if (orderBy === 'topic') return ({ topic }) => topic;
  if (orderBy === 'source') return ({ source }) => `${source.kind}:${source.id}`;
  return ({ topic }) => topic.split('/', orderBy.level + 1)[orderBy.level] ?? '';
}

interface Entry {
  readonly job: Job;
  /** Not waiting any more; left in `order` until it comes up there. */
  gone: boolean;
}
interface Lane {
  readonly entries: ReturnType<typeof createQueue<Entry>>;
  /** So many of its events were taken and are not done with. */
  held: number;
  /** It stands in `open`. */
  listed: boolean;
}
const SLACK = 64;

/**
 * Lanes by key; they take turns. What one `take` gives of a lane goes to one instance, in order; nothing more of it is given until all
 * of that is done with or given back. `most`: so many of one lane at once; 1 where a failed event is to hold up those behind it.
 */
export function createLanes(capacity: number, key: (message: Message) => string, most: number): JobQueue {
  const lanes = new Map<string, Lane>();
  const open = createQueue<Lane>(Number.POSITIVE_INFINITY);
  const order = createQueue<Entry>(Number.POSITIVE_INFINITY);
  let size = 0;

  function laneOf(job: Job): Lane {
    const name = key(job);
    const known = lanes.get(name);
    if (known) return known;
    const lane = { entries: createQueue<Entry>(Number.POSITIVE_INFINITY), held: 0, listed: false };
    lanes.set(name, lane);
    return lane;
  }
  function list(lane: Lane, first: boolean): void {
    if (lane.held > 0 || lane.listed) return;
    lane.listed = true;
    if (first) open.unshift([lane]);
    else open.push(lane);
  }
  /** What is gone must not pile up: in `order` where nothing is ever dropped, in `open` where nothing is ever taken. */
  function tidy(): void {
    if (order.size > size * 2 + SLACK) for (const entry of order.clear()) if (!entry.gone) order.push(entry);
    if (open.size <= size + SLACK) return;
    for (const lane of open.clear()) {
      if (lane.entries.size > 0) open.push(lane);
      else lane.listed = false;
    }
  }
  return {
    push(job) {
      if (size >= capacity) return false;
      const lane = laneOf(job);
      const entry = { job, gone: false };
      lane.entries.push(entry);
      order.push(entry);
      size += 1;
      list(lane, false);
      return true;
    },
    shift() {
      for (let entry = order.shift(); entry; entry = order.shift()) {
        if (entry.gone) continue;
        const lane = laneOf(entry.job);
        lane.entries.shift(); // the oldest of all is the oldest of its lane
        size -= 1;
        if (lane.entries.size === 0 && lane.held === 0) lanes.delete(key(entry.job));
        tidy();
        return entry.job;
      }
      return undefined;
    },
    take(count) {
      const taken: Job[] = [];
      const share = Math.min(most, Math.ceil(count / Math.max(1, open.size)));
      while (taken.length < count) {
        const lane = open.shift();
        if (!lane) break;
        lane.listed = false;
        for (const entry of lane.entries.take(Math.min(share, count - taken.length))) {
          entry.gone = true;
          lane.held += 1;
          taken.push(entry.job);
        }
      }
      size -= taken.length;
      tidy();
      return taken;
    },
    unshift(jobs) {
      const entries = jobs.map((job) => ({ job, gone: false }));
      order.unshift(entries);
      size += entries.length;
      for (const entry of entries.toReversed()) {
        const lane = laneOf(entry.job);
        lane.entries.unshift([entry]);
        lane.held = Math.max(0, lane.held - 1);
        list(lane, true);
      }
    },
    done(job) {
      const lane = lanes.get(key(job));
      if (!lane) return;
      lane.held = Math.max(0, lane.held - 1);
      if (lane.entries.size > 0) list(lane, false);
      else if (lane.held === 0) lanes.delete(key(job));
    },
    clear() {
      const left = order.clear().filter(({ gone }) => !gone);
      lanes.clear();
      open.clear();
      size = 0;
      return left.map(({ job }) => job);
    },
    get size() {
      return size;
    },
    get startable() {
      return open.size;
    },
    get full() {
      return size >= capacity;
    },
    capacity,
  };
}
