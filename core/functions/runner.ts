import type { ErrorGroupView, FailedEvent, InstanceView } from '../contract/function-views.ts';
import type { FunctionView } from '../contract/views.ts';
import type { PlainSink } from '../router/sink.ts';
import type { ErrorGroup } from './error-groups.ts';
import type { InvokeOutcome, InvokeRequest, Job } from './invocation.ts';

/** What one version of a function leaves to the next. */
export interface Inheritance {
  /** Events that waited or were given back, oldest first, with their tickets (attempts, callers). */
  readonly jobs: readonly Job[];
  /**
   * Resolves when the last running event of the former version has ended: a strictly ordered function begins only then. Gives the
   * events that came to light meanwhile, oldest first: with an instance but not begun, or failed with attempts left. Never rejects.
   */
  readonly drained: Promise<readonly Job[]>;
  /** The faults that were seen, newest first. */
  readonly errors: readonly ErrorGroup[];
}

/** One function of the deployment: its instances, its queue, its figures. Made new for every version. */
export interface FunctionRunner {
  readonly name: string;
  /** Where the router delivers events. `deliver` resolves when the events are in the queue or handled (policy of the function's queue). */
  readonly sink: PlainSink;
  /** Resolves when the instances are ready or the function is parked with its load error; never rejects for the function's own faults. */
  start(signal: AbortSignal): Promise<void>;
  /** Lets running invocations end (until their deadline or 2 s, whichever is first), then ends the instances. */
  stop(): Promise<void>;
  /**
   * Hands over to a new version, between two events: from now on nothing begins here; what waits goes with it. Events that
   * run end here (until their deadline), are booked here, and are run nowhere else. After it only `stop` may be called.
   */
  handOver(): Inheritance;
  /** Takes over from the version before, ahead of anything that has been delivered here. Called once, after `start`. */
  inherit(from: Inheritance): void;
  /**
   * Asks for the result. Rejects with `function/busy` (queue full), `function/parked`, `function/paused`, `gateway/stopping`;
   * an invocation that fails resolves, with `functionError`. Who may invoke is checked by the caller of this.
   * An aborted signal rejects and leaves the invocation running; one with `observe` that no instance has yet does not begin.
   */
  invoke(request: InvokeRequest, signal: AbortSignal): Promise<InvokeOutcome>;
  /**
   * As Lambda's Event invocation: resolves with the request id once it is queued. Retries and dead letter as for messages. Rejects with
   * `function/busy`, `function/parked`, `gateway/stopping`; a paused function takes it and lets it wait.
   */
  invokeLater(request: InvokeRequest): Promise<string>;
  view(): FunctionView;
  instances(): readonly InstanceView[];
  /** Newest first, at most 50 groups; equal stacks are one group. */
  errors(): readonly ErrorGroupView[];
  onChanged(listener: () => void): () => void;
  /** Ends all instances and starts anew, also out of `parked`. */
  restart(): Promise<void>;
  /** Lasts over versions and restarts, where the gateway keeps it. */
  pause(paused: boolean): void;
  /** Hops behind what it hands out at this moment past its events: over HTTP, from a timer. */
  hopsNow(): number;
  /** An event of the dead-letter list again, as attempt 1. Throws as `invokeLater` rejects: it was not taken then. */
  retry(event: FailedEvent): void;
}
