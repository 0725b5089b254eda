import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { GatewayError } from '../../base/errors.ts';
import { openDatabase, setUp } from './database.ts';
import { createDiskGuard, type DiskGuard } from './disk-guard.ts';
import { createDocumentsDb, type DocumentsDb } from './documents-db.ts';
import { probeWritable, unwritable } from './faults.ts';
import { createFiguresDb, type FiguresDb } from './figures-db.ts';
import { type HistoryDb, openHistoryDb } from './history-db.ts';
import { lockDirectory } from './lock.ts';
import { state0001 } from './migrations/0001-state.ts';
import type { FromWorker, StoreConfig } from './protocol.ts';
import { openSpoolDb, type SpoolDb } from './spool-db.ts';

export const STATE_MIGRATIONS = [state0001];

/** All databases of one data directory, open. */
export interface Parts {
  readonly dir: string;
  readonly guard: DiskGuard;
  readonly history: HistoryDb;
  readonly documents: DocumentsDb;
  readonly figures: FiguresDb;
  /** Replaced by `reopenSpool`. */
  spool(): SpoolDb;
  reopenSpool(): void;
  /** Copies the write-ahead logs and gives a little room back. Returns whether more could be given. */
  tidy(): boolean;
  close(): void;
}

export interface EngineDeps {
  readonly now: () => number;
  readonly monotonic: () => number;
  readonly post: (message: FromWorker) => void;
}

function openHistory(dir: string, walPages: number, deps: EngineDeps, guard: DiskGuard): HistoryDb {
  const file = join(dir, 'history.db');
  try {
    return openHistoryDb(file, { walPages });
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 'store/damaged') throw error;
    const movedTo = `${file}.damaged-${deps.now()}`;
    renameSync(file, movedTo);
    for (const tail of ['-wal', '-shm']) {
      try {
        renameSync(file + tail, movedTo + tail);
      } catch {
        // a database that was closed well has neither
      }
    }
    guard.note(
      new GatewayError('store/damaged', `The history ${file} was damaged; it was moved to ${movedTo} and begins anew.`, {
        cause: error.cause,
        remedy: 'Keep the moved file for support. Nothing that waits for the cloud is affected.',
      }),
    );
    deps.post({ t: 'damaged-history', file, movedTo });
    return openHistoryDb(file, { walPages });
  }
}

interface StateDb {
  readonly documents: DocumentsDb;
  readonly figures: FiguresDb;
  checkpoint(): void;
  close(): void;
}

function openState(file: string, walPages: number): StateDb {
  const db = openDatabase(file, { synchronous: 'FULL', migrations: STATE_MIGRATIONS, walPages });
  return setUp(db, file, () => ({
    documents: createDocumentsDb(db),
    figures: createFiguresDb(db),
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
    const openSpool = (): SpoolDb => openSpoolDb(join(dir, 'spool.db'), { walPages });
    let spool = openWithRoom(openSpool, guard);
    opened.push({ close: () => spool.close() });
    const history = openWithRoom(() => openHistory(dir, walPages, deps, guard), guard);
    opened.push(history);
    const state = openWithRoom(() => openState(join(dir, 'state.db'), walPages), guard);
    opened.push(state);
    return {
      dir,
      guard,
      history,
      documents: state.documents,
      figures: state.figures,
      spool: () => spool,
      reopenSpool() {
        spool.close();
        spool = openSpool();
        spool.shrink(); // a log whose sync failed may hold pages that never reach the disk: begin a new one
      },
      tidy() {
        const more = spool.tidy();
        history.checkpoint();
        state.checkpoint();
        return more;
      },
      close: closeAll,
    };
  } catch (error) {
    closeAll();
    throw error;
  }
}
