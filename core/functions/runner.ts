import type { FunctionView } from '../contract/views.ts';
import type { PlainSink } from '../router/sink.ts';

/** One function of the deployment: its threads, its queue, its figures. Made new for every version. */
export interface FunctionRunner {
  readonly name: string;
  /** Where the router delivers events. `deliver` resolves when the events are in the queue or handled (policy of the function's queue). */
  readonly sink: PlainSink;
  /** Resolves when the threads are ready or the function is parked with its load error; never rejects for the function's own faults. */
  start(signal: AbortSignal): Promise<void>;
  /** Lets running invocations end (until their deadline or 2 s, whichever is first), then ends the threads. */
  stop(): Promise<void>;
  view(): FunctionView;
  onChanged(listener: () => void): () => void;
  /** Ends all threads and starts anew, also out of `parked`. */
  restart(): Promise<void>;
  pause(paused: boolean): void;
}
