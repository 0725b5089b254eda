import type { BatchConfig } from '../../contract/document/outbox.ts';
import type { Element } from './batch-format.ts';

/** Messages that wait for others of their topic. Bounded: `full` says when nothing more may be added. */
export interface BatchShelf {
  readonly full: boolean;
  readonly held: number;
  add(element: Element): void;
  /**
   * The oldest batch that is complete and whose topic is free, or null. `ended`: no more messages are to be had now, so that what has
   * waited long enough goes as it is. `steady` in ms, like the entries' `keptAt`.
   */
  take(steady: number, ended: boolean, most: number): readonly Element[] | null;
  /** The batch of this topic is done with; the next one may go. */
  free(topic: string): void;
  /** When the next batch has waited long enough, in steady ms; null: none waits for that. */
  dueAt(): number | null;
  clear(): void;
}

interface Open {
  readonly topic: string;
  readonly elements: Element[];
  bytes: number;
}

const MOST_HELD = 5000;
const MOST_BYTES = 4 * 1024 * 1024;

/** One batch of a topic is on its way at a time, so that the order of a topic holds whatever becomes of it. */
export function createBatchShelf(config: BatchConfig): BatchShelf {
  const maxBytes = Math.max(MOST_BYTES, config.bytes);
  const maxHeld = Math.max(MOST_HELD, config.messages);
  const waitMs = config.waitS * 1000;
  const topics = new Map<string, Open>();
  const busy = new Set<string>();
  let held = 0;
  let bytes = 0;

  const isFull = (): boolean => held >= maxHeld || bytes >= maxBytes;
  const keptAt = ({ elements }: Open): number => elements[0]?.entry.keptAt ?? 0;

  /** How many of its first messages make the next batch; they share the retain flag. */
  function cut({ elements }: Open, most: number): number {
    const retain = elements[0]?.entry.message.retain;
    let size = 1;
    let count = 0;
    for (const element of elements) {
      size += element.bytes;
      if (count > 0 && (count >= most || size > config.bytes || element.entry.message.retain !== retain)) break;
      count += 1;
    }
    return count;
  }
  function complete(open: Open, steady: number, ended: boolean, most: number): boolean {
    if (open.elements.length >= most || open.bytes >= config.bytes || isFull()) return true;
    return ended && steady - keptAt(open) >= waitMs;
  }
  return {
    get full() {
      return isFull();
    },
    get held() {
      return held;
    },
    add(element) {
      const { topic } = element.entry.message;
      const open = topics.get(topic) ?? { topic, elements: [], bytes: 1 };
      topics.set(topic, open);
      open.elements.push(element);
      open.bytes += element.bytes;
      held += 1;
      bytes += element.bytes;
    },
    take(steady, ended, cap) {
      const most = Math.min(cap, config.messages);
      for (const open of topics.values()) {
        if (busy.has(open.topic) || !complete(open, steady, ended, most)) continue;
        const taken = open.elements.splice(0, cut(open, most));
        const size = taken.reduce((sum, one) => sum + one.bytes, 0);
        open.bytes -= size;
        bytes -= size;
        held -= taken.length;
        topics.delete(open.topic);
        // What is left of it lines up behind the other topics.
        if (open.elements.length > 0) topics.set(open.topic, open);
        busy.add(open.topic);
        return taken;
      }
      return null;
    },
    free(topic) {
      busy.delete(topic);
    },
    dueAt() {
      let due: number | null = null;
      for (const open of topics.values()) {
        if (!busy.has(open.topic)) due = Math.min(due ?? Number.POSITIVE_INFINITY, keptAt(open) + waitMs);
      }
      return due;
    },
    clear() {
      topics.clear();
      busy.clear();
      held = 0;
      bytes = 0;
    },
  };
}
