import { type CertificatesDb, createCertificatesDb } from './certificates-db.ts';
import { giveBack, openDatabase, setUp } from './database.ts';
import { createDocumentsDb, type DocumentsDb } from './documents-db.ts';
import { createFailedEventsDb, type FailedEventsDb } from './failed-events-db.ts';
import { createFiguresDb, type FiguresDb } from './figures-db.ts';
import { createFunctionStateDb, type FunctionStateDb } from './function-state-db.ts';
import { state0001 } from './migrations/0001-state.ts';
import { state0002 } from './migrations/0002-state.ts';
import { state0003 } from './migrations/0003-state.ts';
import { createTestEventsDb, type TestEventsDb } from './test-events-db.ts';

export const STATE_MIGRATIONS = [state0001, state0002, state0003];

/** Pages of failed events that are gone, per tidying. */
const GIVEN_BACK = 256;

/** Versions of the deployment, figures, delivery certificates and what is kept for functions, in `state.db` with `synchronous=FULL`. */
export interface StateDb {
  readonly documents: DocumentsDb;
  readonly figures: FiguresDb;
  readonly certificates: CertificatesDb;
  readonly functionState: FunctionStateDb;
  readonly failedEvents: FailedEventsDb;
  readonly testEvents: TestEventsDb;
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
    functionState: createFunctionStateDb(db),
    failedEvents: createFailedEventsDb(db),
    testEvents: createTestEventsDb(db),
    checkpoint() {
      giveBack(db, GIVEN_BACK);
      db.pragma('wal_checkpoint(PASSIVE)');
    },
    close: () => void db.close(),
  }));
}
