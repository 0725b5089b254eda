import { join } from 'node:path';
import Database from 'better-sqlite3';
import { readNumber } from '../../bench/mqtt-lite.ts';

export interface Kept {
  readonly count: number;
  /** For each client the numbers that are on the disk. */
  readonly numbers: readonly Set<number>[];
  readonly duplicates: number;
  /** Messages whose number is not above the one before it of the same client. */
  readonly outOfOrder: number;
  /** SQLite's own verdict. */
  readonly integrity: string;
}

/** What the spool of a copied data directory holds, read by SQLite itself and not by the gateway's code. */
export function keptNumbers(dataDir: string, clients: number): Kept {
  const db = new Database(join(dataDir, 'store/spool.db'));
  try {
    const integrity = String(db.pragma('integrity_check', { simple: true }));
    const numbers = Array.from({ length: clients }, () => new Set<number>());
    const last = new Map<number, number>();
    let count = 0;
    let duplicates = 0;
    let outOfOrder = 0;
    for (const row of db.prepare('SELECT topic, payload FROM entries ORDER BY id').raw().iterate()) {
      const [topic, payload] = row as [string, Buffer];
      const client = Number(topic.slice(topic.lastIndexOf('/') + 1));
      const number = readNumber(payload, 0);
      const seen = numbers[client];
      count += 1;
      if (seen?.has(number)) duplicates += 1;
      seen?.add(number);
      if (number <= (last.get(client) ?? 0)) outOfOrder += 1;
      last.set(client, number);
    }
    return { count, numbers, duplicates, outOfOrder, integrity };
  } finally {
    db.close();
  }
}
