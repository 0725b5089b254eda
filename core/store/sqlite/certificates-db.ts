import type { Database } from 'better-sqlite3';
import { asText } from './cells.ts';

/** A certificate as it is kept: its text is made and read outside the store's thread. */
export interface CertificateRow {
  readonly id: string;
  readonly state: string;
  readonly json: string;
}

/** The delivery certificates, in the state database. */
export interface CertificatesDb {
  put(row: CertificateRow): void;
  /** Texts, newest first. */
  list(): string[];
}

const KEPT = 500;

export function createCertificatesDb(db: Database): CertificatesDb {
  const put = db.prepare(
    `INSERT INTO certificates (id, state, json) VALUES (?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET state = excluded.state, json = excluded.json`,
  );
  const trim = db.prepare('DELETE FROM certificates WHERE n <= (SELECT max(n) FROM certificates) - ?');
  const list = db.prepare('SELECT json FROM certificates ORDER BY n DESC').pluck();
  const write = db.transaction((row: CertificateRow) => {
    put.run(row.id, row.state, row.json);
    trim.run(KEPT);
  });
  return {
    put: (row) => write.immediate(row),
    list: () => list.all().map(asText),
  };
}
