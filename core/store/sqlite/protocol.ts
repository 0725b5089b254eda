import type { ErrorCode } from '../../base/errors.ts';
import type { GapView } from '../../contract/outbox-views.ts';
import type { FaultView, TrendPoint } from '../../contract/views.ts';
import type { DeadLetter } from '../dead-letters.ts';
import type { StoredVersion } from '../documents.ts';
import type { StoredFailedEvent } from '../failed-events.ts';
import type { SessionChange } from '../sessions.ts';
import type { SpoolAsk, SpoolPlan, SteadyTime } from '../spool.ts';
import type { StoreCondition, StoreHealth } from '../store.ts';
import type { TestEvent } from '../test-events.ts';
import type { CertificateRow } from './certificates-db.ts';
import type { FailedFigures, NewFailedEvent } from './failed-events-db.ts';
import type { StateChange } from './function-state-db.ts';
import type { DatabaseName, MovedAside } from './move-aside.ts';
import type { PackedMessages } from './packing.ts';
import type { SessionsCursor, SessionsPage } from './sessions-db.ts';
import type { SpoolChange } from './spool-db.ts';
import type { PackedAppends } from './spool-place.ts';
import type { SourceLast } from './spool-sources.ts';

export interface StoreConfig {
  readonly dataDir: string;
  /** Size of the file that is given up when the disk is full, so that deleting still works. 0 for none. */
  readonly reserveBytes: number;
  /** Pages (4 KB) of write-ahead log after which SQLite copies them into the database. */
  readonly walPages: number;
}

/** An error on its way out of the store's thread. `cause` is for the log. */
export interface StoreFault {
  readonly code: ErrorCode;
  readonly message: string;
  readonly remedy: string;
  readonly cause: string | null;
}

export interface Opened {
  readonly spool: SpoolChange;
  /** What was written with the last commit; null in a new store. */
  readonly life: SteadyTime | null;
  readonly health: StoreHealth;
  /** The last salvage of the spool, which may still run. */
  readonly salvage: StoreCondition['salvage'];
}

export interface CommitInput {
  readonly append: PackedAppends | null;
  readonly ack: Float64Array<ArrayBuffer> | null;
  readonly life: SteadyTime;
}

export interface Committed {
  /** For each append its first id, or `-1 - n` where the n-th of `refused` says why nothing of it was kept. */
  readonly firstIds: Float64Array<ArrayBuffer>;
  readonly refused: readonly StoreFault[];
  /** Nothing was kept of any append. */
  readonly appendFault: StoreFault | null;
  readonly ackFault: StoreFault | null;
  readonly change: SpoolChange | null;
  readonly tookMs: number;
}

export interface PackedPage {
  readonly stream: string;
  /** For each entry: id, custody number, kept at, expires at (NaN: never). */
  readonly figures: Float64Array<ArrayBuffer>;
  readonly messages: PackedMessages;
}

export interface Recorded {
  readonly rows: number;
  /** Messages that hold no value that can be drawn. */
  readonly ignored: number;
}

export type VersionSummary = Omit<StoredVersion, 'text' | 'files'>;
export type NewVersion = Omit<StoredVersion, 'version' | 'state'>;

/** What is told of a failed event beside its message. */
export type FailedFact = Omit<NewFailedEvent, 'message'>;
/** The outcome of one change: the new revision, null where another one was there, or why it was refused. */
export interface StateChanged {
  readonly revision: number | null;
  readonly fault: StoreFault | null;
}

/** Every call the store's thread answers. */
export interface StoreCalls {
  open: { input: StoreConfig; output: Opened };
  commit: { input: CommitInput; output: Committed };
  peek: { input: { ask: SpoolAsk; life: SteadyTime }; output: PackedPage };
  /** One small step of what expired or is over a limit; `more` says whether another is needed. */
  sweep: { input: SteadyTime; output: { more: boolean } };
  'spool.configure': { input: SpoolPlan; output: null };
  'spool.gaps': { input: { source: string; first: number; last: number; limit: number }; output: readonly GapView[] };
  'spool.sources': { input: null; output: readonly SourceLast[] };
  'dead.bury': { input: { ids: readonly number[]; fault: FaultView; destination: string; life: SteadyTime }; output: null };
  'dead.list': { input: { before: number | null; limit: number }; output: readonly DeadLetter[] };
  'dead.get': { input: { id: number }; output: DeadLetter | null };
  'dead.retry': {
    input: { ids: readonly number[] | null; edit: { topic: string; payload: Uint8Array } | null; life: SteadyTime };
    output: number;
  };
  'dead.discard': { input: { ids: readonly number[] | null; life: SteadyTime }; output: number };
  record: { input: PackedMessages; output: Recorded };
  trend: { input: { series: string; from: number; to: number; buckets: number }; output: readonly TrendPoint[] };
  /** One small step; `more` says whether another is needed. */
  /** `before` null: nothing is too old, only too many. */
  prune: { input: { before: number | null; maxRows: number }; output: { deleted: number; more: boolean } };
  /** One small step of moving samples in time; `more` says whether another is needed. */
  move: { input: { from: number; to: number; byMs: number }; output: { moved: number; more: boolean } };
  'documents.list': { input: null; output: readonly VersionSummary[] };
  'documents.get': { input: { version: number }; output: StoredVersion | null };
  'documents.running': { input: null; output: StoredVersion | null };
  'documents.add': { input: NewVersion; output: number };
  'documents.restore': { input: StoredVersion; output: null };
  'documents.mark': { input: { version: number; state: 'running' | 'failed' }; output: null };
  'sessions.load': { input: SessionsCursor; output: SessionsPage };
  'sessions.change': { input: readonly SessionChange[]; output: null };
  'certificates.put': { input: CertificateRow; output: null };
  'certificates.list': { input: null; output: readonly string[] };
  'function-state.get': { input: { owner: string; key: string }; output: { json: string; revision: number } | null };
  'function-state.change': { input: readonly StateChange[]; output: readonly StateChanged[] };
  'function-state.keys': { input: { owner: string; prefix: string; limit: number }; output: readonly string[] };
  'function-state.clear': { input: { owner: string }; output: number };
  'failed-events.figures': { input: null; output: FailedFigures };
  'failed-events.add': { input: { facts: readonly FailedFact[]; messages: PackedMessages }; output: FailedFigures };
  'failed-events.list': {
    input: { name: string | null; before: number | null; limit: number };
    output: readonly StoredFailedEvent[];
  };
  'failed-events.get': { input: { id: number }; output: StoredFailedEvent | null };
  'failed-events.take': {
    input: { name: string; ids: readonly number[] | null; code: ErrorCode | null };
    output: { taken: readonly StoredFailedEvent[]; figures: FailedFigures };
  };
  'test-events.list': { input: { name: string }; output: readonly TestEvent[] };
  'test-events.save': { input: TestEvent; output: null };
  'test-events.remove': { input: { name: string; event: string }; output: boolean };
  'figures.load': { input: null; output: Readonly<Record<string, number>> };
  'figures.save': { input: Readonly<Record<string, number | null>>; output: null };
  /** Tries to get well again after a fault. */
  probe: { input: null; output: StoreHealth };
  /** Work for a quiet moment: copies the write-ahead logs and gives free pages back to the disk. */
  tidy: { input: null; output: { more: boolean } };
  /** One slice of bringing back what a damaged spool held; call again while `report` says it runs. */
  salvage: { input: null; output: StoreCondition['salvage'] };
  /** Replaces a database that was found to be damaged. */
  mend: { input: { database: DatabaseName; cause: string }; output: null };
  close: { input: null; output: null };
}

export type CallName = keyof StoreCalls;
export type Input<C extends CallName> = StoreCalls[C]['input'];
export type Output<C extends CallName> = StoreCalls[C]['output'];
/** One call as it goes to the thread. */
export type Request<C extends CallName = CallName> = { [K in C]: { t: K; call: number; input: Input<K> } }[C];
export type FromWorker =
  | { readonly t: 'result'; readonly call: number; readonly value: unknown }
  | { readonly t: 'failure'; readonly call: number; readonly fault: StoreFault }
  | { readonly t: 'health'; readonly health: StoreHealth }
  /** Figures of the spool that changed otherwise than by a commit. */
  | { readonly t: 'spool'; readonly change: SpoolChange }
  | { readonly t: 'moved-aside'; readonly moved: MovedAside };
