import type { Database } from 'better-sqlite3';
import { asNumber, asRow, asText } from './cells.ts';

/** Sources that are known, about 10 MB: clients with an id of their own at every connection would make more of them without end. */
const MAX_SOURCES = 100_000;
/** Rows that one step changes; with the look through the table that is some 20 ms. */
const STEP = 1000;

/** Keeps the table of sources within its bound. */
export interface Forgetting {
  /** A source was added. */
  added(): void;
  /** The transaction failed, so what was added may not be there. */
  recount(): void;
  /**
   * One step, a transaction of its own: forgets the sources that have not sent for the longest. One that comes again begins above every
   * number that a forgotten one ever had, so that none is used twice. Those that may have something waiting stay: `oldestKeptMs` is the
   * steady time of the oldest entry, null where none waits. `nowMs`: steady time of the last commit, 0 before the first.
   */
  step(oldestKeptMs: number | null, nowMs: number): { readonly forgotten: readonly string[]; readonly more: boolean };
}

export function createForgetting(db: Database, unlisted: string, most = MAX_SOURCES): Forgetting {
  const count = db.prepare('SELECT count(*) FROM sources WHERE name <> ?').pluck();
  const salvaging = db.prepare("SELECT 1 FROM salvage WHERE state = 'running'");
  // Rows from before their time was kept, or from a salvage: from now on it is.
  const date = db.prepare('UPDATE sources SET used_ms = ? WHERE id IN (SELECT id FROM sources WHERE used_ms = 0 LIMIT ?)');
  const idle = db
    .prepare(
      'SELECT id, name, custody, sequence FROM sources WHERE used_ms BETWEEN 1e-9 AND ? AND name <> ? ORDER BY used_ms LIMIT ?',
    )
    .raw();
  const raise = db.prepare(
    `INSERT INTO sources (name, custody, sequence, used_ms) VALUES (?, ?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET custody = max(custody, excluded.custody), sequence = max(sequence, excluded.sequence)`,
  );
  const remove = db.prepare('DELETE FROM sources WHERE id = ?');
  let listed: number | null = null;
  /** All that could go before this is gone; a look goes through the whole table. */
  let emptyUpTo = 0;
  const forget = db.transaction((before: number, nowMs: number, limit: number): { names: string[]; dated: number } => {
    const dated = date.run(nowMs, STEP).changes;
    const rows = idle.all(before, unlisted, limit).map(asRow);
    let [custody, sequence] = [0, 0];
    for (const [id, , itsCustody, itsSequence] of rows) {
      custody = Math.max(custody, asNumber(itsCustody));
      sequence = Math.max(sequence, asNumber(itsSequence));
      remove.run(asNumber(id));
    }
    if (rows.length > 0) raise.run(unlisted, custody, sequence, nowMs);
    return { names: rows.map(([, name]) => asText(name)), dated };
  });
  return {
    added() {
      if (listed !== null) listed += 1;
    },
    recount() {
      listed = null;
    },
    step(oldestKeptMs, nowMs) {
      listed ??= asNumber(count.get(unlisted));
      const before = oldestKeptMs === null ? nowMs : Math.min(nowMs, oldestKeptMs) - 1;
      if (listed <= most || before <= emptyUpTo || salvaging.get() !== undefined) return { forgotten: [], more: false };
      const { names, dated } = forget.immediate(before, nowMs, Math.min(STEP, listed - most));
      listed -= names.length;
      if (names.length === 0 && dated === 0) emptyUpTo = before;
      return { forgotten: names, more: listed > most && names.length + dated > 0 };
    },
  };
}
