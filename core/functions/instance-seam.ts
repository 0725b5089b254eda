import type { ErrorCode } from '../base/errors.ts';
import type { Draft } from '../contract/message.ts';
import type { Wreck } from './flight.ts';
import type { Job } from './invocation.ts';
import type { FunctionMetric, LogLine, ThrownText } from './protocol.ts';

/** Why an instance ended, in words for people, and what kind of end it was for the pool. */
export interface InstanceEnd {
  readonly kind: 'stopped' | 'load' | 'timeout' | 'crash';
  readonly code: ErrorCode;
  readonly message: string;
  readonly stack: string;
  /** The event that ended before it: the likely cause where none was being handled. */
  readonly last: Job | undefined;
  /** Null: a signal ended the process, or it never ran. */
  readonly exitCode: number | null;
  /** What nobody caught, or why it could not be loaded. */
  readonly thrown?: ThrownText;
}

/** What one instance tells the function that it belongs to. */
export interface InstanceListener {
  onReady(): void;
  /**
   * In the order in which the events were sent. `startedAt` is monotonic time of the main thread; `result` is there when the event's
   * ticket wanted it.
   */
  onEnded(
    event: Job,
    startedAt: number,
    durationMs: number,
    thrown: ThrownText | undefined,
    result: Uint8Array | undefined,
  ): void;
  onPublished(count: number): void;
  onRefused(topic: string, cause: unknown, event: Job | undefined): void;
  /** Before the `onEnded` of the events during which they were written. */
  onLog(lines: readonly LogLine[]): void;
  onMetrics(metrics: readonly FunctionMetric[]): void;
  /** Room for another batch, maybe. */
  onRoom(): void;
  /** Exactly once, and last. */
  onEnd(end: InstanceEnd, wreck: Wreck): void;
}

export interface InstanceUse {
  readonly heapBytes: number;
  readonly externalBytes: number;
  /** CPU ms since the instance began; null where the carrier cannot tell. */
  readonly cpuMs: number | null;
}

/** The gateway's side of one function instance, whatever carries it. */
export interface FunctionInstance {
  readonly pid: number | null;
  /** False once it is being ended. */
  readonly ready: boolean;
  /** Whether it takes another batch; `batches` (2 unless told) may be with it at once. */
  hasRoom(batches?: number): boolean;
  /** Those whose ticket has a `settle` want their result; a ticket's `requestId` and client context go with the event. */
  send(events: readonly Job[]): void;
  /** Begins no further event, ends the one that runs, then itself; at once after `graceMs`; said again, the new grace counts. */
  stop(graceMs: number): void;
  /** Ends it because the function holds more scratch space than allowed. */
  scratchFull(): void;
  /** Looks at memory and CPU, and ends an instance that holds too much. */
  sample(): void;
  readonly use: InstanceUse;
  readonly inFlight: number;
  /** The oldest event in flight: the one that is handled, or was until a moment ago. */
  readonly oldest: Job | undefined;
}

/** Publishes what an instance hands out; `event` is the one that it was published for, if any. */
export type InstancePublish = (draft: Draft, event: Job | undefined) => Promise<void> | undefined;
