import type { InstanceEnd } from './instance-seam.ts';
import type { FunctionError, InvokeOutcome, InvokeRequest, Job, Seen, Ticket, Watch } from './invocation.ts';
import type { ErrorWords } from './lambda/contract.ts';
import { errorBody, exitWords, memoryWords, timeoutWords } from './lambda/error-words.ts';
import type { ThrownText } from './protocol.ts';

const MOST_SEEN = 200;
const NOTHING: Uint8Array = Buffer.from('null');
const EMPTY: Seen = { logs: [], published: [] };

/** How an invocation went, as the instance or its end told it. */
export interface Ending {
  readonly startedAt: number;
  readonly durationMs: number;
  readonly functionError: FunctionError;
  readonly payload: Uint8Array;
}

export const ended = (startedAt: number, durationMs: number, result: Uint8Array | undefined): Ending => ({
  startedAt,
  durationMs,
  functionError: '',
  payload: result ?? NOTHING,
});

/** The function said itself that it failed. */
export const thrownEnding = (startedAt: number, durationMs: number, thrown: ThrownText): Ending => ({
  startedAt,
  durationMs,
  functionError: 'Handled',
  payload: errorBody(thrown),
});

/** Found from outside: deadline, memory, exit, an error that nobody caught. */
export function brokenEnding(
  end: InstanceEnd,
  requestId: string,
  limits: { timeoutMs: number; memoryMb: number },
  at: number,
): Ending {
  const durationMs = end.kind === 'timeout' ? limits.timeoutMs : 0;
  const payload = errorBody(outsideWords(end, requestId, limits));
  return { startedAt: at - durationMs, durationMs, functionError: 'Unhandled', payload };
}

function outsideWords(end: InstanceEnd, requestId: string, limits: { timeoutMs: number; memoryMb: number }): ErrorWords {
  if (end.code === 'function/timeout') return timeoutWords(requestId, limits.timeoutMs);
  if (end.code === 'function/out-of-memory') return memoryWords(requestId, limits.memoryMb);
  if (end.code === 'function/exited') return exitWords(requestId, end.exitCode);
  return (
    end.thrown ?? { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: end.message, stackTrace: end.stack.split('\n') }
  );
}

/** Answers who waits for an event, if anybody does. */
export function settle(job: Job, ending: Ending): void {
  const { ticket } = job;
  if (!ticket?.settle) return;
  const { watch } = ticket;
  const { logs, published } = watch?.seen ?? EMPTY;
  const { startedAt, durationMs, functionError, payload } = ending;
  ticket.settle({
    requestId: ticket.requestId ?? '',
    functionError,
    statusCode: 200,
    payload,
    durationMs,
    waitedMs: Math.max(0, startedAt - (watch?.since ?? startedAt)),
    cold: watch?.cold ?? false,
    logs,
    published,
  });
}

/** Adds to what a watcher is shown, as far as there is room. */
export function note<T>(list: T[] | undefined, items: readonly T[]): void {
  if (list) list.push(...items.slice(0, MOST_SEEN - list.length));
}

/** A ticket for somebody who waits, and the promise of its outcome; settled once, whatever is told later. */
export function waitingTicket(request: InvokeRequest, requestId: string, since: number) {
  const { promise, resolve, reject } = Promise.withResolvers<InvokeOutcome>();
  const watch: Watch = { since, cold: false, seen: request.observe ? { logs: [], published: [] } : null };
  const ticket: Ticket = { attempt: 1, requestId, request, watch, settle: resolve, fail: reject };
  return { ticket, promise };
}
