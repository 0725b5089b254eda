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
import { createLane, type Lane } from './uplink/lane.ts';
import { createLanes } from './uplink/lanes.ts';
import type { Parcel, Sender } from './uplink/parcels.ts';
import { createScheduler, type Waiting } from './uplink/scheduler.ts';
import { createTokenBucket } from './uplink/token-bucket.ts';
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
/** So long streams without a suspicious message go first, after a connect and after each suspicious one. */
const OTHERS_FIRST_MS = 2_000;
const OTHERS_BETWEEN_MS = 200;
/** A stream that holds messages but gives none is looked at again: a salvage has ended, or messages came back. */
const LOOK_AGAIN_MS = 1_000;

interface Ready extends Waiting {
  readonly lane: Lane;
  readonly parcel: Parcel;
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
  const { spool, link, clock, log, tracer } = deps;
  const { settings } = options;
  const life = new AbortController();
  const window = createWindow(inFlightLimit(settings));
  const bucket = createTokenBucket(settings.rate);
  const scheduler = createScheduler();
  const sender: Sender = {
    clientId: settings.clientId,
    maxPayloadBytes: settings.maxPayloadBytes,
    properties: settings.protocolVersion === 5,
    steady: deps.steady,
    redate: deps.redate,
  };
  const acks = createAckWriter({ spool, clock, log, room: ring }, options.retryMs);
  const undertake = createUndertaker({ spool, clock, log, tracer });
  const count = {
    sent: deps.metrics.counter('gatehouse_uplink_sent_total', 'Messages sent to the cloud, repetitions included'),
    acknowledged: deps.metrics.counter('gatehouse_uplink_acknowledged_total', 'Messages acknowledged by the cloud'),
    rejected: deps.metrics.counter('gatehouse_uplink_rejected_total', 'Messages refused by the cloud for good'),
    duplicates: deps.metrics.counter('gatehouse_uplink_duplicates_possible_total', 'Messages in flight when the line broke'),
  };
  const lanes = createLanes({ spool, acks, signal: life.signal, changed: ring, create: laneOf });
  const undo: (() => void)[] = [];
  let inFlight = 0;
  let order = 0;
  /** The one in flight is sent alone: nothing else goes until it is settled. */
  let alone = false;
  let othersUntil = Number.NEGATIVE_INFINITY;
  let wasUp = false;
  let planned = false;
  let holding = false;
  let lastError: FaultView | null = null;
  let empty = Promise.withResolvers<void>();
  let cancelTimer = (): void => {};

  const isUp = (): boolean => link.status().state === 'connected';

  async function bury(entries: readonly SpoolEntry[], fault: GatewayError): Promise<void> {
    await undertake(entries, fault);
    count.rejected.add(entries.length);
  }
  function page(): { limit: number; maxBytes: number } {
    const { messagesPerS } = settings.rate;
    const paced = messagesPerS === null ? PAGE : Math.max(2, Math.ceil(messagesPerS * 2));
    return {
      limit: Math.min(PAGE, window.limit * 4 + 20, paced),
      maxBytes: Math.max(LEAST_PAGE_BYTES, AHEAD_BYTES / Math.max(1, lanes.all().length)),
    };
  }
  function laneOf(rules: Lane['rules']): Lane {
    const { retryMs } = options;
    const own = { spool, clock, log, acks, sender, retryMs, page, isUp, bury, steady: deps.steady, changed: ring };
    return createLane({ ...own, signal: life.signal }, rules);
  }

  function ring(): void {
    if (planned || life.signal.aborted) return;
    planned = true;
    queueMicrotask(pump);
  }

  /** Who may send now. A stream with a suspicious message waits until it can send alone. */
  function candidates(now: number): Ready[] {
    const ready: Ready[] = [];
    let suspicious = false;
    for (const lane of lanes.all()) {
      const parcel = lane.next();
      if (!parcel) continue;
      ready.push({ name: lane.rules.name, priority: lane.rules.priority, cost: parcel.bytes, lane, parcel });
      suspicious ||= lane.suspicious;
    }
    if (!suspicious) return ready;
    const suspects = ready.filter(({ lane }) => lane.suspicious);
    if (suspects.length < ready.length && now < othersUntil) return ready.filter(({ lane }) => !lane.suspicious);
    return inFlight === 0 ? suspects : [];
  }

  function traced(parcel: Parcel, kind: 'sent' | 'acknowledged'): void {
    for (const { id, message } of parcel.entries) {
      if (message.traceId === undefined) continue;
      tracer.hop(message.traceId, kind, 'cloud', kind === 'sent' ? `spool ${id}, ${message.topic}` : `spool ${id}`);
    }
  }

  function failed(lane: Lane, parcel: Parcel, place: number, cause: unknown, byItself: boolean): void {
    const fault = cause instanceof GatewayError ? cause : new GatewayError('cloud/offline', 'The line failed.', { cause });
    const { code, message, remedy } = fault;
    if (code !== 'gateway/stopping') lastError = { code, message, remedy, at: clock.now() };
    if (code !== 'cloud/declined' && code !== 'cloud/rejected') {
      count.duplicates.add(parcel.entries.length);
      window.failed(clock.monotonic());
    }
    lane.failed(parcel, place, fault, byItself);
  }
  async function refused(lane: Lane, parcel: Parcel, place: number, fault: GatewayError): Promise<void> {
    const { code, message, remedy } = fault;
    lastError = { code, message, remedy, at: clock.now() };
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
  function acknowledged(lane: Lane, parcel: Parcel, sentAt: number, busy: boolean): void {
    const now = clock.monotonic();
    window.acknowledged(now - sentAt, busy, now);
    count.acknowledged.add(parcel.entries.length);
    traced(parcel, 'acknowledged');
    deps.onDelivered?.(parcel.entries);
    lane.acknowledged(parcel);
  }
  function landed(): void {
    inFlight -= 1;
    if (inFlight === 0) {
      if (alone) othersUntil = clock.monotonic() + OTHERS_BETWEEN_MS;
      alone = false;
      empty.resolve();
    }
    ring();
  }
  function send({ lane, parcel }: Ready, now: number): void {
    lane.take();
    bucket.take(parcel.bytes, now);
    inFlight += 1;
    order += 1;
    alone = lane.suspicious;
    const place = order;
    const byItself = alone;
    const busy = inFlight >= window.limit;
    count.sent.add(parcel.entries.length);
    traced(parcel, 'sent');
    link
      .publish(parcel.outgoing, life.signal)
      .then(
        () => {
          acknowledged(lane, parcel, now, busy);
          landed();
        },
        (cause: unknown) => {
          if (cause instanceof GatewayError && cause.code === 'cloud/rejected') {
            void refused(lane, parcel, place, cause).then(landed);
            return;
          }
          failed(lane, parcel, place, cause, byItself);
          landed();
        },
      )
      .catch((cause: unknown) => log.error('uplink.failed', { cause }));
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
      while (isUp() && !alone && !acks.full && inFlight < Math.min(window.limit, link.receiveMaximum())) {
        const now = clock.monotonic();
        const ready = candidates(now);
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
        send(scheduler.next(ready), now);
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
      othersUntil = clock.monotonic() + OTHERS_FIRST_MS;
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
      sent: count.sent.value,
      acknowledged: count.acknowledged.value,
      duplicatesPossible: count.duplicates.value,
      rejected: count.rejected.value,
      inFlight,
      window: window.limit,
      holding: holding && isUp(),
      lastError,
      streams: lanes.all().map((lane) => {
        const { inFlight: own, lastError: fault } = lane;
        return { name: lane.rules.name, ...lane.counts, inFlight: own, lastError: fault };
      }),
    }),
  };
}
