/** Sources whose number is kept one by one, the newest; for the others one number stands that none of them has passed. */
const KEEP = 2000;
/** Longer names are not worth a row. */
const NAME_MAX = 200;
/**
 * After a crash the saved numbers are some seconds old. Every source goes on so far above them that it cannot have given these
 * numbers before: more than one source can publish between two saves. The gap marks the crash; `custody` has none.
 */
const CRASH_JUMP = 1_000_000;

export interface StoredSource {
  /** `device:meter` */
  readonly source: string;
  readonly sequence: number;
}

/** The last sequence number of every source, over restarts: never the same one twice, never back. */
export interface Sequences {
  /** Figures of an earlier start, and what the outbox has stored last. */
  restore(figures: Readonly<Record<string, number>>, stored: readonly StoredSource[]): void;
  /** The number that this source gave last; it goes on above it. */
  last(source: string): number;
  /** This source gave its last number and is forgotten; whoever comes anew begins above it. */
  forget(source: string, sequence: number): void;
  /** `running`: the last numbers of this start. `clean`: nothing is published after this. */
  save(running: ReadonlyMap<string, number>, clean: boolean): Record<string, number>;
}

const PREFIX = 'sequence/';
const FLOOR = 'sequences/floor';
const CLEAN = 'sequences/clean';

export function createSequences(): Sequences {
  const known = new Map<string, number>();
  let floor = 0;

  function readFigures(figures: Readonly<Record<string, number>>): void {
    for (const [key, value] of Object.entries(figures)) {
      if (key.startsWith(PREFIX) && value >= 0) known.set(key.slice(PREFIX.length), value);
    }
    floor = figures[FLOOR] ?? 0;
  }
  return {
    restore(figures, stored) {
      readFigures(figures);
      let clean = figures[CLEAN] === 1;
      for (const { source, sequence } of stored) {
        if (sequence <= (known.get(source) ?? floor)) continue;
        // The outbox knows more than was saved: there was no orderly end.
        clean = false;
        known.set(source, sequence);
      }
      const first = figures[CLEAN] === undefined && known.size === 0;
      if (clean || first) return;
      for (const [source, sequence] of known) known.set(source, sequence + CRASH_JUMP);
      floor += CRASH_JUMP;
    },
    last: (source) => known.get(source) ?? floor,
    forget(source, sequence) {
      known.delete(source);
      floor = Math.max(floor, sequence);
    },
    save(running, clean) {
      // Those that have published in this start are the newest.
      for (const [source, sequence] of running) {
        known.delete(source);
        known.set(source, sequence);
      }
      for (const [source, sequence] of known) {
        if (known.size <= KEEP && source.length <= NAME_MAX) continue;
        known.delete(source);
        floor = Math.max(floor, sequence);
      }
      const figures: Record<string, number> = { [FLOOR]: floor, [CLEAN]: clean ? 1 : 0 };
      for (const [source, sequence] of known) figures[PREFIX + source] = sequence;
      return figures;
    },
  };
}
