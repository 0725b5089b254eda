import { createBackoff } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import type { GatewayError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { BatchConfig, PriorityName } from '../../contract/document/outbox.ts';
import type { FaultView } from '../../contract/views.ts';
import type { SpoolEntry } from '../../store/spool.ts';
import type { AckWriter } from '../ack-writer.ts';
import { createPoisonWatch } from '../poison-watch.ts';
import type { PagerDeps } from './pager.ts';
import { batchSource, type ParcelSource, plainSource } from './parcel-source.ts';
import type { Parcel, Sender } from './parcels.ts';
import { createStreamReader } from './stream-reader.ts';

/** How a stream is sent. */
export interface StreamRules {
  readonly name: string;
  readonly priority: PriorityName;
  readonly order: 'oldest-first' | 'newest-first';
  readonly idField?: string;
  readonly batch?: BatchConfig;
}

export interface LaneDeps extends PagerDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly acks: AckWriter;
  readonly sender: Sender;
  readonly signal: AbortSignal;
  isUp(): boolean;
  /** Moves these to the dead letters; rejects when that could not be stored. */
  bury(entries: readonly SpoolEntry[], fault: GatewayError): Promise<void>;
}

/** Since the start of the uplink, in messages of the spool; they go from a lane to the one that takes its place. */
export interface LaneCounts {
  sent: number;
  acknowledged: number;
  sentBytes: number;
  acknowledgedBytes: number;
}

/** The cursor of one stream: what it sends next, and what becomes of a failure. */
export interface Lane {
  readonly rules: StreamRules;
  readonly counts: LaneCounts;
  readonly inFlight: number;
  readonly lastError: FaultView | null;
  /** To be sent with nothing else in flight: one of its messages may be what makes the cloud hang up. */
  readonly suspicious: boolean;
  /** The next parcel, or null while there is none or the lane settles a failure. */
  next(): Parcel | null;
  /** Takes what `next` gave last; nothing may be awaited in between. */
  take(): void;
  acknowledged(parcel: Parcel): void;
  /** The parcel that was taken as number `order` failed with this; `alone`: nothing else was in flight with it. */
  failed(parcel: Parcel, order: number, fault: GatewayError, alone: boolean): void;
  /** Refused for good: smaller parcels are made of it where one of several may be to blame; false where all of it is. */
  split(parcel: Parcel, fault: GatewayError): boolean;
  buried(parcel: Parcel): void;
  appended(): void;
  /** The line is gone or back: what was read ahead is read again. */
  restart(): void;
  /** Nothing is read ahead, held or in flight. */
  readonly idle: boolean;
  dueAt(): number | null;
  /** Sends nothing more; resolves when nothing is in flight. */
  stop(): Promise<void>;
}

interface Failure {
  readonly parcel: Parcel;
  readonly order: number;
  readonly fault: GatewayError;
  readonly alone: boolean;
}

const LAST_RETRY_MS = 30_000;

const NOTHING: LaneCounts = { sent: 0, acknowledged: 0, sentBytes: 0, acknowledgedBytes: 0 };

/** `before`: the counts of the lane that was in its place. */
export function createLane(deps: LaneDeps, rules: StreamRules, before: Readonly<LaneCounts> = NOTHING): Lane {
  const reader = createStreamReader(deps, rules.name, rules.order);
  const source: ParcelSource = rules.batch
    ? batchSource({ sender: deps.sender, reader, changed: deps.changed, failed: packingFailed }, rules.batch)
    : plainSource(deps.sender, reader, rules.idField);
  const poison = createPoisonWatch();
  const backoff = createBackoff({ firstMs: deps.retryMs, maxMs: LAST_RETRY_MS, jitter: 0.2 });
  const counts: LaneCounts = { ...before };
  let inFlight = 0;
  let offered: Parcel | null = null;
  let failure: Failure | null = null;
  let halted = false;
  let stopped = false;
  let packingAgain = false;
  const drained = Promise.withResolvers<void>();
  let lastError: FaultView | null = null;

  function note(fault: GatewayError): void {
    lastError = { code: fault.code, message: fault.message, remedy: fault.remedy, at: deps.clock.now() };
  }
  function packingFailed(cause: unknown): void {
    deps.log.warn('uplink.not-packed', { stream: rules.name, cause });
    packingAgain = true;
    halt();
  }
  /** Sends nothing until all that is in flight is settled. */
  function halt(): void {
    if (halted) return;
    halted = true;
    if (inFlight === 0) void recover();
  }
  /** One of several messages may be at fault: smaller parcels find it. */
  function narrow({ parcel, alone }: Failure): boolean {
    if (parcel.entries.length < 2 || !alone || !poison.suspicious) return false;
    source.cap(Math.max(1, Math.floor(parcel.entries.length / 2)));
    return true;
  }
  /** What the cloud thinks of the first that failed; false: no pause is needed. */
  async function judged(last: Failure): Promise<boolean> {
    const [entry] = last.parcel.entries;
    if (!entry) return true;
    const verdict = poison.judge(entry, last.fault, last.alone);
    if (narrow(last) || verdict === null) return true;
    await deps.bury([entry], verdict);
    return false;
  }
  /** Everything is settled: what was acknowledged is removed first, then reading begins again from the oldest that is left. */
  async function recover(): Promise<void> {
    const last = failure;
    failure = null;
    try {
      await deps.acks.settled(deps.signal);
      const pause = last === null ? packingAgain : await judged(last);
      packingAgain = false;
      if (pause && deps.isUp()) await deps.clock.sleep(backoff.next(), deps.signal);
    } catch (cause) {
      if (deps.signal.aborted || stopped) return;
      deps.log.warn('uplink.failed', { stream: rules.name, cause });
      await deps.clock.sleep(backoff.next(), deps.signal).catch(() => {});
    }
    if (deps.signal.aborted || stopped) return;
    source.restart();
    halted = false;
    deps.changed();
  }
  function settled(): void {
    inFlight -= 1;
    if (inFlight > 0) return;
    if (stopped) drained.resolve();
    else if (halted) void recover();
  }
  return {
    rules,
    counts,
    get inFlight() {
      return inFlight;
    },
    get lastError() {
      return lastError;
    },
    get suspicious() {
      return poison.suspicious;
    },
    next() {
      offered = halted || stopped ? null : source.next();
      return offered;
    },
    take() {
      // Not asked for again: it may have expired this very moment.
      const parcel = offered;
      if (!parcel) return;
      offered = null;
      source.take();
      inFlight += 1;
      counts.sent += parcel.entries.length;
      counts.sentBytes += parcel.bytes;
    },
    acknowledged(parcel) {
      counts.acknowledged += parcel.entries.length;
      counts.acknowledgedBytes += parcel.bytes;
      const wasSuspicious = poison.suspicious;
      poison.progress();
      if (wasSuspicious && !poison.suspicious) source.cap(Number.POSITIVE_INFINITY);
      backoff.reset();
      for (const { id } of parcel.entries) deps.acks.add(id);
      source.done(parcel);
      settled();
    },
    failed(parcel, order, fault, alone) {
      note(fault);
      if (failure === null || order < failure.order) failure = { parcel, order, fault, alone };
      halted = true;
      settled();
    },
    split(parcel, fault) {
      if (fault.details['topic'] === true || halted || !source.split(parcel)) return false;
      note(fault);
      settled();
      return true;
    },
    buried(parcel) {
      source.done(parcel);
      settled();
    },
    appended: () => reader.appended(),
    restart() {
      if (inFlight === 0) halt();
    },
    get idle() {
      return inFlight === 0 && !halted && source.idle;
    },
    dueAt: () => (halted ? null : source.dueAt()),
    stop() {
      stopped = true;
      reader.stop();
      if (inFlight === 0) drained.resolve();
      return drained.promise;
    },
  };
}
