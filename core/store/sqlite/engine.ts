import { GatewayError } from '../../base/errors.ts';
import { damaged } from './database.ts';
import { toStoreError } from './faults.ts';
import { createFunctionCalls } from './function-calls.ts';
import type { HistoryDb } from './history-db.ts';
import { isDamaged } from './mender.ts';
import type { DatabaseName } from './move-aside.ts';
import { type PackedMessages, unpackMessages } from './packing.ts';
import { type EngineDeps, openParts, type Parts } from './parts.ts';
import type { CallName, Input, Opened, Output, Recorded, Request } from './protocol.ts';
import { createSpoolCalls, makeRoom } from './spool-calls.ts';

/** All that the store's thread does, without the thread. */
export interface Engine {
  /** Answers one call; throws a `GatewayError`, or an error of SQLite where opening failed. */
  handle<C extends CallName>(request: Request<C>): Output<C>;
  close(): void;
}

/** While the disk is short of room, what is left belongs to the spool. */
const isShort = (parts: Parts): boolean => parts.guard.health().state === 'full' || parts.spool().short() !== null;

function probe(parts: Parts, deps: EngineDeps): void {
  const { guard } = parts;
  if (guard.health().state === 'full') {
    makeRoom(parts);
    guard.recover();
    return;
  }
  if (guard.health().state === 'ok') return;
  parts.reopenSpool();
  parts.spool().commit({ append: null, ack: [], life: parts.spool().life ?? NO_LIFE });
  deps.post({ t: 'spool', change: parts.spool().stats() });
  guard.worked();
}

/** For a write that only tries whether the disk works again, in a store that never had a commit. */
const NO_LIFE = { steadyMs: 0, wallMs: 0, trust: 'never' } as const;

/** Which database a call works on; null where that is none or several. */
function databaseOf(call: CallName): DatabaseName | null {
  if (/^(commit|peek|sweep|salvage|spool\..*|dead\..*)$/.test(call)) return 'spool';
  if (/^(documents|figures|certificates|function-state|failed-events|test-events)\./.test(call)) return 'state';
  if (/^sessions\./.test(call)) return 'sessions';
  return /^(record|trend|prune|move)$/.test(call) ? 'history' : null;
}

/** Replaces a damaged database, or opens one anew. While the disk does not allow that, every call on it tries again. */
function heal(parts: Parts, database: DatabaseName, deps: EngineDeps): void {
  const before = parts.spool().stats().streams;
  guarded(parts, () => parts.heal(database));
  parts.guard.worked();
  if (database !== 'spool') return;
  const change = parts.spool().stats();
  const names = new Set(change.streams.map(({ name }) => name));
  deps.post({ t: 'spool', change: { ...change, gone: before.map(({ name }) => name).filter((name) => !names.has(name)) } });
}

/** Of reading, per slice of a salvage; messages wait for so long. */
const SALVAGE_MS = 8;

type Handlers = { [K in CallName]: (input: Input<K>) => Output<K> };

/** Runs a write whose failure may be the disk's. */
function guarded<T>(parts: Parts, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw parts.guard.failed(error);
  }
}

/** History that fails harms nobody else, unless it is the disk that is full. */
function withHistory<T>(parts: Parts, work: (history: HistoryDb) => T): T {
  try {
    return work(parts.history());
  } catch (error) {
    const told = toStoreError(error, parts.dir);
    throw told.code === 'store/full' ? parts.guard.failed(error) : told;
  }
}

function record(parts: Parts, packed: PackedMessages): Recorded {
  if (isShort(parts)) throw new GatewayError('store/full', 'The disk is full; the room that is left belongs to the spool.');
  return withHistory(parts, (history) => history.record(unpackMessages(packed)));
}

function mark(parts: Parts, ask: Input<'documents.mark'>): null {
  guarded(parts, () => parts.documents().mark(ask.version, ask.state));
  return null;
}

function changeSessions(parts: Parts, changes: Input<'sessions.change'>): null {
  if (changes.some(({ kind }) => kind === 'retain' || kind === 'put')) parts.guard.admit();
  guarded(parts, () => parts.sessions().change(changes));
  return null;
}

function createHandlers(need: () => Parts, deps: EngineDeps): Omit<Handlers, 'open' | 'close'> {
  const spool = createSpoolCalls(deps);
  const read = <T>(work: (parts: Parts) => T): T => {
    const parts = need();
    return guarded(parts, () => work(parts));
  };
  return {
    commit: (input) => spool.commit(need(), input),
    peek: (input) => spool.peek(need(), input),
    sweep: (life) => spool.sweep(need(), life),
    'spool.configure': (plan) => spool['spool.configure'](need(), plan),
    'spool.gaps': (ask) => spool['spool.gaps'](need(), ask),
    'spool.sources': () => spool['spool.sources'](need(), null),
    'dead.bury': (ask) => spool['dead.bury'](need(), ask),
    'dead.list': (ask) => spool['dead.list'](need(), ask),
    'dead.get': (ask) => spool['dead.get'](need(), ask),
    'dead.retry': (ask) => spool['dead.retry'](need(), ask),
    'dead.discard': (ask) => spool['dead.discard'](need(), ask),
    record: (packed) => record(need(), packed),
    trend: (ask) => withHistory(need(), (history) => history.trend(ask)),
    prune: (limits) => withHistory(need(), (history) => history.prune(limits)),
    move: (span) => withHistory(need(), (history) => history.move(span)),
    'documents.list': () => read((parts) => parts.documents().list()),
    'documents.get': ({ version }) => read((parts) => parts.documents().get(version)),
    'documents.running': () => read((parts) => parts.documents().running()),
    'documents.add': (version) => read((parts) => parts.documents().add(version)),
    'documents.mark': (ask) => mark(need(), ask),
    'sessions.load': (from) => read((parts) => parts.sessions().load(from)),
    'sessions.change': (changes) => changeSessions(need(), changes),
    'documents.restore': (version) =>
      read((parts) => {
        parts.documents().restore(version);
        return null;
      }),
    'certificates.put': (row) =>
      read((parts) => {
        parts.certificates().put(row);
        return null;
      }),
    'certificates.list': () => read((parts) => parts.certificates().list()),
    ...createFunctionCalls(read),
    'figures.load': () => read((parts) => parts.figures().load()),
    'figures.save': (figures) =>
      read((parts) => {
        parts.figures().save(figures);
        return null;
      }),
    probe: () =>
      read((parts) => {
        probe(parts, deps);
        return parts.guard.health();
      }),
    tidy: () => read((parts) => ({ more: parts.tidy() })),
    salvage: () =>
      read((parts) => {
        parts.guard.admit(); // on a full disk what room is left belongs to acknowledgements
        parts.salvage.step(SALVAGE_MS);
        deps.post({ t: 'spool', change: parts.spool().stats() });
        return parts.salvage.report();
      }),
    mend({ database, cause }) {
      const parts = need();
      parts.condemn(database, damaged(database, new Error(cause)));
      heal(parts, database, deps);
      return null;
    },
  };
}

/** Answers calls on the databases. Nothing is open until the call `open`. */
export function createEngine(deps: EngineDeps): Engine {
  let parts: Parts | null = null;
  function close(): void {
    const open = parts;
    parts = null;
    if (!open) return;
    try {
      open.tidy();
    } catch {
      // what is committed is in the write-ahead log; the next start copies it
    }
    open.close();
  }
  const need = (): Parts => {
    if (!parts) throw new GatewayError('store/closed', 'The store is closed.');
    return parts;
  };
  const handlers: Handlers = {
    ...createHandlers(need, deps),
    open(config): Opened {
      close();
      parts = openParts(config, deps);
      const spool = parts.spool();
      return { spool: spool.stats(), life: spool.life, health: parts.guard.health(), salvage: parts.salvage.report() };
    },
    close() {
      close();
      return null;
    },
  };
  return {
    /** A database that is found to be damaged is replaced, and the call done again on the new one. */
    handle(request) {
      const database = databaseOf(request.t);
      if (!parts || !database) return handlers[request.t](request.input);
      if (!parts.isWell(database)) heal(parts, database, deps);
      try {
        return handlers[request.t](request.input);
      } catch (error) {
        if (!isDamaged(error)) throw error;
        parts.condemn(database, error);
        heal(parts, database, deps);
        return handlers[request.t](request.input);
      }
    },
    close,
  };
}
