import { GatewayError } from '../../base/errors.ts';
import type { Message } from '../../contract/message.ts';
import { toStoreError } from './faults.ts';
import { toFault } from './faults-wire.ts';
import type { HistoryDb } from './history-db.ts';
import { type PackedMessages, packMessages, unpackMessages } from './packing.ts';
import { type EngineDeps, openParts, type Parts } from './parts.ts';
import type { CallName, Committed, Input, Opened, Output, PackedPage, Recorded, Request } from './protocol.ts';

/** All that the store's thread does, without the thread. */
export interface Engine {
  /** Answers one call; throws a `GatewayError`, or an error of SQLite where opening failed. */
  handle<C extends CallName>(request: Request<C>): Output<C>;
  close(): void;
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
    return work(parts.history);
  } catch (error) {
    const told = toStoreError(error, parts.dir);
    throw told.code === 'store/full' ? parts.guard.failed(error) : told;
  }
}

function record(parts: Parts, packed: PackedMessages): Recorded {
  const full = parts.guard.health().state === 'full';
  if (full) throw new GatewayError('store/full', 'The disk is full; the room that is left belongs to the spool.');
  return withHistory(parts, (history) => history.record(unpackMessages(packed)));
}

function mark(parts: Parts, ask: Input<'documents.mark'>): null {
  guarded(parts, () => parts.documents.mark(ask.version, ask.state));
  return null;
}

function createHandlers(need: () => Parts, deps: EngineDeps): Omit<Handlers, 'open' | 'close'> {
  const read = <T>(work: (parts: Parts) => T): T => {
    const parts = need();
    return guarded(parts, () => work(parts));
  };
  return {
    commit: (input) => commit(need(), input, deps),
    peek: (ask) => read((parts) => peek(parts, ask)),
    record: (packed) => record(need(), packed),
    trend: (ask) => withHistory(need(), (history) => history.trend(ask)),
    prune: (limits) => withHistory(need(), (history) => history.prune(limits)),
    'documents.list': () => read((parts) => parts.documents.list()),
    'documents.get': ({ version }) => read((parts) => parts.documents.get(version)),
    'documents.running': () => read((parts) => parts.documents.running()),
    'documents.add': (version) => read((parts) => parts.documents.add(version)),
    'documents.mark': (ask) => mark(need(), ask),
    'figures.load': () => read((parts) => parts.figures.load()),
    'figures.save': (figures) =>
      read((parts) => {
        parts.figures.save(figures);
        return null;
      }),
    probe: () =>
      read((parts) => {
        probe(parts);
        return parts.guard.health();
      }),
    tidy: () => read((parts) => ({ more: parts.tidy() })),
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
      return { spool: parts.spool().stats(), health: parts.guard.health() };
    },
    close() {
      close();
      return null;
    },
  };
  return { handle: (request) => handlers[request.t](request.input), close };
}
