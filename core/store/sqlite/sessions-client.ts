import { GatewayError } from '../../base/errors.ts';
import { changeKey, type SessionChange, type Sessions, type StoredSessions } from '../sessions.ts';
import type { SessionsCursor } from './sessions-db.ts';
import type { WorkerLink } from './worker-link.ts';

export interface SessionsClientOptions {
  readonly maxWaitingChanges: number;
  readonly maxWaitingBytes: number;
}

export interface SessionsClient {
  readonly sessions: Sessions;
  /** Resolves when nothing waits any more, whether stored or rejected. */
  settle(): Promise<void>;
  /** Called after each commit. */
  onCommit(listener: () => void): void;
}

interface Call {
  readonly changes: readonly SessionChange[];
  readonly bytes: number;
  resolve(): void;
  reject(error: GatewayError): void;
}

const COMMIT_CHANGES = 4096;
/** Below the reserve, so that a commit's share of the write-ahead log fits into it. */
const COMMIT_BYTES = 2_097_152;

const shrinks = ({ kind }: SessionChange): boolean =>
  kind === 'remove' || kind === 'forget' || kind === 'unretain' || kind === 'unsubscribe';

/** A view on a larger buffer would take all of that with it to the thread. */
const exact = (bytes: Uint8Array): Uint8Array => (bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes));

function packed(change: SessionChange): SessionChange {
  if (change.kind === 'put') return { ...change, value: exact(change.value) };
  if (change.kind !== 'retain') return change;
  return { ...change, message: { ...change.message, payload: exact(change.message.payload) } };
}

function sizeOf(change: SessionChange): number {
  if (change.kind === 'put') return change.value.byteLength + 64;
  return change.kind === 'retain' ? change.message.payload.byteLength + change.message.topic.length + 64 : 64;
}

/** One list of all changes, in order, without those that a later one overwrites. */
function merged(calls: readonly Call[]): SessionChange[] {
  const last = new Map<string, SessionChange>();
  for (const { changes } of calls) {
    for (const change of changes) {
      const key = changeKey(change);
      last.delete(key); // the later one goes to the end: a `forget` in between must not take it away
      last.set(key, packed(change));
    }
  }
  return [...last.values()];
}

function take(waiting: Call[]): Call[] {
  let taken = 0;
  let count = 0;
  let bytes = 0;
  for (const call of waiting) {
    count += call.changes.length;
    bytes += call.bytes;
    if (taken > 0 && (count > COMMIT_CHANGES || bytes > COMMIT_BYTES)) break;
    taken += 1;
  }
  return waiting.splice(0, taken);
}

const toFault = (cause: unknown): GatewayError =>
  cause instanceof GatewayError ? cause : new GatewayError('store/failed', 'The sessions could not be stored.', { cause });

async function commit(link: WorkerLink, calls: readonly Call[]): Promise<void> {
  try {
    await link.call('sessions.change', merged(calls));
    for (const call of calls) call.resolve();
  } catch (cause) {
    const fault = toFault(cause);
    // On a full disk what only removes still fits: it gives room.
    const removing = fault.code === 'store/full' ? calls.filter(({ changes }) => changes.every(shrinks)) : [];
    const retry = removing.length < calls.length ? removing : [];
    for (const call of calls) if (!retry.includes(call)) call.reject(fault);
    if (retry.length > 0) await commit(link, retry);
  }
}

async function loadAll(link: WorkerLink): Promise<StoredSessions> {
  const pages: StoredSessions[] = [];
  let from: SessionsCursor | null = { table: 0, after: 0 };
  while (from) {
    const { next, ...page }: StoredSessions & { next: SessionsCursor | null } = await link.call('sessions.load', from);
    pages.push(page);
    from = next;
  }
  return {
    retained: pages.flatMap((page) => page.retained),
    subscriptions: pages.flatMap((page) => page.subscriptions),
    sessions: pages.flatMap((page) => page.sessions),
    records: pages.flatMap((page) => page.records),
  };
}

/**
 * The main thread's half. Changes of one turn, and those that come while a commit is under way, share one commit; commits are
 * made one after the other, so that changes reach the disk in the order of their calls. Bounded: beyond it `change` rejects with
 * `store/overloaded`.
 */
export function createSessionsClient(link: WorkerLink, options: SessionsClientOptions): SessionsClient {
  const waiting: Call[] = [];
  const held = { changes: 0, bytes: 0 };
  let committed = (): void => {};
  let running: Promise<void> | null = null;
  async function run(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const calls = take(waiting);
      await commit(link, calls);
      for (const call of calls) {
        held.changes -= call.changes.length;
        held.bytes -= call.bytes;
      }
      committed();
    }
    running = null;
  }
  return {
    sessions: {
      load: () => loadAll(link),
      change(changes) {
        if (changes.length === 0) return Promise.resolve();
        const bytes = changes.reduce((sum, change) => sum + sizeOf(change), 0);
        if (held.changes + changes.length > options.maxWaitingChanges || held.bytes + bytes > options.maxWaitingBytes) {
          const text = `${held.changes} changes of sessions wait to be stored; no more fit into memory.`;
          return Promise.reject(new GatewayError('store/overloaded', text));
        }
        held.changes += changes.length;
        held.bytes += bytes;
        return new Promise((resolve, reject) => {
          waiting.push({ changes, bytes, resolve, reject });
          running ??= run();
        });
      },
    },
    async settle() {
      while (running) await running;
    },
    onCommit(listener) {
      committed = listener;
    },
  };
}
