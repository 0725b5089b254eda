import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SpoolPlan } from '../spool.ts';
import type { StoreCondition } from '../store.ts';
import type { CertificatesDb } from './certificates-db.ts';
import { createDiskGuard, type DiskGuard } from './disk-guard.ts';
import type { DocumentsDb } from './documents-db.ts';
import type { FailedEventsDb } from './failed-events-db.ts';
import { probeWritable, unwritable } from './faults.ts';
import type { FiguresDb } from './figures-db.ts';
import type { FunctionStateDb } from './function-state-db.ts';
import { HISTORY_MIGRATIONS, type HistoryDb, openHistoryDb } from './history-db.ts';
import { lockDirectory } from './lock.ts';
import { createMender, type Mender } from './mender.ts';
import type { DatabaseName } from './move-aside.ts';
import type { FromWorker, StoreConfig } from './protocol.ts';
import { createReplacements } from './replacements.ts';
import { openSessionsDb, SESSIONS_MIGRATIONS, type SessionsDb } from './sessions-db.ts';
import { openSlot, type Slot } from './slot.ts';
import { SPOOL_MIGRATIONS, type SpoolDb } from './spool-db.ts';
import { openSpoolSlot, type SpoolSlot } from './spool-slot.ts';
import { openStateDb, STATE_MIGRATIONS, type StateDb } from './state-db.ts';
import type { TestEventsDb } from './test-events-db.ts';

/** All databases of one data directory, open. */
export interface Parts {
  readonly dir: string;
  readonly guard: DiskGuard;
  history(): HistoryDb;
  documents(): DocumentsDb;
  figures(): FiguresDb;
  certificates(): CertificatesDb;
  functionState(): FunctionStateDb;
  failedEvents(): FailedEventsDb;
  testEvents(): TestEventsDb;
  sessions(): SessionsDb;
  spool(): SpoolDb;
  /** Closes the spool and opens it with a new log, because the disk may not have kept the old one. */
  reopenSpool(): void;
  /** Rules that hold for the spool, also after it was opened anew. */
  configureSpool(plan: SpoolPlan): void;
  /** Copies the write-ahead logs and gives a little room back. Returns whether more could be given. */
  tidy(): boolean;
  /** A database was found to be damaged: `heal` replaces it. */
  condemn(name: DatabaseName, cause: unknown): void;
  /** False for a database that is damaged, or could not be opened anew. */
  isWell(name: DatabaseName): boolean;
  /** Replaces a database where it is damaged, and opens it. Throws what the disk throws; the next call goes on from there. */
  heal(name: DatabaseName): void;
  readonly salvage: { report(): StoreCondition['salvage']; step(budgetMs: number): void };
  close(): void;
}

export interface EngineDeps {
  readonly now: () => number;
  readonly monotonic: () => number;
  readonly post: (message: FromWorker) => void;
}

interface Slots {
  readonly spool: SpoolSlot;
  readonly history: Slot<HistoryDb>;
  readonly state: Slot<StateDb>;
  readonly sessions: Slot<SessionsDb>;
}

const MIGRATIONS = {
  spool: SPOOL_MIGRATIONS,
  state: STATE_MIGRATIONS,
  history: HISTORY_MIGRATIONS,
  sessions: SESSIONS_MIGRATIONS,
};

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

/** Opens the databases one after the other; `opened` gets each at once, so that the caller can close them when a later one fails. */
function openSlots(
  dir: string,
  walPages: number,
  deps: EngineDeps,
  sound: <T>(name: DatabaseName, open: () => T) => T,
  opened: { close(): void }[],
): Slots {
  const fileOf = (name: DatabaseName): string => join(dir, `${name}.db`);
  function keep<S extends { close(): void }>(slot: S): S {
    opened.push(slot);
    return slot;
  }
  const slot = <T extends { close(): void }>(name: DatabaseName, open: (file: string, options: { walPages: number }) => T) =>
    keep(openSlot(() => sound(name, () => open(fileOf(name), { walPages }))));
  return {
    spool: keep(openSpoolSlot(fileOf('spool'), { ...deps, walPages, sound: (open) => sound('spool', open) })),
    history: slot('history', openHistoryDb),
    state: slot('state', openStateDb),
    sessions: slot('sessions', openSessionsDb),
  };
}

function createParts(dir: string, guard: DiskGuard, slots: Slots, mender: Mender, damaged: Map<DatabaseName, unknown>) {
  const { spool, history, state, sessions } = slots;
  return {
    dir,
    guard,
    history: history.get,
    documents: () => state.get().documents,
    figures: () => state.get().figures,
    certificates: () => state.get().certificates,
    functionState: () => state.get().functionState,
    failedEvents: () => state.get().failedEvents,
    testEvents: () => state.get().testEvents,
    sessions: sessions.get,
    spool: spool.get,
    configureSpool: spool.configure,
    reopenSpool() {
      spool.reopen();
      spool.get().shrink(); // a log whose sync failed may hold pages that never reach the disk: begin a new one
    },
    condemn: (name, cause) => void damaged.set(name, cause),
    isWell: (name) => slots[name].isOpen() && !damaged.has(name),
    heal(name) {
      if (damaged.has(name)) {
        const known = name === 'spool' ? spool.get().known() : undefined;
        slots[name].close();
        mender.replace(name, damaged.get(name), known);
      }
      slots[name].reopen();
    },
    salvage: { report: spool.report, step: spool.salvage },
    tidy() {
      const more = spool.get().tidy();
      history.get().checkpoint();
      state.get().checkpoint();
      sessions.get().checkpoint();
      return more;
    },
  } satisfies Omit<Parts, 'close'>;
}

/**
 * Makes the folder, locks it and opens everything. Throws `gateway/data-unwritable`, `gateway/already-running`, `store/damaged`,
 * `store/newer` or SQLite's own error, and has then closed what it opened.
 */
export function openParts(config: StoreConfig, deps: EngineDeps): Parts {
  const dir = makeFolder(config.dataDir);
  const { walPages, reserveBytes } = config;
  const opened: { close(): void }[] = [];
  const close = (): void => {
    for (const one of opened.splice(0).reverse()) one.close();
  };
  try {
    const lock = lockDirectory(dir, config.dataDir);
    opened.push({ close: () => lock.release() });
    const guard = createDiskGuard(dir, { reserveBytes, now: deps.now, onHealth: (health) => deps.post({ t: 'health', health }) });
    /** What is to be replaced. Opening a database may do it too. */
    const damaged = new Map<DatabaseName, unknown>();
    const mender = createMender(dir, createReplacements(MIGRATIONS, walPages), guard, {
      now: deps.now,
      tell(moved) {
        damaged.delete(moved.database);
        deps.post({ t: 'moved-aside', moved });
      },
    });
    const sound = <T>(name: DatabaseName, open: () => T): T => openWithRoom(() => mender.open(name, open), guard);
    const slots = openSlots(dir, walPages, deps, sound, opened);
    return { ...createParts(dir, guard, slots, mender, damaged), close };
  } catch (error) {
    close();
    throw error;
  }
}
