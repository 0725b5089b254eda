import type { SpoolEntry } from '../../store/spool.ts';
import { sourceOf } from '../uplink/parcels.ts';

/** Up to which number all of a source is settled for sure: where the range of the next certificate begins. */
export interface DeliveredMarks {
  delivered(entries: readonly SpoolEntry[]): void;
  /** The spool is empty: all that was delivered, dropped or buried until now is settled. */
  drained(): void;
  /** The last settled number of a source; 0 where nothing is known. */
  of(source: string): number;
  /** All, as they are now. */
  all(): ReadonlyMap<string, number>;
  /** Nothing waits at all: these are the last numbers given, and all up to them is settled. */
  seed(lasts: Iterable<readonly [source: string, last: number]>): void;
  /** Those that changed since the last call, as figures; clients, which come and go, are left out. */
  changes(): Readonly<Record<string, number>>;
}

interface Mark {
  settled: number;
  highest: number;
  /** In which time between two empty spools `highest` was reached. */
  era: number;
}

const PREFIX = 'delivered/';
/** Clients come and go; one that is forgotten is answered for from its first number on, which is true as well. */
const SOURCES_MAX = 20_000;

/**
 * A source's messages may wait in several streams, so that the highest number delivered says nothing of the lower ones. What was
 * delivered before the spool was last empty is settled; a mark that is too low only makes a certificate say more than it must.
 */
export function createDeliveredMarks(saved: Readonly<Record<string, number>>): DeliveredMarks {
  const marks = new Map<string, Mark>();
  const changed = new Set<string>();
  let era = 1;
  for (const [name, settled] of Object.entries(saved)) {
    if (name.startsWith(PREFIX)) marks.set(name.slice(PREFIX.length), { settled, highest: settled, era: 0 });
  }
  const settledOf = (mark: Mark): number => (mark.era < era ? mark.highest : mark.settled);
  return {
    delivered(entries) {
      for (const entry of entries) {
        const source = sourceOf(entry);
        let mark = marks.get(source);
        if (!mark) {
          const [oldest] = marks.keys();
          if (marks.size >= SOURCES_MAX && oldest !== undefined) marks.delete(oldest);
          mark = { settled: 0, highest: 0, era };
          marks.set(source, mark);
        }
        if (mark.era < era) {
          mark.settled = mark.highest;
          mark.era = era;
        }
        if (entry.custody > mark.highest) mark.highest = entry.custody;
        changed.add(source);
      }
    },
    drained() {
      era += 1;
    },
    seed(lasts) {
      for (const [source, last] of lasts) {
        if (marks.size < SOURCES_MAX || marks.has(source)) marks.set(source, { settled: last, highest: last, era });
      }
    },
    of(source) {
      const mark = marks.get(source);
      return mark ? settledOf(mark) : 0;
    },
    all: () => new Map([...marks].map(([source, mark]) => [source, settledOf(mark)])),
    changes() {
      const figures: Record<string, number> = {};
      for (const source of changed) {
        const mark = marks.get(source);
        if (mark && !source.startsWith('client:')) figures[PREFIX + source] = settledOf(mark);
      }
      changed.clear();
      return figures;
    },
  };
}
