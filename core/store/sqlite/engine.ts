import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { GatewayError } from '../../base/errors.ts';
import type { Message } from '../../contract/message.ts';
import { openDatabase, setUp } from './database.ts';
import { createDiskGuard, type DiskGuard } from './disk-guard.ts';
import { createDocumentsDb, type DocumentsDb } from './documents-db.ts';
import { probeWritable, toStoreError, unwritable } from './faults.ts';
import { toFault } from './faults-wire.ts';
import { createFiguresDb, type FiguresDb } from './figures-db.ts';
import { type HistoryDb, openHistoryDb } from './history-db.ts';
import { lockDirectory } from './lock.ts';
import { state0001 } from './migrations/0001-state.ts';
import { packMessages, unpackMessages } from './packing.ts';
import type { CallName, Committed, FromWorker, Input, Opened, Output, PackedPage, Request, StoreConfig } from './protocol.ts';
import { openSpoolDb, type SpoolDb } from './spool-db.ts';

export const STATE_MIGRATIONS = [state0001];

/** All that the store's thread does, without the thread. */
export interface Engine {
  /** Answers one call; throws a `GatewayError`. */
  handle<C extends CallName>(request: Request<C>): Output<C>;
  close(): void;
}

interface Parts {
  readonly dir: string;
  readonly guard: DiskGuard;
  readonly history: HistoryDb;
  readonly documents: DocumentsDb;
  readonly figures: FiguresDb;
  /** Replaced after a fault: SQLite's view of a file whose write failed is not to be trusted. */
  spool(): SpoolDb;
  reopenSpool(): void;
  checkpoint(): void;
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

function openParts(config: StoreConfig, deps: EngineDeps): Parts {
  const dir = join(config.dataDir, 'store');
  try {
    mkdirSync(dir, { recursive: true });
    probeWritable(dir);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : '';
    if (code !== 'ENOSPC') throw unwritable(config.dataDir, cause); // a full disk is worked on; see the guard
  }
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
      },
      checkpoint() {
        spool.checkpoint();
        history.checkpoint();
        state.checkpoint();
      },
      close: closeAll,
    };
  } catch (error) {
    closeAll();
    throw error;
  }
}

const NONE: readonly number[] = [];

function commit(parts: Parts, input: Input<'commit'>, deps: EngineDeps): Committed {
  const began = deps.monotonic();
  const { guard } = parts;
  const append: Message[] = input.append ? unpackMessages(input.append) : [];
  const ack = input.ack ?? NONE;
  let firstId = 0;
  let appendFault: Committed['appendFault'] = null;
  let ackFault: Committed['ackFault'] = null;
  function attempt(messages: readonly Message[], ids: ArrayLike<number>): GatewayError | null {
    try {
      if (messages.length > 0) guard.admit();
      const { state } = guard.health();
      if (state === 'failed' || state === 'read-only') parts.reopenSpool();
      firstId = parts.spool().commit(messages, ids);
      guard.worked();
      return null;
    } catch (error) {
      return guard.failed(error);
    }
  }
  let fault = attempt(append, ack);
  if (fault && append.length > 0) {
    appendFault = toFault(fault);
    firstId = 0;
    // what failed released the reserve: there is room for removing, and only for that
    fault = ack.length > 0 ? attempt([], ack) : null;
  }
  if (fault) ackFault = toFault(fault);
  else if (ack.length > 0 && guard.health().state === 'full') makeRoom(parts);
  return { firstId, appendFault, ackFault, stats: parts.spool().stats(), tookMs: deps.monotonic() - began };
}

/** On a full disk the room of acknowledged messages goes back to the disk at once, so that appends can begin again. */
function makeRoom(parts: Parts): void {
  try {
    parts.spool().shrink();
  } catch (error) {
    parts.guard.failed(error);
  }
}

function peek(parts: Parts, ask: Input<'peek'>): PackedPage {
  const entries = parts.spool().peek(ask.after, ask.limit, ask.maxBytes);
  return { ids: Float64Array.from(entries, (entry) => entry.id), messages: packMessages(entries.map((entry) => entry.message)) };
}

function probe(parts: Parts): void {
  const { guard } = parts;
  if (guard.health().state === 'full') {
    makeRoom(parts);
    guard.recover();
    return;
  }
  if (guard.health().state === 'ok') return;
  parts.reopenSpool();
  parts.spool().commit([], NONE);
  guard.worked();
}

/** Answers calls on the databases. Nothing is open until the call `open`. */
export function createEngine(deps: EngineDeps): Engine {
  let parts: Parts | null = null;
  const need = (): Parts => {
    if (!parts) throw new GatewayError('store/closed', 'The store is closed.');
    return parts;
  };
  /** Runs a write whose failure may be the disk's. */
  function guarded<T>(work: (open: Parts) => T): T {
    const open = need();
    try {
      return work(open);
    } catch (error) {
      throw open.guard.failed(error);
    }
  }
  /** History that fails harms nobody else, unless it is the disk that is full. */
  function withHistory<T>(work: (history: HistoryDb) => T): T {
    const { guard, history, dir } = need();
    try {
      return work(history);
    } catch (error) {
      const told = toStoreError(error, dir);
      throw told.code === 'store/full' ? guard.failed(error) : told;
    }
  }
  function close(): void {
    const open = parts;
    parts = null;
    if (!open) return;
    try {
      open.checkpoint();
    } catch {
      // what is committed is in the write-ahead log; the next start copies it
    }
    open.close();
  }
  const handlers: { [K in CallName]: (input: Input<K>) => Output<K> } = {
    open(config): Opened {
      close();
      parts = openParts(config, deps);
      return { spool: parts.spool().stats(), health: parts.guard.health() };
    },
    commit: (input) => commit(need(), input, deps),
    peek: (ask) => guarded((open) => peek(open, ask)),
    record: (packed) => {
      const full = need().guard.health().state === 'full'; // the room that is left belongs to the spool
      if (full) throw new GatewayError('store/full', 'The disk is full; the history waits.');
      return withHistory((history) => history.record(unpackMessages(packed)));
    },
    trend: (ask) => withHistory((history) => history.trend(ask)),
    prune: (limits) => withHistory((history) => history.prune(limits)),
    'documents.list': () => guarded((open) => open.documents.list()),
    'documents.get': ({ version }) => guarded((open) => open.documents.get(version)),
    'documents.running': () => guarded((open) => open.documents.running()),
    'documents.add': (version) => guarded((open) => open.documents.add(version)),
    'documents.mark': ({ version, state }) =>
      guarded((open) => {
        open.documents.mark(version, state);
        return null;
      }),
    'figures.load': () => guarded((open) => open.figures.load()),
    'figures.save': (figures) =>
      guarded((open) => {
        open.figures.save(figures);
        return null;
      }),
    probe: () =>
      guarded((open) => {
        probe(open);
        return open.guard.health();
      }),
    tidy: () =>
      guarded((open) => {
        open.checkpoint();
        return null;
      }),
    close: () => {
      close();
      return null;
    },
  };
  return { handle: (request) => handlers[request.t](request.input), close };
}
