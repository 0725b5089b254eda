import type { SdkFault, SdkMethod } from './calls/sdk-calls.ts';
import type { CellSource } from './carrier/cell.ts';
import type { ClientContext } from './invocation.ts';
import type { PackedEvents } from './packing.ts';

/**
 * What the gateway's main thread and a function's instance (thread or process) say to each other: one protocol, two carriers.
 * Payloads travel packed in one buffer (packing.ts); the rest is small plain data. Publishes and results come back in the order
 * in which they happened. Everything here survives the structured clone of a port and V8's own form between processes.
 */

/** Given to the instance once, at its start: as `workerData`, or as the first message of a process. */
export interface InstanceData {
  readonly cell: CellSource;
  readonly name: string;
  readonly version: number;
  /** Absolute path of the module. */
  readonly path: string;
  /** Folder of the function's files: left out of stacks, and the home of what it imports. */
  readonly directory: string;
  /** Path of the export below the module: `['handler']`, `['api', 'read']`. */
  readonly handler: readonly string[];
  readonly encoding: 'json' | 'binary';
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly maxPublishes: number;
  /** The first 24 characters of a UUID; the rest counts up: a random one per event costs more than the event. */
  readonly requestPrefix: string;
  /** `arn:aws:lambda:<region>:<account>:function:<name>:<version>`, as the site is configured. */
  readonly functionArn: string;
  /** A long-lived function may run without a handler, on timers and `subscribe`. */
  readonly longLived: boolean;
}

/** What an instance is made for; the carrier adds the cell. */
export type InstanceFacts = Omit<InstanceData, 'cell'>;

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

export interface BatchMessage extends PackedEvents {
  readonly t: 'batch';
  /** Serial of the first event; the others follow it. */
  readonly first: number;
  /** What is not said for most: of those events that were invoked or are tried again. */
  readonly extras: readonly EventExtra[];
}
export interface EventExtra {
  /** Place in the batch. */
  readonly index: number;
  readonly requestId: string;
  readonly clientContext: ClientContext | null;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** Somebody waits for the result: send it back. */
  readonly wantsResult: boolean;
}
export type ToInstance =
  | BatchMessage
  /** Answer to an SDK call. */
  | {
      readonly t: 'answer';
      readonly id: number;
      readonly value: unknown;
      readonly fault: SdkFault | null;
    }
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

export type FunctionFaultCode = 'function/failed' | 'function/load-failed' | 'function/publish-limit' | 'function/denied';
/** Something thrown by a function, as plain data. */
export interface ThrownText {
  readonly code: FunctionFaultCode;
  readonly message: string;
  /** Frames of the function's own files. */
  readonly stack: string;
  /** Lambda's `errorType` and `errorMessage` and whole `stackTrace`, for who asked for the result. */
  readonly errorType: string;
  readonly errorMessage: string;
  readonly stackTrace: readonly string[];
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
    readonly count: number;
    /** The different ones. */
    readonly topics: readonly string[];
    /** Somebody in the thread may wait for the answer. */
    readonly answer: boolean;
  };
  /** Results that somebody waits for: place in this group, and the bytes. */
  readonly results: readonly (readonly [index: number, payload: Uint8Array])[];
  /** Figures that the function counted with `metrics`, summed up since the last telling. */
  readonly metrics: readonly FunctionMetric[];
  readonly logs: readonly LogLine[];
  /** Times of the events, numbers of the publishes, payloads. */
  readonly bytes: ArrayBuffer;
}
export interface FunctionMetric {
  /** `[a-z][a-z0-9_]{0,63}`; at most 50 names a function, more are refused. */
  readonly name: string;
  readonly kind: 'count' | 'gauge';
  readonly value: number;
}
export type LogLine = readonly [level: 'debug' | 'info' | 'warn' | 'error', text: string];

export type FromInstance =
  | { readonly t: 'ready'; readonly loadMs: number }
  | { readonly t: 'load-failed'; readonly thrown: ThrownText }
  /** `owner` is the serial of the invocation that asks, or -1. Checked against `sdk-calls.ts` before it is done. */
  | {
      readonly t: 'call';
      readonly id: number;
      readonly owner: number;
      readonly method: SdkMethod;
      readonly input: unknown;
    }
  /** What a process says of its own memory, asked or not. */
  | {
      readonly t: 'memory';
      readonly heapBytes: number;
      readonly externalBytes: number;
    }
  | OutMessage
  /** An error that nobody caught; the thread ends itself. `running` tells whether an event was being handled. */
  | { readonly t: 'uncaught'; readonly thrown: ThrownText; readonly running: boolean }
  | { readonly t: 'stopped' };
