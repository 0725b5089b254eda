import type { Clock } from '../base/clock.ts';
import { GatewayError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import type { Service } from '../base/service.ts';
import type { CloudSettings } from '../config/cloud-settings.ts';
import type { OutboxConfig } from '../contract/document/outbox.ts';
import type { Stamp } from '../contract/message.ts';
import type { FaultView } from '../contract/views.ts';
import type { Tracer } from '../router/tracer.ts';
import type { Spool, SpoolEntry } from '../store/spool.ts';
import { createAckWriter } from './ack-writer.ts';
import type { CloudLink } from './cloud-link.ts';
import { inFlightLimit } from './settings.ts';
import { createLane, type Lane, type LaneCounts } from './uplink/lane.ts';
import { createLanes } from './uplink/lanes.ts';
import type { PagerDeps } from './uplink/pager.ts';
import type { Parcel, Sender } from './uplink/parcels.ts';
import { createTally } from './uplink/tally.ts';
import { createTokenBucket } from './uplink/token-bucket.ts';
import { createTurns, type Ready } from './uplink/turns.ts';
import { createUndertaker } from './uplink/undertaker.ts';
import { createWindow } from './uplink/window.ts';

export interface UplinkDeps {
  readonly spool: Spool;
  readonly link: CloudLink;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  /** Steady time, as in the spool's entries. */
  steady(): number;
  /** The right wall time of a stamp; see `TimeKeeper.redate`. */
  redate(stamp: Stamp): { readonly wallMs: number; readonly redated: boolean };
  /** The cloud has acknowledged these; told before they leave the spool. */
  onDelivered?(entries: readonly SpoolEntry[]): void;
  /** The cloud has acknowledged so many with a time that was put right. A repeat counts once: when it is acknowledged. */
  onRedated?(count: number): void;
}

export interface UplinkOptions {
  readonly settings: Pick<CloudSettings, 'clientId' | 'protocolVersion' | 'maxPayloadBytes' | 'maxInFlight' | 'profile' | 'rate'>;
  readonly outbox: OutboxConfig;
  /** The first pause after a failure while the line is up; grows to 30 s. */
  readonly retryMs: number;
}

/** Since start, in messages of the spool. Sent counts repetitions. */
export interface UplinkStats {
  readonly sent: number;
  readonly acknowledged: number;
  /** Messages that were sent but not acknowledged when the line broke. */
  readonly duplicatesPossible: number;
  /** Refused by the cloud for good. */
  readonly rejected: number;
  /** MQTT messages without an acknowledgement, and how many there may be now. */
  readonly inFlight: number;
  readonly window: number;
  /** The set rate is what holds sending up now. */
  readonly holding: boolean;
  /** What went wrong last with a message, while the line was up or as it broke. */
  readonly lastError: FaultView | null;
  readonly streams: readonly UplinkStreamStats[];
}

export interface UplinkStreamStats {
  readonly name: string;
  readonly sent: number;
  readonly acknowledged: number;
  /** On the wire, about. */
  readonly sentBytes: number;
  readonly acknowledgedBytes: number;
  readonly inFlight: number;
  readonly lastError: FaultView | null;
}

export interface Uplink extends Service {
  stats(): UplinkStats;
  /** The streams of the document in force from now on. */
  configure(outbox: OutboxConfig): void;
}

/** Entries read at a time at most; a slow line reads less ahead. */
const PAGE = 500;
/** Read ahead over all streams. */
const AHEAD_BYTES = 4 * 1024 * 1024;
const LEAST_PAGE_BYTES = 32 * 1024;
/** A stream that holds messages but gives none is looked at again: a salvage has ended, or messages came back. */
const LOOK_AGAIN_MS = 1_000;

/** A parcel that was handed to the line. */
interface Sent {
  readonly lane: Lane;
  readonly parcel: Parcel;
  /** Counts up with every parcel. */
  readonly order: number;
  /** Monotonic ms. */
  readonly at: number;
  /** The window was in use. */
  readonly busy: boolean;
  /** Nothing else was in flight with it, nor went until it was settled. */
  readonly alone: boolean;
}

/**
 * Drains the spool towards the cloud, at least once. Every stream has a cursor of its own (`lane.ts`): after a failure nothing more of
 * it is sent until all of it that is in flight is settled; then it goes on from the oldest that is not acknowledged, so the order of
 * every source within a stream holds, with repetitions. (A message that the cloud declines while later ones pass is the exception: it
 * arrives late.) Who sends next is the scheduler's choice, how many are in flight the window's, how fast the token bucket's. What is
 * refused for good goes to the dead letters and never blocks the rest. Nothing of this is kept: after a crash the spool tells all.
 * Idle it does nothing: the spool and the link wake it.
 */
export function createUplink(deps: UplinkDeps, options: UplinkOptions): Uplink {
  const { spool, link, clock, log } = deps;
  const { settings } = options;
  const life = new AbortController();
  const window = createWindow(inFlightLimit(settings));
  const bucket = createTokenBucket(settings.rate);
  const turns = createTurns();
  const tally = createTally(deps);
  const sender: Sender = {
    clientId: settings.clientId,
    maxPayloadBytes: settings.maxPayloadBytes,
    properties: settings.protocolVersion === 5,
    steady: deps.steady,
    redate: deps.redate,
  };
  const acks = createAckWriter({ spool, clock, log, room: ring }, options.retryMs);
  const undertake = createUndertaker(deps);
  const lanes = createLanes({ spool, acks, signal: life.signal, changed: ring, create: laneOf });
  const undo: (() => void)[] = [];
  let inFlight = 0;
  let order = 0;
  let wasUp = false;
  let planned = false;
  let holding = false;
  let empty = Promise.withResolvers<void>();
  let cancelTimer = (): void => {};

  const isUp = (): boolean => link.status().state === 'connected';

  async function bury(entries: readonly SpoolEntry[], fault: GatewayError): Promise<void> {
    await undertake(entries, fault);
    tally.buried(entries.length);
  }
  function page(): ReturnType<PagerDeps['page']> {
    const { messagesPerS } = settings.rate;
    const paced = messagesPerS === null ? PAGE : Math.max(2, Math.ceil(messagesPerS * 2));
    return {
      limit: Math.min(PAGE, window.limit * 4 + 20, paced),
      maxBytes: Math.max(LEAST_PAGE_BYTES, AHEAD_BYTES / Math.max(1, lanes.all().length)),
      largest: settings.maxPayloadBytes,
    };
  }
  function laneOf(rules: Lane['rules'], before?: LaneCounts): Lane {
    const { retryMs } = options;
    const own = { spool, clock, log, acks, sender, retryMs, page, isUp, bury, steady: deps.steady, changed: ring };
    return createLane({ ...own, signal: life.signal }, rules, before);
  }

  function ring(): void {
    if (planned || life.signal.aborted) return;
    planned = true;
    queueMicrotask(pump);
  }

  function failed({ lane, parcel, order: place, at, alone }: Sent, cause: unknown): void {
    const fault = cause instanceof GatewayError ? cause : new GatewayError('cloud/offline', 'The line failed.', { cause });
    if (fault.code !== 'gateway/stopping') tally.fault(fault);
    if (fault.code !== 'cloud/declined') {
      tally.unsure(parcel);
      window.failed(at, clock.monotonic());
    }
    lane.failed(parcel, place, fault, alone);
  }
  async function refused({ lane, parcel, order: place }: Sent, fault: GatewayError): Promise<void> {
    tally.fault(fault);
    if (lane.split(parcel, fault)) return;
    if (parcel.entries.length > 1 && fault.details['topic'] !== true) {
      // Not split because the lane settles a failure: it is sent again, and then split.
      lane.failed(parcel, place, fault, false);
      return;
    }
    try {
      await bury(parcel.entries, fault);
      lane.buried(parcel);
    } catch (why) {
      // It could not be stored: it stays where it is, and is refused again later.
      lane.failed(parcel, place, why instanceof GatewayError ? why : new GatewayError('store/failed', String(why)), false);
    }
  }
  function acknowledged({ lane, parcel, at, busy }: Sent): void {
    const now = clock.monotonic();
    window.acknowledged(now - at, busy, now);
    tally.acknowledged(parcel);
    deps.onDelivered?.(parcel.entries);
    if (parcel.redated > 0) deps.onRedated?.(parcel.redated);
    lane.acknowledged(parcel);
  }
  function landed(): void {
    inFlight -= 1;
    if (inFlight === 0) {
      turns.settled(clock.monotonic());
      empty.resolve();
    }
    ring();
  }
  function send({ lane, parcel }: Ready, now: number): void {
    lane.take();
    bucket.take(parcel.bytes, now);
    inFlight += 1;
    order += 1;
    const sent: Sent = { lane, parcel, order, at: now, busy: inFlight >= window.limit, alone: turns.alone };
    tally.sent(parcel);
    link
      .publish(parcel.outgoing, life.signal)
      .then(
        () => acknowledged(sent),
        (cause: unknown) =>
          cause instanceof GatewayError && cause.code === 'cloud/rejected' ? refused(sent, cause) : failed(sent, cause),
      )
      .then(landed, (cause: unknown) => {
        log.error('uplink.failed', { cause });
        landed();
      });
  }

  /** Wakes at the next time at which something is ready without any event. */
  function arm(afterMs: number): void {
    cancelTimer();
    cancelTimer = clock.after(afterMs, ring);
  }
  function rest(): void {
    let wait = Number.POSITIVE_INFINITY;
    const steady = deps.steady();
    for (const lane of lanes.all()) {
      const due = lane.dueAt();
      if (due !== null) wait = Math.min(wait, Math.max(1, Math.ceil(due - steady)));
    }
    if (inFlight === 0 && acks.idle && lookAgain()) wait = Math.min(wait, LOOK_AGAIN_MS);
    if (wait < Number.POSITIVE_INFINITY) arm(wait);
  }
  let lookedAt = Number.NEGATIVE_INFINITY;
  /** True while a stream holds messages that reading does not give. */
  function lookAgain(): boolean {
    const { count: waiting, streams } = spool.stats();
    if (waiting === 0) return false;
    const held = new Set(streams.filter((one) => one.count > 0).map(({ name }) => name));
    const stuck = lanes.all().filter((lane) => held.has(lane.rules.name) && lane.idle);
    if (stuck.length === 0) return false;
    const now = clock.monotonic();
    if (now - lookedAt >= LOOK_AGAIN_MS) {
      lookedAt = now;
      for (const lane of stuck) lane.restart();
    }
    return true;
  }
  function pump(): void {
    planned = false;
    if (life.signal.aborted) return;
    try {
      cancelTimer();
      while (isUp() && !turns.alone && !acks.full && inFlight < Math.min(window.limit, link.receiveMaximum())) {
        const now = clock.monotonic();
        const ready = turns.ready(lanes.all(), inFlight, now);
        if (ready.length === 0) {
          holding = false;
          rest();
          return;
        }
        const wait = bucket.waitMs(now);
        holding = wait > 0;
        if (holding) {
          arm(wait);
          return;
        }
        send(turns.choose(ready), now);
      }
    } catch (cause) {
      log.error('uplink.failed', { cause });
      arm(options.retryMs);
    }
  }
  function followLine(): void {
    const up = isUp();
    if (up && !wasUp) {
      window.connected(link.receiveMaximum());
      turns.connected(clock.monotonic());
    }
    // What was read ahead may be dropped by a policy while the line is away: it is read again.
    if (!up && wasUp) for (const lane of lanes.all()) lane.restart();
    wasUp = up;
    ring();
  }

  return {
    name: 'uplink',
    async start(signal) {
      signal.throwIfAborted();
      lanes.configure(options.outbox);
      undo.push(
        link.onStatus(followLine),
        spool.onAppended((stream) => {
          lanes.ensure(stream);
          for (const lane of lanes.all()) if (lane.rules.name === stream) lane.appended();
          ring();
        }),
      );
      followLine();
    },
    async stop() {
      life.abort(new GatewayError('gateway/stopping', 'The gateway is stopping.'));
      for (const off of undo.splice(0)) off();
      cancelTimer();
      while (inFlight > 0) {
        empty = Promise.withResolvers();
        await empty.promise;
      }
      await lanes.stop();
      await acks.stop();
    },
    configure(outbox) {
      lanes.configure(outbox);
      ring();
    },
    stats: () => ({
      ...tally.figures(),
      inFlight,
      window: window.limit,
      holding: holding && isUp(),
      streams: lanes.all().map((lane) => {
        const { inFlight: own, lastError: fault } = lane;
        return { name: lane.rules.name, ...lane.counts, inFlight: own, lastError: fault };
      }),
    }),
  };
}
