import type { Clock } from '../base/clock.ts';
import { createRate } from '../base/rate.ts';
import type { Service } from '../base/service.ts';
import { DROP_REASONS, type DropReason, type Spool, type StreamStats } from '../store/spool.ts';

export interface StreamFigures {
  readonly inPerS: number;
  readonly outPerS: number;
  /** Payload bytes a second. */
  readonly inBytesPerS: number;
  /** Until it is empty at the rates of the last seconds; null while it does not shrink. 0 when empty. */
  readonly drainMs: number | null;
}

/** A stream that has lost messages within the last minute, and why. */
export interface Dropping {
  readonly stream: string;
  readonly reasons: readonly DropReason[];
}

export interface OutboxFigures extends Service {
  of(stream: string): StreamFigures;
  dropping(): readonly Dropping[];
}

const SAMPLE_MS = 500;
/** A drain is not even: its end is told from the mean of the last 10 s. */
const WINDOW = 20;
/** Shrinks by less than one message in so long: no end can be told. */
const LEAST_PER_S = 0.01;
/** So long after the last drop a stream counts as dropping, so that single drops do not flicker. */
const DROPPING_MS = 60_000;

const IDLE: StreamFigures = { inPerS: 0, outPerS: 0, inBytesPerS: 0, drainMs: 0 };

function createStreamMeter(first: StreamStats) {
  const into = createRate();
  const out = createRate();
  const bytes = createRate();
  const droppedAt = new Map<DropReason, number>();
  let last = first;
  const window: { readonly shrunk: number; readonly elapsedMs: number }[] = [];
  function shrinkPerS(): number {
    const shrunk = window.reduce((sum, one) => sum + one.shrunk, 0);
    const elapsedMs = window.reduce((sum, one) => sum + one.elapsedMs, 0);
    return elapsedMs > 0 ? (shrunk / elapsedMs) * 1000 : 0;
  }
  return {
    take(now: StreamStats, mono: number, elapsedMs: number): void {
      // A salvaged database may know less than before: never count backwards.
      const entered = Math.max(0, now.appended - last.appended);
      const left = Math.max(0, now.acknowledged - last.acknowledged);
      into.add(mono, entered);
      out.add(mono, left);
      bytes.add(mono, Math.max(0, now.appendedBytes - last.appendedBytes));
      for (const reason of DROP_REASONS)
        if ((now.dropped[reason] ?? 0) > (last.dropped[reason] ?? 0)) droppedAt.set(reason, mono);
      window.push({ shrunk: left - entered, elapsedMs });
      if (window.length > WINDOW) window.shift();
      last = now;
    },
    figures(mono: number): StreamFigures {
      const shrink = shrinkPerS();
      const drainMs = last.count === 0 ? 0 : shrink < LEAST_PER_S ? null : Math.round((last.count / shrink) * 1000);
      return { inPerS: into.perS(mono), outPerS: out.perS(mono), inBytesPerS: bytes.perS(mono), drainMs };
    },
    dropping: (mono: number): readonly DropReason[] =>
      [...droppedAt].filter(([, at]) => mono - at < DROPPING_MS).map(([reason]) => reason),
  };
}

/** Rates of every stream, from the differences of its counters. Bounded by the number of streams. */
export function createOutboxFigures(deps: { clock: Clock; spool: Pick<Spool, 'stats'> }): OutboxFigures {
  const meters = new Map<string, ReturnType<typeof createStreamMeter>>();
  let cancel = (): void => {};
  let sampledAt = deps.clock.monotonic();

  function sample(): void {
    const mono = deps.clock.monotonic();
    const elapsedMs = mono - sampledAt;
    sampledAt = mono;
    const { streams } = deps.spool.stats();
    for (const stream of streams) {
      const known = meters.get(stream.name);
      if (known) known.take(stream, mono, elapsedMs);
      else meters.set(stream.name, createStreamMeter(stream));
    }
    const names = new Set(streams.map((one) => one.name));
    for (const name of meters.keys()) if (!names.has(name)) meters.delete(name);
  }
  return {
    name: 'outbox-figures',
    async start(signal) {
      signal.throwIfAborted();
      sample();
      cancel = deps.clock.every(SAMPLE_MS, sample);
    },
    async stop() {
      cancel();
    },
    of: (stream) => meters.get(stream)?.figures(deps.clock.monotonic()) ?? IDLE,
    dropping() {
      const mono = deps.clock.monotonic();
      return [...meters].flatMap(([stream, meter]) => {
        const reasons = meter.dropping(mono);
        return reasons.length === 0 ? [] : [{ stream, reasons }];
      });
    },
  };
}
