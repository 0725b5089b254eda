import { createBackoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import { ERRORS, type ErrorCode, GatewayError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { createQueue } from '../base/queue.ts';
import type { SubscriptionConfig } from '../contract/document/subscriptions.ts';
import type { Message } from '../contract/message.ts';
import type { FaultView } from '../contract/views.ts';
import { type Books, type Counts, createBooks } from './books.ts';
import { PartlyRefused, type Sink } from './sink.ts';
import type { Tracer } from './tracer.ts';
import type { Waiter } from './waiter.ts';

export interface RouteDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly tracer: Tracer;
  /** The target's sink now; undefined where the target is not there. */
  sink(target: string): Sink | undefined;
  /** Asks for a `flush` at the end of this turn of the loop. */
  schedule(route: Route): void;
}

/** The bounded queue between one subscription and its target. Order is the order of `offer`. */
export interface Route {
  readonly config: SubscriptionConfig;
  readonly books: Books;
  readonly waiting: number;
  readonly lastFault: FaultView | null;
  /** True when the publisher should wait: the target is durable, or this route is full and blocks its source. */
  mustWait(): boolean;
  offer(message: Message, waiter: Waiter | null): void;
  flush(): void;
  /** Takes no more; what waits is still delivered while its target is there. */
  retire(): void;
  /** Drops what waits, for the reason given, and settles every waiter. */
  close(reason: string): void;
}

interface Item {
  readonly message: Message;
  readonly waiter: Waiter | null;
}

const codeOf = (error: Error): ErrorCode => (error instanceof GatewayError ? error.code : 'gateway/internal');

const BATCH = 256;
/** Where a batch is one commit; as many as the store takes into one. */
const DURABLE_BATCH = 2048;
/** Sources that wait because the route is full; beyond it even a blocking route refuses. */
const BLOCKED_MAX = 10_000;

/** `initial`: what was counted before for this subscription. */
export function createRoute(deps: RouteDeps, config: SubscriptionConfig, initial?: Counts): Route {
  const books = createBooks(initial);
  const queue = createQueue<Item>(config.queue.size);
  const blocked = createQueue<Item>(BLOCKED_MAX);
  const backoff = createBackoff({ firstMs: 100, maxMs: 5000 }, () => 0.5);
  let inFlight: readonly Item[] = [];
  let busy = false;
  let closed = false;
  let retired = false;
  let cancelRetry = (): void => {};
  let lastFault: FaultView | null = null;

  function drop(item: Item, reason: string, error: Error | null): void {
    books.dropped(reason);
    if (item.message.traceId !== undefined) deps.tracer.hop(item.message.traceId, 'dropped', config.id, reason);
    if (!item.waiter) return;
    if (error) item.waiter.failed(error);
    else item.waiter.done();
  }
  const closedFault = (): GatewayError => new GatewayError('gateway/stopping', `Subscription ${config.id} was closed.`);
  /** A sink that throws has refused like one that rejects. */
  function handOver(sink: Sink, batch: readonly Item[]): Promise<void> | undefined {
    try {
      return sink.deliver(
        batch.map((item) => item.message),
        config,
      );
    } catch (cause) {
      return Promise.reject(cause);
    }
  }
  function admitBlocked(): void {
    while (!queue.full) {
      const item = blocked.shift();
      if (!item) return;
      queue.push(item);
    }
  }
  function takenOver(batch: readonly Item[], durable: boolean): void {
    books.left(batch.length);
    for (const item of batch) {
      if (item.message.traceId !== undefined && !config.target.startsWith('function:')) {
        deps.tracer.hop(item.message.traceId, durable ? 'stored' : 'delivered', config.target, config.id);
      }
      item.waiter?.done();
    }
  }
  function delivered(batch: readonly Item[], durable: boolean): void {
    inFlight = [];
    busy = false;
    backoff.reset();
    lastFault = null;
    admitBlocked();
    // The next commit is on its way before the publishers of this one are told: that takes time of its own.
    if (durable) route.flush();
    takenOver(batch, durable);
    // A retired one too: the router lets go of it when nothing waits.
    if (queue.size > 0 || retired) deps.schedule(route);
  }
  /** What a sink took of a batch that it refused in part is done with; the rest is refused. */
  function failed(batch: readonly Item[], error: Error, durable: boolean): void {
    if (!(error instanceof PartlyRefused)) {
      refused(batch, () => error);
      return;
    }
    const { refused: reasons } = error;
    const left = new Map<Item, Error>();
    batch.forEach((item, index) => {
      const reason = reasons.get(index);
      if (reason) left.set(item, reason);
    });
    takenOver(
      batch.filter((item) => !left.has(item)),
      durable,
    );
    refused([...left.keys()], (item) => left.get(item) ?? error);
  }
  /** Publishers that can send again are told; what cannot be had again (a device's reading) is kept and offered again. */
  function refused(batch: readonly Item[], reasonOf: (item: Item) => Error): void {
    inFlight = [];
    for (const error of new Set(batch.map(reasonOf))) noteFault(error);
    const ended = new Map<string, Error>();
    const keep = batch.filter((item) => {
      const error = reasonOf(item);
      const code = codeOf(error);
      const { qos, source } = item.message;
      if (ERRORS[code].retry && source.kind !== 'client' && source.kind !== 'function') return true;
      drop(item, code, error);
      if (source.kind === 'client' && qos > 0 && !ended.has(source.id)) ended.set(source.id, error);
      return false;
    });
    if (ended.size > 0) dropBehind(ended);
    if (closed) {
      for (const item of keep) drop(item, 'stopping', closedFault());
      busy = false;
      return;
    }
    queue.unshift(keep);
    cancelRetry = deps.clock.after(keep.length > 0 ? backoff.next() : 0, () => {
      busy = false;
      admitBlocked();
      deps.schedule(route);
    });
  }
  /**
   * A client whose message was refused is disconnected, and sends that one and all that are not acknowledged again: what is already
   * here of it must not be taken before.
   */
  function dropBehind(ended: ReadonlyMap<string, Error>): void {
    for (const waiting of [queue, blocked]) {
      for (const item of waiting.clear()) {
        const { qos, source } = item.message;
        const error = source.kind === 'client' && qos > 0 ? ended.get(source.id) : undefined;
        if (error) drop(item, codeOf(error), error);
        else waiting.push(item);
      }
    }
  }
  function noteFault(error: Error): void {
    const code = codeOf(error);
    if (lastFault?.code !== code) deps.log.warn('route.refused', { route: config.id, target: config.target, cause: error });
    lastFault = {
      code,
      message: error instanceof GatewayError ? error.message : ERRORS[code].show,
      remedy: error instanceof GatewayError ? error.remedy : ERRORS[code].remedy,
      at: deps.clock.now(),
    };
  }
  const route: Route = {
    config,
    books,
    get waiting() {
      return queue.size + blocked.size + inFlight.length;
    },
    get lastFault() {
      return lastFault;
    },
    mustWait: () => deps.sink(config.target)?.durable === true || (queue.full && config.queue.whenFull === 'block-source'),
    offer(message, waiter) {
      books.entered();
      const item = { message, waiter };
      if (closed || retired) {
        drop(item, 'stopping', new GatewayError('gateway/stopping', `Subscription ${config.id} is being replaced.`));
        return;
      }
      if (!queue.push(item)) {
        if (config.queue.whenFull === 'drop-oldest') {
          // A refused batch that came back may have filled the queue beyond its bound.
          while (queue.full) {
            const oldest = queue.shift();
            if (oldest) drop(oldest, 'queue-full', null);
          }
          queue.push(item);
        } else if (config.queue.whenFull === 'reject-newest' || !blocked.push(item)) {
          drop(
            item,
            'queue-full',
            new GatewayError('router/queue-full', `The queue of subscription ${config.id} is full (${queue.size} messages).`),
          );
          return;
        }
      }
      if (!busy) deps.schedule(route);
    },
    flush() {
      while (!busy && !closed && queue.size > 0) {
        const sink = deps.sink(config.target);
        const batch = queue.take(sink?.durable ? DURABLE_BATCH : BATCH);
        inFlight = batch;
        admitBlocked();
        if (!sink) {
          inFlight = [];
          for (const item of batch) drop(item, 'no-target', null);
          continue;
        }
        busy = true;
        const pending = handOver(sink, batch);
        if (pending === undefined) delivered(batch, sink.durable);
        else
          pending.then(
            () => delivered(batch, sink.durable),
            (cause: unknown) => failed(batch, cause instanceof Error ? cause : new Error(String(cause)), sink.durable),
          );
      }
    },
    retire() {
      retired = true;
    },
    close(reason) {
      closed = true;
      cancelRetry();
      for (const item of [...queue.clear(), ...blocked.clear()]) {
        drop(item, reason, closedFault());
      }
    },
  };
  return route;
}
