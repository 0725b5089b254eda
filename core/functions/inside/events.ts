import type { Cell } from '../carrier/cell.ts';
import type { FunctionContext, PublishOptions, PublishPayload, ReturnedMessage } from '../lambda/context.ts';
import { createContexts } from '../lambda/contexts.ts';
import type { Callback, EmptyLoop, Handler } from '../lambda/contract.ts';
import { decodeEvent, type PayloadPlace } from '../lambda/event.ts';
import { invoke, isThenable } from '../lambda/handler.ts';
import { checkResult, resultBytes } from '../lambda/result.ts';
import { describeThrown } from '../lambda/thrown.ts';
import type { Outbox } from '../outbox.ts';
import { CELL, type EventExtra, type InstanceFacts, type ThrownText } from '../protocol.ts';

/** What is ready is told before a call when the last telling is older than this. */
const FLUSH_AFTER_MS = 1;

export interface EventsDeps {
  readonly data: InstanceFacts;
  readonly cell: Cell;
  readonly outbox: Outbox;
  readonly emptyLoop: EmptyLoop;
  readonly monotonic: () => number;
  /** Added to the instance's monotonic time, it gives the one that all threads and processes share. */
  readonly sharedOffsetMs: number;
  /** A listener of the function's own that takes this event instead of the handler. */
  divert?(event: PayloadPlace & { readonly source: string }): (() => unknown) | undefined;
}

export interface InstanceEvent extends PayloadPlace {
  readonly serial: number;
  readonly source: string;
  /** What was said of this one beyond a message. */
  readonly extra: EventExtra | undefined;
}

/** Handles one event at a time; told of each end is the outbox. */
export interface Events {
  /** Call it before the first of a batch: time has passed since the last event. */
  resume(): void;
  /** Returns a promise only where the handler has not ended yet; it never rejects. */
  handle(event: InstanceEvent): Promise<void> | undefined;
  /** Serial of the event whose handler runs. */
  readonly current: number | undefined;
  /** As this function, for the event that runs, if one does. Throws `function/publish-limit`. */
  publish(topic: string, payload: PublishPayload, options?: PublishOptions): Promise<void>;
  /** Counts a publish that goes another way against the same limit. Throws `function/publish-limit`. */
  countPublish(): void;
}

export function createEvents(handler: Handler, deps: EventsDeps): Events {
  const { data, cell, outbox, monotonic } = deps;
  const makeContext = createContexts(data, monotonic);
  let requests = 0;
  let current: number | undefined;
  let published = 0;
  /** When the event before this one ended, where this one begins at once: reading the clock costs as much as a small handler. */
  let before: number | undefined;

  function limit(): void {
    published += 1;
    const pending = current === undefined ? outbox.unanswered : published - 1;
    if (pending < data.maxPublishes) return;
    const where = current === undefined ? 'without waiting for the answers' : 'in one invocation';
    const error = new Error(`more than ${data.maxPublishes} messages were published ${where}`);
    throw Object.assign(error, { code: 'function/publish-limit' });
  }
  function contextOf({ serial, topic, source, extra }: InstanceEvent, startedAt: number, done: Callback): FunctionContext {
    requests += 1;
    const requestId = extra?.requestId ?? data.requestPrefix + requests.toString(16).padStart(12, '0');
    const { attempt = 1, clientContext = null } = extra ?? {};
    const facts = { requestId, topic, source, attempt, deadline: startedAt + data.timeoutMs, clientContext };
    const publish: FunctionContext['gatehouse']['publish'] = (to, payload, options) => {
      limit();
      return outbox.publish(current === serial ? serial : undefined, to, payload, options);
    };
    return makeContext(facts, publish, done);
  }
  /** Returned messages are published. Says whether all that was returned is messages. */
  function postReturned(serial: number, result: unknown): boolean {
    const list = Array.isArray(result) ? result : [result];
    let all = list.length > 0;
    for (const one of list) {
      if (isReturnedMessage(one)) {
        limit();
        outbox.post(serial, one.topic, one.payload, one);
      } else all = false;
    }
    return all;
  }
  /** Gives the time. */
  function end(serial: number, startedAt: number, thrown?: ThrownText, result?: Uint8Array): number {
    current = undefined;
    const now = monotonic();
    outbox.ended(startedAt + deps.sharedOffsetMs, now - startedAt, thrown, result);
    if (!outbox.dirty) cell.store(CELL.clean, serial + 1);
    cell.store(CELL.running, 0);
    return now;
  }
  const fail = ({ serial }: InstanceEvent, startedAt: number, thrown: unknown): number =>
    end(serial, startedAt, describeThrown(thrown, data.directory));
  /** `said`: through a promise or a callback. What a plain return gives is no result in Lambda, so it is no fault if JSON cannot say it. */
  function finish({ serial, extra }: InstanceEvent, startedAt: number, result: unknown, said: boolean): number {
    const messages = postReturned(serial, result);
    if (extra?.wantsResult !== true) {
      if (said && !messages) checkResult(data.encoding, result);
      return end(serial, startedAt);
    }
    return end(serial, startedAt, undefined, said ? resultBytes(data.encoding, result) : plainBytes(result));
  }
  function plainBytes(result: unknown): Uint8Array {
    try {
      return resultBytes(data.encoding, result);
    } catch {
      return resultBytes('json', null);
    }
  }
  function begin(event: InstanceEvent, startedAt: number): unknown {
    const listener = deps.divert?.(event);
    if (listener) return listener();
    const decoded = decodeEvent(data.encoding, event);
    return invoke(handler, decoded, (done) => contextOf(event, startedAt, done), deps.emptyLoop);
  }
  async function settle(event: InstanceEvent, startedAt: number, pending: PromiseLike<unknown>): Promise<void> {
    try {
      finish(event, startedAt, await pending, true);
    } catch (thrown) {
      fail(event, startedAt, thrown);
    }
  }
  return {
    resume() {
      before = undefined;
    },
    handle(event) {
      let startedAt = before ?? monotonic();
      before = undefined;
      if (startedAt - outbox.lastFlush > FLUSH_AFTER_MS) {
        outbox.flush();
        startedAt = monotonic();
      }
      current = event.serial;
      published = 0;
      cell.store(CELL.running, event.serial + 1);
      try {
        const result = begin(event, startedAt);
        if (isThenable(result)) return settle(event, startedAt, result);
        before = finish(event, startedAt, result, false);
      } catch (thrown) {
        before = fail(event, startedAt, thrown);
      }
      return undefined;
    },
    get current() {
      return current;
    },
    publish(topic, payload, options) {
      limit();
      return outbox.publish(current, topic, payload, options);
    },
    countPublish: limit,
  };
}

function isReturnedMessage(value: unknown): value is ReturnedMessage {
  return typeof value === 'object' && value !== null && 'topic' in value && typeof value.topic === 'string' && 'payload' in value;
}
