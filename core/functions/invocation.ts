import type { Message } from '../contract/message.ts';

/** Who asked for an invocation; `permissions.invokedBy` of the function says who may. */
export type InvokerKind = 'function' | 'console' | 'cli' | 'cloud' | 'schedule' | 'start';
export interface Invoker {
  readonly kind: InvokerKind;
  /** Name of the function, id of the schedule, id of the caller; empty where there is one only. */
  readonly id: string;
}

/** `client_context` as it came: its `custom` is handed to the function as `Custom` and as `custom`, the rest as it is. */
export interface ClientContext {
  readonly client?: Readonly<Record<string, unknown>>;
  readonly custom?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, unknown>>;
}

export interface InvokeRequest {
  /** Empty: `{}` for a function with JSON encoding. */
  readonly payload: Uint8Array;
  readonly by: Invoker;
  /** The topic it is told as `clientContext.custom.subject` where the context says none. */
  readonly subject: string;
  readonly clientContext?: ClientContext;
  /** Hops of the event that caused this invocation, so that functions that call each other in circles are stopped. */
  readonly hops: number;
  readonly traceId?: string;
  /** Collect log lines and publishes for the caller (console, `gatehouse invoke`); at most 200 lines and 200 publishes. */
  readonly observe: boolean;
}

/** Lambda's word for it: the function said so itself, or it was found from outside (crash, deadline, memory, load). */
export type FunctionError = '' | 'Handled' | 'Unhandled';

/** Body of a failed invocation, exactly these names (contract 1.4). */
export interface LambdaErrorBody {
  readonly errorMessage: string;
  readonly errorType: string;
  readonly stackTrace: readonly string[];
}

export interface InvokeOutcome {
  readonly requestId: string;
  readonly functionError: FunctionError;
  /** 200 with an answer, also a failed one. */
  readonly statusCode: number;
  /** The result (JSON, or bytes as they are with binary encoding), or a `LambdaErrorBody` as JSON. */
  readonly payload: Uint8Array;
  readonly durationMs: number;
  /** Time in the queue, ms. */
  readonly waitedMs: number;
  /** An instance had to be started for it. */
  readonly cold: boolean;
  /** Only with `observe`. */
  readonly logs: readonly (readonly [level: string, text: string])[];
  readonly published: readonly {
    readonly topic: string;
    readonly payload: Uint8Array;
  }[];
  /** How many there were beyond these lists; absent: none. */
  readonly unlisted?: { readonly logs: number; readonly published: number };
}

/** What is noted on the way for who waits for the outcome. */
export interface Watch {
  /** Monotonic ms at which it was asked for. */
  readonly since: number;
  /** An instance had to be started for it. */
  cold: boolean;
  /** The person who waited has cancelled it: it is not to begin. */
  withdrawn?: boolean;
  /** Only with `observe`: such an event goes to its instance in a batch of its own. */
  readonly seen: Seen | null;
}
/** What there is room for, and how many there were. */
export interface SeenList<T> {
  readonly items: T[];
  readonly most: number;
  count: number;
}
export interface Seen {
  readonly logs: SeenList<readonly [level: string, text: string]>;
  readonly published: SeenList<{ readonly topic: string; readonly payload: Uint8Array }>;
}

/**
 * What an event carries through queue and instance beyond a message. Ordinary messages have none: the hot path does not pay for it.
 * Settled exactly once: `settle` with an outcome, or `fail` when it was never handled (queue full, parked, stopping).
 */
export interface Ticket {
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** The same over all attempts of one event, as Lambda does with asynchronous events. */
  readonly requestId?: string;
  readonly request?: InvokeRequest;
  readonly watch?: Watch;
  settle?(outcome: InvokeOutcome): void;
  fail?(cause: Error): void;
}

/** An event in a function's queue: any message is one. */
export interface Job extends Message {
  readonly ticket?: Ticket;
}
