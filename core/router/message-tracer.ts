import type { Clock } from '../base/clock.ts';
import { createEmitter } from '../base/emitter.ts';
import type { HopKind, TraceView } from '../contract/views.ts';
import type { Tracer } from './tracer.ts';

interface Trace {
  readonly id: string;
  readonly startedAt: number;
  readonly origin: string;
  readonly topic: string;
  readonly reason: 'asked' | 'sampled';
  readonly hops: { kind: HopKind; place: string; atMono: number; detail: string }[];
}

export interface TracerOptions {
  /** Traces kept; the oldest goes first. */
  readonly keep: number;
  /** A source is sampled at most once in this time. */
  readonly sampleEveryMs: number;
  /** Hops of one trace; further ones are left out (a function that fans out). */
  readonly maxHops: number;
}

export function createTracer(deps: { clock: Clock; newId(): string }, options: TracerOptions): Tracer {
  const { clock } = deps;
  const kept = new Map<string, Trace>();
  const sampledAt = new Map<string, number>();
  const changed = createEmitter<TraceView>();
  const asked = new Set<string>();
  let askedAny = false;

  function start(source: string, topic: string, reason: Trace['reason']): string {
    const id = deps.newId();
    if (kept.size >= options.keep) {
      // What a person asked for outlives the samples.
      const victim = [...kept.values()].find((trace) => trace.reason === 'sampled') ?? kept.values().next().value;
      if (victim) kept.delete(victim.id);
    }
    kept.set(id, { id, startedAt: clock.now(), origin: source, topic, reason, hops: [] });
    return id;
  }
  function view(trace: Trace): TraceView {
    const sorted = [...trace.hops].sort((a, b) => a.atMono - b.atMono);
    const first = sorted[0]?.atMono ?? 0;
    return {
      id: trace.id,
      startedAt: trace.startedAt,
      origin: trace.origin,
      topic: trace.topic,
      reason: trace.reason,
      hops: sorted.map(({ kind, place, atMono, detail }) => ({
        kind,
        place,
        detail,
        afterUs: Math.round((atMono - first) * 1000),
      })),
    };
  }
  return {
    begin(source, topic) {
      if (askedAny || asked.has(source)) {
        askedAny = false;
        asked.delete(source);
        return start(source, topic, 'asked');
      }
      const now = clock.monotonic();
      const last = sampledAt.get(source);
      if (last !== undefined && now - last < options.sampleEveryMs) return undefined;
      sampledAt.set(source, now);
      return start(source, topic, 'sampled');
    },
    hop(traceId, kind, place, detail, atMono) {
      const trace = kept.get(traceId);
      if (!trace || trace.hops.length >= options.maxHops) return;
      trace.hops.push({ kind, place, detail, atMono: atMono ?? clock.monotonic() });
      if (changed.size > 0) changed.emit(view(trace));
    },
    askNext(source) {
      if (source === null) askedAny = true;
      else asked.add(source);
    },
    traces: () => [...kept.values()].map(view),
    onChanged: (listener) => changed.on(listener),
  };
}
