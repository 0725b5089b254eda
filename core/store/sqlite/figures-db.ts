import type { Database } from 'better-sqlite3';
import { asNumber, asRow, asText } from './cells.ts';

/** Numbers that survive a restart, in the state database. */
export interface FiguresDb {
  load(): Record<string, number>;
  /** Adds to what is there; a key that is not named keeps its value, null removes it. */
  save(figures: Readonly<Record<string, number | null>>): void;
}

export function createFiguresDb(db: Database): FiguresDb {
  const all = db.prepare('SELECT key, value FROM figures').raw();
  const put = db.prepare('INSERT INTO figures VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value');
  const remove = db.prepare('DELETE FROM figures WHERE key = ?');
  const save = db.transaction((figures: Readonly<Record<string, number | null>>) => {
    for (const [key, value] of Object.entries(figures)) {
      if (value === null) remove.run(key);
      else if (Number.isFinite(value)) put.run(key, value);
    }
  });
  return {
    load() {
      const figures: Record<string, number> = {};
      for (const found of all.all()) {
        const row = asRow(found);
        figures[asText(row[0])] = asNumber(row[1]);
      }
      return figures;
    },
    save: (figures) => save.immediate(figures),
  };
}
