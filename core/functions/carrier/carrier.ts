import type { FromInstance, InstanceFacts, ToInstance } from '../protocol.ts';
import type { Cell } from './cell.ts';

export type Isolation = 'thread' | 'process';

/** How an instance ended, as far as the carrier knows. Which event was to blame is told by the cell. */
export interface CarrierEnd {
  readonly exitCode: number | null;
  /** The heap met the engine's own limit: Node's ERR_WORKER_OUT_OF_MEMORY, or a process that ended with SIGABRT after V8's report. */
  readonly outOfMemory: boolean;
  /** Neither asked for nor said by the function: a thread's `error`, a signal from outside. */
  readonly cause?: unknown;
}

export interface MemorySample {
  readonly heapBytes: number;
  /** Buffers outside the heap. In a process: resident memory less heap and the bare process's own; 0 where it cannot be told. */
  readonly externalBytes: number;
  /** CPU ms since the instance began; null where the carrier cannot tell. */
  readonly cpuMs: number | null;
}

export interface CarrierListener {
  /** In order. What comes is looked at with `isFromInstance` before it is believed: the far side runs code of others. */
  onMessage(message: FromInstance): void;
  /** Standard output and error, as text pieces. */
  onOutput(stream: 'stdout' | 'stderr', text: string): void;
  /** Exactly once, last, after every message that had arrived. */
  onEnd(end: CarrierEnd): void;
}

/**
 * One function instance in a thread or a process of its own. Carries messages, knows nothing of events. Both carriers keep the
 * same contract (test/conformance/carrier.suite.ts): order, last words before the end, and `terminate` even in an endless loop.
 */
export interface Carrier {
  readonly isolation: Isolation;
  readonly cell: Cell;
  /** Operating-system id of the process; null for a thread. */
  readonly pid: number | null;
  /** Buffers in `transfer` are handed over by a thread and copied by a process; either way not to be used afterwards. */
  send(message: ToInstance, transfer: readonly ArrayBuffer[]): void;
  /** Must answer also while the function hangs; null when the instance has ended meanwhile. */
  sample(): Promise<MemorySample | null>;
  /** Ends it whatever it does. Idempotent. */
  terminate(): void;
}

export interface CarrierOptions {
  readonly data: InstanceFacts;
  readonly env: Readonly<Record<string, string>>;
  /** Absolute path of the scratch folder; null where the function has none. */
  readonly scratch: string | null;
  /** V8's own limit, MB: the last resort. */
  readonly heapLimitMb: number;
  readonly sandbox: Sandbox;
}

/** What a process may do beyond its own folder and scratch space. A thread is not held to it. */
export interface Sandbox {
  /** Absolute; the function's folder is always readable, its scratch folder always both. */
  readonly readable: readonly string[];
  readonly writable: readonly string[];
  readonly childProcesses: boolean;
  readonly workers: boolean;
  readonly addons: boolean;
}

/** Starts an instance. Never throws: what goes wrong at the start is an `onEnd`. */
export type StartCarrier = (options: CarrierOptions, listener: CarrierListener) => Carrier;

/** `process` is undefined where this machine cannot do it (Electron without a Node beside it): such a function is parked with the reason. */
export interface Carriers {
  readonly thread: StartCarrier;
  readonly process: StartCarrier | undefined;
}
