import type { MessagePort } from 'node:worker_threads';

/**
 * What the gateway's main thread and a function's thread say to each other. Payloads travel packed in one transferred buffer
 * (packing.ts); the rest is small plain data. Publishes and results come back in the order in which they happened.
 */

/** Given to the thread once, at its start. */
export interface ThreadData {
  readonly port: MessagePort;
  readonly cell: Int32Array;
  readonly name: string;
  readonly version: number;
  /** Absolute path of the module. */
  readonly path: string;
  /** Folder of the function's files: left out of stacks, and the home of what it imports. */
  readonly directory: string;
  readonly handler: string;
  readonly encoding: 'json' | 'binary';
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly maxPublishes: number;
  /** The first 24 characters of a UUID; the rest counts up: a random one per event costs more than the event. */
  readonly requestPrefix: string;
}

/** Shared between both sides, so that a thread that hangs can still be read. Serials are stored plus one; 0 means none. */
export const CELL = {
  /** The event whose handler runs. */
  running: 0,
  /** The newest event that ended well and of which (and of those before it) nothing is left to tell but its figures. */
  clean: 1,
  /** Set by the main thread: take no further event. */
  stop: 2,
  size: 4,
} as const;

/** Serials of events count modulo this number, per thread. */
export const SERIALS = 2 ** 30;
/** `after` minus `before` on the circle of serials. */
export const serialDistance = (after: number, before: number): number => (after - before + SERIALS) % SERIALS;

export interface BatchMessage {
  readonly t: 'batch';
  /** Serial of the first event; the others follow it. */
  readonly first: number;
  readonly topics: readonly string[];
  /** `device:meter` */
  readonly sources: readonly string[];
  /** Lengths, then payloads. */
  readonly bytes: ArrayBuffer;
}
export type ToThread =
  | BatchMessage
  /** Publishes `first` to `first + count - 1` are accepted, but for those in `refused`. */
  | { readonly t: 'accepted'; readonly first: number; readonly count: number; readonly refused: readonly Refusal[] }
  /** `CELL.stop` is set: say `stopped` once nothing runs. */
  | { readonly t: 'stop' };

export interface Refusal {
  /** Place in the group. */
  readonly index: number;
  readonly code: string;
  readonly message: string;
}

export type FunctionFaultCode = 'function/failed' | 'function/load-failed' | 'function/publish-limit';
/** Something thrown by a function, as plain data. */
export interface ThrownText {
  readonly code: FunctionFaultCode;
  readonly message: string;
  /** Frames of the function's own files. */
  readonly stack: string;
}

export interface OutMessage {
  readonly t: 'out';
  /** So many more events ended, in the order in which they were given. */
  readonly count: number;
  /** Place in this group, and what was thrown. */
  readonly failures: readonly (readonly [index: number, thrown: ThrownText])[];
  readonly publishes: {
    /** Number of the first publish, counting up per thread. */
    readonly first: number;
    readonly topics: readonly string[];
    /** Somebody in the thread may wait for the answer. */
    readonly answer: boolean;
  };
  readonly logs: readonly LogLine[];
  /** Times of the events, numbers of the publishes, payloads. */
  readonly bytes: ArrayBuffer;
}
export type LogLine = readonly [level: 'debug' | 'info' | 'warn' | 'error', text: string];

export type FromThread =
  | { readonly t: 'ready' }
  | { readonly t: 'load-failed'; readonly thrown: ThrownText }
  | OutMessage
  /** An error that nobody caught; the thread ends itself. `running` tells whether an event was being handled. */
  | { readonly t: 'uncaught'; readonly thrown: ThrownText; readonly running: boolean }
  | { readonly t: 'stopped' };

/** The port is the thread's alone, but its owner runs code of others: look before believing. */
export function isFromThread(value: unknown): value is FromThread {
  if (typeof value !== 'object' || value === null || !('t' in value)) return false;
  if (value.t === 'ready' || value.t === 'stopped') return true;
  if (value.t === 'load-failed' || value.t === 'uncaught') return 'thrown' in value && typeof value.thrown === 'object';
  return value.t === 'out' && 'bytes' in value && value.bytes instanceof ArrayBuffer && 'publishes' in value && 'logs' in value;
}
