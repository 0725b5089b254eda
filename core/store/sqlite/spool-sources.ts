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
}

/** Sources that are kept in memory, about 2 MB; the others are read again when they send. */
const MAX_CACHED = 10_000;

export function createSources(db: Database): Sources {
  const find = db.prepare('SELECT id, custody, sequence FROM sources WHERE name = ?').raw();
  const add = db.prepare('INSERT INTO sources (name, custody, sequence) VALUES (?, 0, 0)');
  const update = db.prepare('UPDATE sources SET custody = ?, sequence = ? WHERE id = ?');
  const list = db.prepare('SELECT name, custody, sequence FROM sources ORDER BY id').raw();
  const cached = new Map<string, SourceNumbers>();
  const changed: SourceNumbers[] = [];
  function load(source: string): SourceNumbers {
    const row = find.get(source);
    if (row === undefined) return { id: Number(add.run(source).lastInsertRowid), custody: 0, sequence: 0, changed: false };
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
        changed.push(numbers);
      }
      return numbers;
    },
    save() {
      for (const one of changed.splice(0)) {
        update.run(one.custody, one.sequence, one.id);
        one.changed = false;
      }
      if (cached.size > MAX_CACHED) cached.clear();
    },
    forget() {
      changed.length = 0;
      cached.clear();
    },
    all: () =>
      list.all().map((row) => {
        const cell = asRow(row);
        return { source: asText(cell[0]), custody: asNumber(cell[1]), sequence: asNumber(cell[2]) };
      }),
  };
}
