import type { Clock } from '../base/clock.ts';
import { GatewayError } from '../base/errors.ts';
import type { FailedEvent } from '../contract/function-views.ts';
import type { Source } from '../contract/message.ts';
import type { ClientContext, InvokeOutcome, InvokeRequest, Invoker, Job, Ticket } from './invocation.ts';
import { waitingTicket } from './results.ts';

export interface InvokingDeps {
  readonly clock: Clock;
  newId(): string;
  /** Queues it, or throws. */
  admit(job: Job): void;
  /** Somebody was sent away because the queue is full. */
  onBusy(): void;
}

/** Turns requests into events of the queue. All of them throw what `admit` throws. */
export interface Invoking {
  /** Waits for the outcome; an aborted signal rejects. It takes back an observed event that no instance has yet; what runs goes on. */
  invoke(request: InvokeRequest, signal: AbortSignal): Promise<InvokeOutcome>;
  /** Gives the request id. */
  later(request: InvokeRequest): string;
  /** A dead letter, as attempt 1. */
  again(event: FailedEvent): void;
}

function sourceOf({ kind, id }: Invoker): Source {
  if (kind === 'function' || kind === 'cloud') return { kind, id: id === '' ? kind : id };
  return { kind: 'system', id: id === '' ? kind : `${kind}:${id}` };
}

export function createInvoking(deps: InvokingDeps): Invoking {
  const { clock, newId } = deps;
  let sequence = 0;
  function jobOf(request: InvokeRequest, ticket: Ticket): Job {
    const { subject: topic, payload, by, hops, traceId } = request;
    sequence += 1;
    const at = { wallMs: clock.now(), monoMs: clock.monotonic(), bootId: '', trust: 'holding' } as const;
    const job: Job = { topic, payload, qos: 0, retain: false, source: sourceOf(by), sequence, at, hops, ticket };
    return traceId === undefined ? job : { ...job, traceId };
  }
  function admit(job: Job): void {
    try {
      deps.admit(job);
    } catch (cause) {
      if (cause instanceof GatewayError && cause.code === 'function/busy') deps.onBusy();
      throw cause;
    }
  }
  return {
    async invoke(request, signal) {
      signal.throwIfAborted();
      const { ticket, promise } = waitingTicket(request, newId(), clock.monotonic());
      admit(jobOf(request, ticket));
      const { promise: aborted, reject } = Promise.withResolvers<never>();
      const onAbort = (): void => {
        if (ticket.watch && request.observe) ticket.watch.withdrawn = true;
        reject(signal.reason);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        return await Promise.race([promise, aborted]);
      } finally {
        signal.removeEventListener('abort', onAbort);
      }
    },
    later(request) {
      const requestId = newId();
      admit(jobOf(request, { attempt: 1, requestId, request }));
      return requestId;
    },
    again: (event) => admit(jobAgain(event, 1, newId)),
  };
}

/** A stored event as one of the queue, with the ticket of this attempt. */
export function jobAgain({ message, requestId, context }: FailedEvent, attempt: number, newId: () => string): Job {
  const ticket: Ticket = { attempt, requestId: requestId ?? newId() };
  if (context === null) return { ...message, ticket };
  const clientContext: ClientContext = JSON.parse(context);
  const { payload, topic: subject, hops } = message;
  const request: InvokeRequest = { payload, by: { kind: 'console', id: '' }, subject, clientContext, hops, observe: false };
  return { ...message, ticket: { ...ticket, request } };
}
