import Database from 'better-sqlite3';

/**
 * Runs inside the machine that will be cut, beside the gateway's own test: SQLite alone with `synchronous=NORMAL`, which promises
 * nothing over a power cut. It must lose rows, or the cut proves nothing.   node control.ts <file>
 */
const db = new Database(process.argv[2] ?? 'control.db');
db.pragma('journal_mode = WAL');
db.pragma('synchronous = NORMAL');
db.exec('CREATE TABLE IF NOT EXISTS kept (n INTEGER PRIMARY KEY)');
const insert = db.prepare('INSERT INTO kept VALUES (?)');
for (let n = 1; ; n += 1) {
  insert.run(n);
  if (n % 20 === 0) {
    console.log(`ACK 0 ${n}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
