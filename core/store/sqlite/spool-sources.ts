import type { Database } from 'better-sqlite3';
import { asNumber, asRow, asText } from './cells.ts';

/** The last numbers of one source, as they will stand after the commit that is being made. */
export interface SourceNumbers {
  readonly id: number;
  custody: number;
  sequence: number;
  changed: boolean;
}

/** Custody numbers per source. What was used lately is kept in memory. */
export interface Sources {
  of(source: string): SourceNumbers;
  /** Writes what changed; part of the commit's transaction. */
  save(): void;
  /** The transaction failed: what is in memory is not on disk. */
  forget(): void;
  all(): { source: string; custody: number; sequence: number }[];
  /** What memory still knows, without a look at the disk: for when that is damaged. Never less than what was given out. */
  known(): KnownNumbers;
}

/** The last numbers by name of the source. */
export type KnownNumbers = ReadonlyMap<string, { readonly custody: number; readonly sequence: number }>;

/** After the table of sources was lost, the row of this name says where every source that is not in it begins. */
export const UNLISTED = '';

/** Sources that are kept in memory, about 2 MB; the others are read again when they send. */
const MAX_CACHED = 10_000;

export function createSources(db: Database): Sources {
  const find = db.prepare('SELECT id, custody, sequence FROM sources WHERE name = ?').raw();
  const add = db.prepare('INSERT INTO sources (name, custody, sequence) VALUES (?, ?, 0)');
  const update = db.prepare('UPDATE sources SET custody = ?, sequence = ? WHERE id = ?');
  const list = db.prepare("SELECT name, custody, sequence FROM sources WHERE name <> '' ORDER BY id").raw();
  const cached = new Map<string, SourceNumbers>();
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
      return { id: Number(add.run(source, custody).lastInsertRowid), custody, sequence: 0, changed: false };
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
    save() {
      for (const [one] of changed.splice(0)) {
        update.run(one.custody, one.sequence, one.id);
        one.changed = false;
      }
      if (cached.size <= MAX_CACHED) return;
      cached.clear();
      earlier.clear();
    },
    forget() {
      for (const [one, custody, sequence] of changed.splice(0)) Object.assign(one, { custody, sequence, changed: false });
      for (const [name, numbers] of known()) earlier.set(name, numbers);
      if (earlier.size > MAX_CACHED) earlier.clear();
      cached.clear();
    },
    known,
    all: () =>
      list.all().map((row) => {
        const cell = asRow(row);
        return { source: asText(cell[0]), custody: asNumber(cell[1]), sequence: asNumber(cell[2]) };
      }),
  };
}
