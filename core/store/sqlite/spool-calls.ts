import { GatewayError } from '../../base/errors.ts';
import type { SteadyTime } from '../spool.ts';
import { toFault } from './faults-wire.ts';
import { isDamaged } from './mender.ts';
import { packMessages } from './packing.ts';
import type { EngineDeps, Parts } from './parts.ts';
import type { Committed, Input, Output, PackedPage } from './protocol.ts';
import type { SpoolCommit, SpoolDb } from './spool-db.ts';

const NONE: readonly number[] = [];
const NO_IDS = new Float64Array(0);
const NONE_REFUSED: readonly GatewayError[] = [];

/** On a full disk the room of acknowledged messages goes back to the disk at once, so that appends can begin again. */
export function makeRoom(parts: Parts): void {
  try {
    parts.spool().shrink();
  } catch (error) {
    parts.guard.failed(error);
  }
}

/** The room on the disk is used up: a fault to show, once; the spool itself is well and goes by its policy. */
function createRoomNote(): (parts: Parts) => void {
  let noted = false;
  return (parts) => {
    const short = parts.spool().short();
    if (short && !noted) {
      const free = Math.round(short.freeBytes / 1_048_576);
      const room = Math.round(short.roomBytes / 1_048_576);
      const text = `The disk with ${parts.dir} has ${free} MB free; ${room} MB are never used. The outbox does not grow any more.`;
      parts.guard.note(new GatewayError('store/room', text));
    }
    noted = short !== null;
  };
}

type SpoolCallName =
  | 'commit'
  | 'peek'
  | 'sweep'
  | 'spool.configure'
  | 'spool.gaps'
  | 'spool.sources'
  | 'dead.bury'
  | 'dead.list'
  | 'dead.get'
  | 'dead.retry'
  | 'dead.discard';
type SpoolHandlers = { [K in SpoolCallName]: (parts: Parts, input: Input<K>) => Output<K> };

function commit(parts: Parts, input: Input<'commit'>, deps: EngineDeps): Committed {
  const began = deps.monotonic();
  const { guard } = parts;
  const ack = input.ack ?? NONE;
  let done = { firstIds: NO_IDS, refused: NONE_REFUSED };
  let appendFault: Committed['appendFault'] = null;
  let ackFault: Committed['ackFault'] = null;
  function attempt(append: SpoolCommit['append']): GatewayError | null {
    try {
      if (append) guard.admit();
      done = parts.spool().commit({ append, ack, life: input.life });
      guard.worked();
      return null;
    } catch (error) {
      if (isDamaged(error)) throw error; // the spool is replaced, and all of it done again
      return guard.failed(error);
    }
  }
  let fault = attempt(input.append);
  if (fault && input.append) {
    appendFault = toFault(fault);
    // what failed released the reserve: there is room for removing, and only for that
    fault = ack.length > 0 ? attempt(null) : null;
  }
  if (fault) ackFault = toFault(fault);
  else if (ack.length > 0 && guard.health().state === 'full') makeRoom(parts);
  return {
    firstIds: done.firstIds,
    refused: done.refused.map(toFault),
    appendFault,
    ackFault,
    change: parts.spool().takeChange(),
    tookMs: deps.monotonic() - began,
  };
}

/** Older ones may still come back: the order would not hold. But a full disk holds the salvage up, and only sending makes room. */
const awaitsOlder = (parts: Parts): boolean =>
  parts.salvage.report()?.state === 'running' && parts.guard.health().state !== 'full';

function peek(spool: SpoolDb, { ask, life }: Input<'peek'>, waits: boolean): PackedPage {
  const entries = waits && ask.from === 'oldest' ? [] : spool.peek(ask, life);
  const figures = new Float64Array(entries.length * 4);
  for (const [index, { id, custody, keptAt, expiresAt }] of entries.entries()) {
    figures.set([id, custody, keptAt, expiresAt ?? Number.NaN], index * 4);
  }
  return { stream: ask.stream, figures, messages: packMessages(entries.map((entry) => entry.message)) };
}

function retry(parts: Parts, { ids, edit, life }: Input<'dead.retry'>): number {
  parts.guard.admit();
  return parts.spool().retry(ids, edit, life);
}

/**
 * The calls on the spool and its dead letters. Figures that a call changed are posted before its answer; a commit brings them
 * along. Failures that may be the disk's are told to the guard.
 */
export function createSpoolCalls(deps: EngineDeps): SpoolHandlers {
  const noteRoom = createRoomNote();
  function run<T>(parts: Parts, work: (spool: SpoolDb) => T): T {
    try {
      return work(parts.spool());
    } catch (error) {
      throw parts.guard.failed(error);
    } finally {
      const change = parts.spool().takeChange();
      if (change) deps.post({ t: 'spool', change });
      noteRoom(parts);
    }
  }
  return {
    commit(parts, input) {
      const done = commit(parts, input, deps);
      noteRoom(parts);
      return done;
    },
    peek: (parts, input) => run(parts, (spool) => peek(spool, input, awaitsOlder(parts))),
    sweep: (parts, life: SteadyTime) => run(parts, (spool) => ({ more: spool.sweep(life) })),
    'spool.configure'(parts, plan) {
      parts.configureSpool(plan);
      return null;
    },
    'spool.gaps': (parts, { source, first, last, limit }) => run(parts, (spool) => spool.gaps(source, first, last, limit)),
    'spool.sources': (parts) => run(parts, (spool) => spool.sources()),
    'dead.bury': (parts, { ids, fault, destination, life }) =>
      run(parts, (spool) => {
        spool.bury(ids, fault, destination, life);
        return null;
      }),
    'dead.list': (parts, { before, limit }) => run(parts, (spool) => spool.dead.list(before, limit)),
    'dead.get': (parts, { id }) => run(parts, (spool) => spool.dead.get(id)),
    'dead.retry': (parts, input) => run(parts, () => retry(parts, input)),
    'dead.discard': (parts, { ids, life }) => run(parts, (spool) => spool.discard(ids, life)),
  };
}
