import type { BatchConfig } from '../../contract/document/outbox.ts';
import { type Element, elementOf, packBatch } from './batch-format.ts';
import { createBatchShelf } from './batch-shelf.ts';
import { type Parcel, plainParcel, type Sender } from './parcels.ts';
import type { StreamReader } from './stream-reader.ts';

/** What of a stream is ready to be sent. */
export interface ParcelSource {
  /** The next parcel, or null while none is ready. */
  next(): Parcel | null;
  take(): void;
  /** The parcel was acknowledged, or all in it was buried. */
  done(parcel: Parcel): void;
  /** Makes smaller parcels of one that was refused; false where it holds a single message. */
  split(parcel: Parcel): boolean;
  /** At most so many messages to a parcel from now on. */
  cap(most: number): void;
  /** Nothing is read, held or packed any more. */
  readonly idle: boolean;
  /** When something is ready without any event, in steady ms; null: never. */
  dueAt(): number | null;
  /** Forgets what is read and held: begins with the reader anew. */
  restart(): void;
}

export function plainSource(sender: Sender, reader: StreamReader, idField: string | undefined): ParcelSource {
  let made: Parcel | null = null;
  return {
    next() {
      const entry = reader.head();
      // A live message may have come before it, and it may have expired.
      if (entry !== (made?.entries[0] ?? null)) made = entry ? plainParcel(sender, entry, idField) : null;
      return made;
    },
    take() {
      made = null;
      reader.shift();
    },
    done: () => {},
    split: () => false,
    cap: () => {},
    get idle() {
      return made === null && reader.ended;
    },
    dueAt: () => null,
    restart() {
      made = null;
      reader.restart();
    },
  };
}

/** Parcels that are packed ahead; packing runs off the main thread. */
const PACKED_AHEAD = 3;

export interface BatchSourceDeps {
  readonly sender: Sender;
  readonly reader: StreamReader;
  /** A parcel is ready. */
  changed(): void;
  /** Packing failed: the stream is to begin anew. */
  failed(cause: unknown): void;
}

export function batchSource({ sender, reader, changed, failed }: BatchSourceDeps, config: BatchConfig): ParcelSource {
  const shelf = createBatchShelf(config);
  /** Elements of the parcels that are out, for splitting; and what a split one still has to send, by topic. */
  const out = new Map<Parcel, readonly Element[]>();
  const parts = new Map<string, (readonly Element[])[]>();
  let ready: Parcel[] = [];
  let packing = 0;
  let most = Number.POSITIVE_INFINITY;
  let generation = 0;

  const topicOf = (elements: readonly Element[]): string => elements[0]?.entry.message.topic ?? '';
  function halves(elements: readonly Element[]): (readonly Element[])[] {
    const middle = Math.ceil(elements.length / 2);
    return [elements.slice(0, middle), elements.slice(middle)];
  }
  function packed(parcel: Parcel | null, elements: readonly Element[]): void {
    const [first] = elements;
    if (parcel === null && elements.length > 1) {
      queueParts(halves(elements));
      return;
    }
    // One message that is too large as an array: on its own it may fit.
    const whole = parcel ?? (first ? plainParcel(sender, first.entry, undefined) : null);
    if (whole === null) return;
    out.set(whole, elements);
    ready.push(whole);
    changed();
  }
  function startPacking(elements: readonly Element[]): void {
    const own = generation;
    packing += 1;
    packBatch(sender, elements, config.gzip).then(
      (parcel) => {
        if (own !== generation) return;
        packing -= 1;
        packed(parcel, elements);
      },
      (cause: unknown) => {
        if (own !== generation) return;
        packing -= 1;
        failed(cause);
      },
    );
  }
  /** Sends these one after the other before anything else of their topic. */
  function queueParts(pieces: readonly (readonly Element[])[]): void {
    const [first, ...rest] = pieces;
    if (!first) return;
    const topic = topicOf(first);
    parts.set(topic, [...rest, ...(parts.get(topic) ?? [])]);
    startPacking(first);
  }
  function nextOf(topic: string): void {
    const left = parts.get(topic);
    const next = left?.shift();
    if (next) startPacking(next);
    else {
      parts.delete(topic);
      shelf.free(topic);
    }
  }
  function fill(): void {
    while (!shelf.full) {
      const entry = reader.head();
      if (!entry) break;
      shelf.add(elementOf(sender, entry));
      reader.shift();
    }
    while (ready.length + packing < PACKED_AHEAD) {
      const elements = shelf.take(sender.steady(), reader.ended, most);
      if (!elements) return;
      startPacking(elements);
    }
  }
  return {
    next() {
      fill();
      return ready[0] ?? null;
    },
    take() {
      ready.shift();
    },
    done(parcel) {
      const elements = out.get(parcel);
      if (!elements) return;
      out.delete(parcel);
      nextOf(topicOf(elements));
    },
    split(parcel) {
      const elements = out.get(parcel);
      if (!elements || elements.length < 2) return false;
      out.delete(parcel);
      queueParts(halves(elements));
      return true;
    },
    cap(limit) {
      most = limit;
    },
    get idle() {
      return reader.ended && shelf.held === 0 && out.size === 0 && packing === 0;
    },
    // While more is being read, its arrival is the event.
    dueAt: () => (reader.ended && ready.length + packing < PACKED_AHEAD ? shelf.dueAt() : null),
    restart() {
      generation += 1;
      packing = 0;
      ready = [];
      out.clear();
      parts.clear();
      shelf.clear();
      reader.restart();
    },
  };
}
