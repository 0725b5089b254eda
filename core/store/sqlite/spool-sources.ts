import type { Database } from 'better-sqlite3';
import { asNumber, asRow, asText } from './cells.ts';
import { createForgetting } from './spool-forgetting.ts';

/** The last numbers of one source, as they will stand after the commit that is being made. */
export interface SourceNumbers {
  readonly id: number;
  custody: number;
  sequence: number;
  changed: boolean;
}

/** Of one source: the last custody number and sequence, and where there is such the custody number above which it began. */
export interface SourceLast {
  readonly source: string;
  readonly custody: number;
  readonly sequence: number;
  readonly began?: number;
}

/** Custody numbers per source. What was used lately is kept in memory. */
export interface Sources {
  of(source: string): SourceNumbers;
  /** Writes what changed, as used at this steady time; part of the commit's transaction. */
  save(steadyMs: number): void;
  /** The transaction is committed. */
  keep(): void;
  /** The transaction failed: what is in memory is not on disk. `perhapsWritten`: unless its very end failed. */
  forget(perhapsWritten: boolean): void;
  all(): SourceLast[];
  /** Forgets some sources where there are too many; see `Forgetting.step`. Returns whether more can go. Not in a transaction. */
  prune(oldestKeptMs: number | null): boolean;
  /** What memory still knows, without a look at the disk: for when that is damaged. Never less than what was given out. */
  known(): KnownNumbers;
}

/** The last numbers by name of the source. */
export type KnownNumbers = ReadonlyMap<string, { readonly custody: number; readonly sequence: number }>;

/** The row of this name says above which number a source that is not in the table begins: others were forgotten, or lost by damage. */
export const UNLISTED = '';

/** Sources that are kept in memory, about 2 MB; the others are read again when they send. */
const MAX_CACHED = 10_000;

export function createSources(db: Database, most?: number): Sources {
  const find = db.prepare('SELECT id, custody, sequence FROM sources WHERE name = ?').raw();
  const add = db.prepare('INSERT INTO sources (name, custody, sequence, began) VALUES (?, ?, 0, ?)');
  const update = db.prepare('UPDATE sources SET custody = ?, sequence = ?, used_ms = ? WHERE id = ?');
  const list = db.prepare("SELECT name, custody, sequence, began FROM sources WHERE name <> '' ORDER BY id").raw();
  const forgetting = createForgetting(db, UNLISTED, most);
  const cached = new Map<string, SourceNumbers>();
  let nowMs = 0;
  /** What was in memory when a transaction failed; only for `known`. */
  const earlier = new Map<string, { custody: number; sequence: number }>();
  /** Each with the numbers it had before. */
  const changed: [numbers: SourceNumbers, custody: number, sequence: number][] = [];
  function known(): Map<string, { custody: number; sequence: number }> {
    const numbers = new Map(earlier);
    for (const [name, { custody, sequence }] of cached) {
      const other = numbers.get(name) ?? { custody, sequence };
      numbers.set(name, { custody: Math.max(custody, other.custody), sequence: Math.max(sequence, other.sequence) });
    }
    return numbers;
  }
  function load(source: string): SourceNumbers {
    const row = find.get(source);
    if (row === undefined) {
      const unlisted = find.get(UNLISTED);
      const custody = unlisted === undefined ? 0 : asNumber(asRow(unlisted)[1]);
      forgetting.added();
      return { id: Number(add.run(source, custody, custody).lastInsertRowid), custody, sequence: 0, changed: false };
    }
    const cell = asRow(row);
    return { id: asNumber(cell[0]), custody: asNumber(cell[1]), sequence: asNumber(cell[2]), changed: false };
  }
  return {
    of(source) {
      let numbers = cached.get(source);
      if (!numbers) {
        numbers = load(source);
        cached.set(source, numbers);
      }
      if (!numbers.changed) {
        numbers.changed = true;
        changed.push([numbers, numbers.custody, numbers.sequence]);
      }
      return numbers;
    },
    save(steadyMs) {
      nowMs = Math.max(nowMs, steadyMs);
      for (const [one] of changed) update.run(one.custody, one.sequence, steadyMs, one.id);
    },
    keep() {
      for (const [one] of changed.splice(0)) one.changed = false;
      if (cached.size <= MAX_CACHED) return;
      cached.clear();
      earlier.clear();
    },
    forget(perhapsWritten) {
      // What may stand on the disk all the same must not be given out again by who cannot read the disk.
      if (perhapsWritten) for (const [name, numbers] of known()) earlier.set(name, numbers);
      for (const [one, custody, sequence] of changed.splice(0)) Object.assign(one, { custody, sequence, changed: false });
      for (const [name, numbers] of known()) earlier.set(name, numbers);
      if (earlier.size > MAX_CACHED) earlier.clear();
      cached.clear();
      forgetting.recount();
    },
    known,
    all: () =>
      list.all().map((row) => {
        const cell = asRow(row);
        const began = asNumber(cell[3]);
        const last = { source: asText(cell[0]), custody: asNumber(cell[1]), sequence: asNumber(cell[2]) };
        return began === 0 ? last : { ...last, began };
      }),
    prune(oldestKeptMs) {
      const { forgotten, more } = forgetting.step(oldestKeptMs, nowMs);
      for (const name of forgotten) cached.delete(name);
      return more;
    },
  };
}
