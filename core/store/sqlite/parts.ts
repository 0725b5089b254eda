import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SpoolPlan } from '../spool.ts';
import { type CertificatesDb, createCertificatesDb } from './certificates-db.ts';
import { openDatabase, setUp } from './database.ts';
import { createDiskGuard, type DiskGuard } from './disk-guard.ts';
import { createDocumentsDb, type DocumentsDb } from './documents-db.ts';
import { probeWritable, unwritable } from './faults.ts';
import { createFiguresDb, type FiguresDb } from './figures-db.ts';
import { HISTORY_MIGRATIONS, type HistoryDb, openHistoryDb } from './history-db.ts';
import { lockDirectory } from './lock.ts';
import { createMender } from './mender.ts';
import { state0001 } from './migrations/0001-state.ts';
import { state0002 } from './migrations/0002-state.ts';
import type { DatabaseName } from './move-aside.ts';
import type { FromWorker, StoreConfig } from './protocol.ts';
import { createReplacements } from './replacements.ts';
import { openSalvaging, type Salvaging } from './salvaging.ts';
import { openSessionsDb, SESSIONS_MIGRATIONS, type SessionsDb } from './sessions-db.ts';
import { openSpoolDb, SPOOL_MIGRATIONS, type SpoolDb } from './spool-db.ts';
import { spaceOf } from './spool-room.ts';

export const STATE_MIGRATIONS = [state0001, state0002];

/** All databases of one data directory, open. */
export interface Parts {
  readonly dir: string;
  readonly guard: DiskGuard;
  readonly history: HistoryDb;
  readonly documents: DocumentsDb;
  readonly figures: FiguresDb;
  readonly certificates: CertificatesDb;
  readonly sessions: SessionsDb;
  /** Replaced by `reopenSpool`. */
  spool(): SpoolDb;
  reopenSpool(): void;
  /** Rules that hold for the spool, also after it was opened anew. */
  configureSpool(plan: SpoolPlan): void;
  /** Copies the write-ahead logs and gives a little room back. Returns whether more could be given. */
  tidy(): boolean;
  /** Replaces a database by a new one because it is damaged. Throws what the disk throws; the next call tries again. */
  mend(name: DatabaseName, cause: unknown): void;
  /** What could not be replaced when it was tried. */
  broken(): ReadonlyMap<DatabaseName, unknown>;
  salvage: { report(): ReturnType<Salvaging['report']>; step(budgetMs: number): void };
  close(): void;
}

export interface EngineDeps {
  readonly now: () => number;
  readonly monotonic: () => number;
  readonly post: (message: FromWorker) => void;
}

interface StateDb {
  readonly documents: DocumentsDb;
  readonly figures: FiguresDb;
  readonly certificates: CertificatesDb;
  checkpoint(): void;
  close(): void;
}

function openState(file: string, walPages: number): StateDb {
  const db = openDatabase(file, { synchronous: 'FULL', migrations: STATE_MIGRATIONS, walPages });
  return setUp(db, file, () => ({
    documents: createDocumentsDb(db),
    figures: createFiguresDb(db),
    certificates: createCertificatesDb(db),
    checkpoint: () => void db.pragma('wal_checkpoint(PASSIVE)'),
    close: () => void db.close(),
  }));
}

/** Opening takes a little room too; on a full disk the reserve gives it, and what waits can be sent and removed. */
function openWithRoom<T>(open: () => T, guard: DiskGuard): T {
  try {
    return open();
  } catch (error) {
    if (guard.failed(error).code !== 'store/full') throw error;
    return open();
  }
}

function makeFolder(dataDir: string): string {
  const dir = join(dataDir, 'store');
  try {
    mkdirSync(dir, { recursive: true });
    probeWritable(dir);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : '';
    if (code !== 'ENOSPC') throw unwritable(dataDir, cause); // a full disk is worked on; see the guard
  }
  return dir;
}

/**
 * Makes the folder, locks it and opens everything. Throws `gateway/data-unwritable`, `gateway/already-running`, `store/damaged`,
 * `store/newer` or SQLite's own error, and has then closed what it opened.
 */
export function openParts(config: StoreConfig, deps: EngineDeps): Parts {
  const dir = makeFolder(config.dataDir);
  const opened: { close(): void }[] = [];
  const closeAll = (): void => {
    for (const one of opened.splice(0).reverse()) one.close();
  };
  try {
    const lock = lockDirectory(dir, config.dataDir);
    opened.push({ close: () => lock.release() });
    const guard = createDiskGuard(dir, {
      reserveBytes: config.reserveBytes,
      now: deps.now,
      onHealth: (health) => deps.post({ t: 'health', health }),
    });
    const { walPages } = config;
    const fileOf = (name: DatabaseName): string => join(dir, `${name}.db`);
    const migrations = {
      spool: SPOOL_MIGRATIONS,
      state: STATE_MIGRATIONS,
      history: HISTORY_MIGRATIONS,
      sessions: SESSIONS_MIGRATIONS,
    };
    const mender = createMender(dir, createReplacements(migrations, walPages), guard, {
      now: deps.now,
      tell: (moved) => deps.post({ t: 'moved-aside', moved }),
    });
    const openSound = <T>(name: DatabaseName, open: () => T): T => openWithRoom(() => mender.open(name, open), guard);
    let plan: SpoolPlan | null = null;
    const openSpoolOnly = (): SpoolDb => {
      const made = openSpoolDb(fileOf('spool'), { walPages, monotonic: deps.monotonic, space: spaceOf });
      if (plan) made.configure(plan);
      return made;
    };
    const openSpool = (): { spool: SpoolDb; salvaging: Salvaging } =>
      openSound('spool', () => {
        const made = openSpoolOnly();
        try {
          return { spool: made, salvaging: openSalvaging(fileOf('spool'), { walPages, migrations: SPOOL_MIGRATIONS }, deps) };
        } catch (error) {
          made.close();
          throw error;
        }
      });
    const openHistory = (): HistoryDb => openSound('history', () => openHistoryDb(fileOf('history'), { walPages }));
    const openTheState = (): StateDb => openSound('state', () => openState(fileOf('state'), walPages));
    const openSessions = (): SessionsDb => openSound('sessions', () => openSessionsDb(fileOf('sessions'), { walPages }));
    let { spool, salvaging } = openSpool();
    const closeSpool = (): void => {
      salvaging.close();
      spool.close();
    };
    opened.push({ close: closeSpool });
    let history = openHistory();
    opened.push({ close: () => history.close() });
    let state = openTheState();
    opened.push({ close: () => state.close() });
    let sessions = openSessions();
    opened.push({ close: () => sessions.close() });
    const broken = new Map<DatabaseName, unknown>();
    const reopen: Readonly<Record<DatabaseName, readonly [close: () => void, open: () => void]>> = {
      spool: [closeSpool, () => ({ spool, salvaging } = openSpool())],
      history: [() => history.close(), () => (history = openHistory())],
      state: [() => state.close(), () => (state = openTheState())],
      sessions: [() => sessions.close(), () => (sessions = openSessions())],
    };
    return {
      dir,
      guard,
      get history() {
        return history;
      },
      get documents() {
        return state.documents;
      },
      get figures() {
        return state.figures;
      },
      get certificates() {
        return state.certificates;
      },
      get sessions() {
        return sessions;
      },
      spool: () => spool,
      configureSpool(rules) {
        plan = rules;
        spool.configure(rules);
      },
      reopenSpool() {
        closeSpool();
        ({ spool, salvaging } = openSpool());
        spool.shrink(); // a log whose sync failed may hold pages that never reach the disk: begin a new one
      },
      mend(name, cause) {
        const [close, open] = reopen[name];
        broken.set(name, cause);
        const known = name === 'spool' ? spool.known() : undefined;
        close();
        mender.replace(name, cause, known);
        open();
        broken.delete(name);
      },
      broken: () => broken,
      salvage: {
        report: () => salvaging.report(),
        step(budgetMs) {
          salvaging.step(budgetMs);
          spool.close(); // its figures have changed under it
          spool = openSpoolOnly();
        },
      },
      tidy() {
        const more = spool.tidy();
        history.checkpoint();
        state.checkpoint();
        sessions.checkpoint();
        return more;
      },
      close: closeAll,
    };
  } catch (error) {
    closeAll();
    throw error;
  }
}
