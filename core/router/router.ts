import type { Clock } from '../base/clock.ts';
import { GatewayError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import { createRate, type Rate } from '../base/rate.ts';
import type { SubscriptionConfig } from '../contract/document/subscriptions.ts';
import type { ClockTrust, Draft, Message, Source, Stamp } from '../contract/message.ts';
import { createChangedFigures } from './changed-figures.ts';
import { createKeptBooks } from './kept-books.ts';
import { createRoute, type Route } from './route.ts';
import { createSequences, type StoredSource } from './sequences.ts';
import type { Sink } from './sink.ts';
import { createTopicTrie } from './topic-trie.ts';
import { topicFault } from './topics.ts';
import type { Tracer } from './tracer.ts';
import { countDown, createLater, type Waiter } from './waiter.ts';

/** One subscription seen from one source: what the Flows picture draws as an edge. */
export interface Edge {
  readonly id: string;
  readonly from: string;
  readonly route: Route;
  readonly rate: Rate;
  lastAt: number | null;
  /** Of all that goes to its target. */
  readonly targetRate: Rate;
}

export type Tap = (message: Message, edge: Edge | null) => void;

export interface RouterDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  readonly bootId: string;
  trust(): ClockTrust;
}

export interface Router {
  /**
   * Stamps the message and puts it on every route that matches. Returns undefined when accepted at once, else a promise:
   * it resolves when durable targets have committed and full routes had room, and rejects with the first fault.
   * A bad topic and a message that went in circles are refused (`router/bad-topic`) or dropped and counted (`hop-limit`).
   */
  publish(draft: Draft): Promise<void> | undefined;
  /** As `publish`, without the cost of a promise: true when accepted at once, else `waiter` is told once, perhaps before this returns. */
  offer(draft: Draft, waiter: Waiter): boolean;
  /** Calls `publishes` now; what it publishes gets one time. For what comes in groups: reading the clocks is a good part of a message's cost. */
  together(publishes: () => void): void;
  /** Replaces all routes. Unchanged ones keep their queues; removed ones deliver what waits. */
  apply(subscriptions: readonly SubscriptionConfig[], hopLimit: number): void;
  /** Sets or removes (undefined) the sink of a target. */
  attach(target: string, sink: Sink | undefined): void;
  routes(): readonly Route[];
  edges(): readonly Edge[];
  /** Sees every message, once with each edge it takes, and with null where no subscription wants it. */
  tap(listener: Tap): () => void;
  rateOf(party: string): { inPerS: number; outPerS: number };
  /**
   * Figures that `save` gave in an earlier start, and the last sequence of every source that the outbox has stored. Called once,
   * before `apply` and before anything is published.
   */
  restore(figures: Readonly<Record<string, number>>, stored: readonly StoredSource[]): void;
  /**
   * The books of the subscriptions, the sequences of the sources and the router's own counters: those that have changed since the
   * last call, null for what is forgotten. What is published between the last save and a crash is in no figure.
   */
  save(): Record<string, number | null>;
  stop(): void;
}

interface Origin {
  readonly ref: string;
  /** False once it was forgotten for others; whoever holds it then looks for its successor. */
  known: boolean;
  sequence: number;
  readonly rate: Rate;
  /** Edges by topic, one for all origins of one ref, filled as topics come; emptied when it grows beyond a bound or the routes change. */
  readonly cache: Map<string, readonly Edge[]>;
}

const CACHE_MAX = 5000;
const ORIGINS_MAX = 20_000;

const refOf = (source: Source): string =>
  source.kind === 'client'
    ? 'local'
    : source.kind === 'device' || source.kind === 'function'
      ? `${source.kind}:${source.id}`
      : source.kind;

const accepts = (source: string, ref: string): boolean =>
  source === ref ||
  (source === 'device:*' && ref.startsWith('device:')) ||
  (source === 'function:*' && ref.startsWith('function:'));

export function createRouter(deps: RouterDeps): Router {
  const { clock, tracer } = deps;
  const sinks = new Map<string, Sink>();
  const origins = new Map<string, Origin>();
  /** A source that sends much hands in the same object each time: that spares making its name. */
  const bySource = new WeakMap<Source, Origin>();
  const caches = new Map<string, Map<string, readonly Edge[]>>();
  const edges = new Map<string, Edge>();
  const taps = new Set<Tap>();
  const dirty = new Set<Route>();
  const targetRates = new Map<string, Rate>();
  const published = deps.metrics.counter('gatehouse_messages_published_total', 'Messages handed to the router');
  const unrouted = deps.metrics.counter('gatehouse_messages_unrouted_total', 'Messages that no subscription wants');
  const stopped = deps.metrics.counter('gatehouse_messages_hop_limit_total', 'Messages stopped because they went in circles');
  const totals = [
    ['router/published', published],
    ['router/unrouted', unrouted],
    ['router/hop-limit', stopped],
  ] as const;
  const kept = createKeptBooks();
  const sequences = createSequences();
  const figures = createChangedFigures();
  let ended = false;
  let routes: readonly Route[] = [];
  let retired: Route[] = [];
  let trie = createTopicTrie<Route>([]);
  let hopLimit = 8;
  let flushPlanned = false;
  /** Of all that is published at this moment. */
  let stamp: Stamp | undefined;
  let lastHopWarning = Number.NEGATIVE_INFINITY;

  function flushAll(): void {
    flushPlanned = false;
    const now = [...dirty];
    dirty.clear();
    for (const route of now) route.flush();
    retired = retired.filter((route) => {
      if (route.waiting > 0) return true;
      const { id } = route.config;
      kept.finished(
        route,
        routes.find((one) => one.config.id === id),
      );
      return false;
    });
  }
  const routeDeps = {
    clock,
    log: deps.log,
    tracer,
    sink: (target: string) => sinks.get(target),
    schedule(route: Route) {
      dirty.add(route);
      if (flushPlanned) return;
      flushPlanned = true;
      queueMicrotask(flushAll);
    },
  };
  function originOf(source: Source): Origin {
    const held = bySource.get(source);
    if (held?.known) return held;
    const found = findOrigin(source);
    bySource.set(source, found);
    return found;
  }
  function findOrigin(source: Source): Origin {
    const name = `${source.kind}:${source.id}`;
    const known = origins.get(name);
    if (known) return known;
    const ref = refOf(source);
    const cache = caches.get(ref) ?? new Map<string, readonly Edge[]>();
    caches.set(ref, cache);
    const made: Origin = { ref, known: true, sequence: sequences.last(name), rate: createRate(), cache };
    if (origins.size >= ORIGINS_MAX) {
      // Clients come and go; devices and functions are few, and their sequences must go on.
      for (const [oldest, origin] of origins) {
        if (origin.ref !== 'local') continue;
        origins.delete(oldest);
        origin.known = false;
        sequences.forget(oldest, origin.sequence);
        break;
      }
    }
    origins.set(name, made);
    return made;
  }
  function targetRateOf(target: string): Rate {
    const known = targetRates.get(target) ?? createRate();
    targetRates.set(target, known);
    return known;
  }
  function edgeOf(route: Route, from: string): Edge {
    const id = route.config.source.endsWith(':*') ? `${route.config.id}/${from.slice(from.indexOf(':') + 1)}` : route.config.id;
    const known = edges.get(id);
    if (known) return known;
    const made: Edge = { id, from, route, rate: createRate(), lastAt: null, targetRate: targetRateOf(route.config.target) };
    edges.set(id, made);
    return made;
  }
  function edgesFor(origin: Origin, topic: string): readonly Edge[] {
    const found = trie
      .match(topic)
      .flatMap((route) => (accepts(route.config.source, origin.ref) ? [edgeOf(route, origin.ref)] : []));
    if (origin.cache.size >= CACHE_MAX) origin.cache.clear();
    origin.cache.set(topic, found);
    return found;
  }
  function inCircles(draft: Draft, now: number): boolean {
    if ((draft.hops ?? 0) <= hopLimit) return false;
    stopped.add();
    if (now - lastHopWarning > 10_000) {
      lastHopWarning = now;
      deps.log.warn('router.hop-limit', {
        message: `A message on "${draft.topic}" went through more than ${hopLimit} functions and was stopped.`,
        topic: draft.topic,
        remedy: 'Look for a function that publishes to a topic it is subscribed to.',
      });
    }
    return true;
  }
  /** Returns null when nobody has to wait. */
  function offerAll<W extends Waiter>(
    targets: readonly Edge[],
    message: Message,
    now: number,
    given: W | null,
    make: () => W,
  ): W | null {
    for (const edge of targets) {
      edge.rate.add(now);
      edge.lastAt = message.at.wallMs;
      edge.targetRate.add(now);
    }
    const [first] = targets;
    if (first && targets.length === 1) {
      const waiter = first.route.mustWait() ? (given ?? make()) : null;
      first.route.offer(message, waiter);
      return waiter;
    }
    // All are asked before the first is given anything: that may fill another.
    const waiting = new Set(targets.filter((edge) => edge.route.mustWait()));
    const waiter = waiting.size > 0 ? (given ?? make()) : null;
    const each = waiter && waiting.size > 1 ? countDown(waiting.size, waiter) : waiter;
    for (const edge of targets) edge.route.offer(message, waiting.has(edge) ? each : null);
    return waiter;
  }
  const stampNow = (): Stamp => ({
    wallMs: clock.now(),
    monoMs: clock.monotonic(),
    bootId: deps.bootId,
    trust: deps.trust(),
  });
  function messageOf(draft: Draft, sequence: number, at: Stamp, traceId: string | undefined): Message {
    const message: Message = {
      topic: draft.topic,
      payload: draft.payload,
      qos: draft.qos,
      retain: draft.retain,
      source: draft.source,
      sequence,
      at,
      hops: draft.hops ?? 0,
    };
    if (traceId === undefined && draft.expiryMs === undefined) return message;
    return {
      ...message,
      ...(traceId === undefined ? {} : { traceId }),
      ...(draft.expiryMs === undefined ? {} : { expiryMs: draft.expiryMs }),
    };
  }
  /** Null when accepted at once, else the waiter: the given one, or one made only now, as mostly nobody has to wait. */
  function put<W extends Waiter>(draft: Draft, given: W | null, make: () => W): W | null {
    const origin = originOf(draft.source);
    const known = origin.cache.get(draft.topic);
    // what is in the cache was looked at before
    const fault = known ? null : topicFault(draft.topic);
    if (fault !== null) {
      const waiter = given ?? make();
      waiter.failed(new GatewayError('router/bad-topic', `"${draft.topic.slice(0, 60)}": ${fault}.`));
      return waiter;
    }
    const at = stamp ?? stampNow();
    const now = at.monoMs;
    if (inCircles(draft, now)) return null;
    origin.sequence += 1;
    origin.rate.add(now);
    published.add();
    const traceId = draft.traceId ?? tracer.begin(origin.ref, draft.topic);
    const message = messageOf(draft, origin.sequence, at, traceId);
    const targets = known ?? edgesFor(origin, draft.topic);
    if (traceId !== undefined) {
      tracer.hop(traceId, 'published', origin.ref, draft.topic, now);
      for (const edge of targets) tracer.hop(traceId, 'routed', edge.route.config.id, `to ${edge.route.config.target}`);
    }
    if (taps.size > 0) {
      for (const tap of taps) {
        if (targets.length === 0) tap(message, null);
        for (const edge of targets) tap(message, edge);
      }
    }
    if (targets.length === 0) {
      unrouted.add();
      return null;
    }
    return offerAll(targets, message, now, given, make);
  }
  return {
    publish: (draft) => put(draft, null, createLater)?.promise(),
    offer: (draft, waiter) => put<Waiter>(draft, waiter, createLater) === null,
    together(publishes) {
      const outer = stamp;
      stamp ??= stampNow();
      try {
        publishes();
      } finally {
        stamp = outer;
      }
    },
    apply(subscriptions, limit) {
      hopLimit = limit;
      const known = new Map(routes.map((route) => [JSON.stringify(route.config), route]));
      const wanted = subscriptions.filter((one) => one.enabled);
      const stay = new Set(wanted.map((config) => JSON.stringify(config)));
      // First, so that the books of a changed subscription are there for the route that takes its place.
      for (const [key, route] of known) {
        if (stay.has(key)) continue;
        route.retire();
        kept.retired(route);
        retired.push(route);
        routeDeps.schedule(route);
      }
      routes = wanted.map((config) => known.get(JSON.stringify(config)) ?? createRoute(routeDeps, config, kept.take(config.id)));
      kept.bound();
      trie = createTopicTrie(routes.map((route) => ({ filter: route.config.subject, value: route })));
      for (const [id, edge] of edges) if (!routes.includes(edge.route)) edges.delete(id);
      for (const route of routes) if (!route.config.source.endsWith(':*')) edgeOf(route, route.config.source);
      for (const cache of caches.values()) cache.clear();
      const targets = new Set(routes.map((route) => route.config.target));
      for (const target of targetRates.keys()) if (!targets.has(target)) targetRates.delete(target);
      for (const target of targets) targetRateOf(target);
    },
    attach(target, sink) {
      if (sink) sinks.set(target, sink);
      else sinks.delete(target);
    },
    routes: () => routes,
    edges: () => [...edges.values()],
    tap(listener) {
      taps.add(listener);
      return () => {
        taps.delete(listener);
      };
    },
    rateOf(party) {
      const now = clock.monotonic();
      let outPerS = 0;
      for (const origin of origins.values()) if (origin.ref === party) outPerS += origin.rate.perS(now);
      return { inPerS: targetRates.get(party)?.perS(now) ?? 0, outPerS };
    },
    restore(saved, stored) {
      kept.restore(saved);
      sequences.restore(saved, stored);
      for (const [key, counter] of totals) counter.add(saved[key] ?? 0);
      figures.start(saved, (key) => /^(route|router|sequence|sequences)\//.test(key));
    },
    save() {
      const last = new Map([...origins].map(([name, origin]) => [name, origin.sequence]));
      return figures.changes({
        ...kept.save(routes),
        ...sequences.save(last, ended),
        ...Object.fromEntries(totals.map(([key, counter]) => [key, counter.value])),
      });
    },
    stop() {
      ended = true;
      for (const route of [...routes, ...retired]) route.close('stopping');
    },
  };
}
