import Database from 'better-sqlite3';

const PAYLOAD_BYTES = 200;

export interface Floor {
  /** Rows a second. */
  readonly perS: number;
  /** Of one commit. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** The database alone, committed to the disk in groups: nothing durable can be faster with it. */
export function floor(file: string, group: number, spanMs: number): Floor {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec('CREATE TABLE spool (id INTEGER PRIMARY KEY, topic TEXT NOT NULL, payload BLOB NOT NULL)');
  const insert = db.prepare('INSERT INTO spool (topic, payload) VALUES (?, ?)');
  const payload = Buffer.alloc(PAYLOAD_BYTES, 'x');
  const commit = db.transaction(() => {
    for (let i = 0; i < group; i += 1) insert.run('in/meter', payload);
  });
  const took: number[] = [];
  const began = performance.now();
  let rows = 0;
  for (let now = began; now - began < spanMs; rows += group) {
    commit();
    const then = performance.now();
    took.push(then - now);
    now = then;
  }
  const perS = (rows * 1000) / (performance.now() - began);
  db.close();
  took.sort((a, b) => a - b);
  const at = (share: number): number => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0;
  return { perS, p50Ms: at(0.5), p99Ms: at(0.99) };
}
