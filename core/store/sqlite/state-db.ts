import { type CertificatesDb, createCertificatesDb } from './certificates-db.ts';
import { openDatabase, setUp } from './database.ts';
import { createDocumentsDb, type DocumentsDb } from './documents-db.ts';
import { createFiguresDb, type FiguresDb } from './figures-db.ts';
import { state0001 } from './migrations/0001-state.ts';
import { state0002 } from './migrations/0002-state.ts';

export const STATE_MIGRATIONS = [state0001, state0002];

/** Versions of the deployment, figures and delivery certificates, in `state.db` with `synchronous=FULL`. */
export interface StateDb {
  readonly documents: DocumentsDb;
  readonly figures: FiguresDb;
  readonly certificates: CertificatesDb;
  checkpoint(): void;
  close(): void;
}

/** Opens or makes the database. Throws `store/damaged`, `store/newer` or SQLite's own error. */
export function openStateDb(file: string, options: { readonly walPages: number }): StateDb {
  const db = openDatabase(file, { synchronous: 'FULL', migrations: STATE_MIGRATIONS, walPages: options.walPages });
  return setUp(db, file, () => ({
    documents: createDocumentsDb(db),
    figures: createFiguresDb(db),
    certificates: createCertificatesDb(db),
    checkpoint: () => void db.pragma('wal_checkpoint(PASSIVE)'),
    close: () => void db.close(),
  }));
}
