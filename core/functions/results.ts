import type { InstanceEnd } from './instance-seam.ts';
import type { FunctionError, InvokeOutcome, InvokeRequest, Job, Seen, SeenList, Ticket, Watch } from './invocation.ts';
import type { ErrorWords } from './lambda/contract.ts';
import { brokenWords, errorBody, exitWords, memoryWords, timeoutWords } from './lambda/error-words.ts';
import type { ThrownText } from './protocol.ts';

/** More than a second's lines and the one that says that there were more. */
const MOST_LOGS = 256;
/** As many as an invocation may publish unless its document says otherwise. */
const MOST_PUBLISHED = 1000;
const NOTHING: Uint8Array = Buffer.from('null');
const emptySeen = (): Seen => ({
  logs: { items: [], most: MOST_LOGS, count: 0 },
  published: { items: [], most: MOST_PUBLISHED, count: 0 },
});

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
  return end.thrown ?? brokenWords(requestId, end.message);
}

/** Answers who waits for an event, if anybody does. */
export function settle(job: Job, ending: Ending): void {
  const { ticket } = job;
  if (!ticket?.settle) return;
  const { watch } = ticket;
  const { logs, published } = watch?.seen ?? emptySeen();
  const { startedAt, durationMs, functionError, payload } = ending;
  ticket.settle({
    requestId: ticket.requestId ?? '',
    functionError,
    statusCode: 200,
    payload,
    durationMs,
    waitedMs: Math.max(0, startedAt - (watch?.since ?? startedAt)),
    cold: watch?.cold ?? false,
    logs: logs.items,
    published: published.items,
    unlisted: { logs: logs.count - logs.items.length, published: published.count - published.items.length },
  });
}

/** Adds to what a watcher is shown, as far as there is room, and counts the rest. */
export function note<T>(list: SeenList<T> | undefined, items: readonly T[]): void {
  if (!list) return;
  list.items.push(...items.slice(0, list.most - list.items.length));
  list.count += items.length;
}

/** A ticket for somebody who waits, and the promise of its outcome; settled once, whatever is told later. */
export function waitingTicket(request: InvokeRequest, requestId: string, since: number) {
  const { promise, resolve, reject } = Promise.withResolvers<InvokeOutcome>();
  const watch: Watch = { since, cold: false, seen: request.observe ? emptySeen() : null };
  const ticket: Ticket = { attempt: 1, requestId, request, watch, settle: resolve, fail: reject };
  return { ticket, promise };
}
