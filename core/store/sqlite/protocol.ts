import type { ErrorCode } from '../../base/errors.ts';
import type { TrendPoint } from '../../contract/views.ts';
import type { StoredVersion } from '../documents.ts';
import type { SpoolStats } from '../spool.ts';
import type { StoreHealth } from '../store.ts';
import type { PackedMessages } from './packing.ts';

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
  readonly spool: SpoolStats;
  readonly health: StoreHealth;
}

export interface CommitInput {
  readonly append: PackedMessages | null;
  readonly ack: Float64Array<ArrayBuffer> | null;
}

export interface Committed {
  readonly firstId: number;
  readonly appendFault: StoreFault | null;
  readonly ackFault: StoreFault | null;
  readonly stats: SpoolStats;
  readonly tookMs: number;
}

export interface PackedPage {
  readonly ids: Float64Array<ArrayBuffer>;
  readonly messages: PackedMessages;
}

export interface Recorded {
  readonly rows: number;
  /** Messages that hold no value that can be drawn. */
  readonly ignored: number;
}

export type VersionSummary = Omit<StoredVersion, 'text' | 'files'>;
export type NewVersion = Omit<StoredVersion, 'version' | 'state'>;

/** Every call the store's thread answers. */
export interface StoreCalls {
  open: { input: StoreConfig; output: Opened };
  commit: { input: CommitInput; output: Committed };
  peek: { input: { after: number; limit: number; maxBytes: number }; output: PackedPage };
  record: { input: PackedMessages; output: Recorded };
  trend: { input: { series: string; from: number; to: number; buckets: number }; output: readonly TrendPoint[] };
  /** One small step; `more` says whether another is needed. */
  prune: { input: { before: number; maxRows: number }; output: { deleted: number; more: boolean } };
  'documents.list': { input: null; output: readonly VersionSummary[] };
  'documents.get': { input: { version: number }; output: StoredVersion | null };
  'documents.running': { input: null; output: StoredVersion | null };
  'documents.add': { input: NewVersion; output: number };
  'documents.mark': { input: { version: number; state: 'running' | 'failed' }; output: null };
  'figures.load': { input: null; output: Readonly<Record<string, number>> };
  'figures.save': { input: Readonly<Record<string, number>>; output: null };
  /** Tries to get well again after a fault. */
  probe: { input: null; output: StoreHealth };
  /** Work for a quiet moment: copies the write-ahead logs and gives free pages back to the disk. */
  tidy: { input: null; output: { more: boolean } };
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
  | { readonly t: 'damaged-history'; readonly file: string; readonly movedTo: string };
