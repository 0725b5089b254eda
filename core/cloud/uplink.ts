import { createBackoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import { GatewayError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import type { Service } from '../base/service.ts';
import type { Tracer } from '../router/tracer.ts';
import type { Spool, SpoolEntry } from '../store/spool.ts';
import { createAckWriter } from './ack-writer.ts';
import type { CloudLink } from './cloud-link.ts';
import { createPoisonWatch } from './poison-watch.ts';

export interface UplinkDeps {
  readonly spool: Spool;
  readonly link: CloudLink;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  /** Keeps what the cloud refuses for good, with the reason. The entry leaves the spool only after this has resolved. */
  deadLetter(entry: SpoolEntry, fault: GatewayError): Promise<void>;
}

export interface UplinkOptions {
  /** Messages in flight, 64 to 100. */
  readonly window: number;
  /** Entries read at a time. */
  readonly batch: number;
  /** The first pause after a failure while the line is up; grows to 30 s. */
  readonly retryMs: number;
}

/** Since start. Sent counts repetitions; duplicatesPossible counts messages that were sent but not acknowledged when the line broke. */
export interface UplinkStats {
  readonly sent: number;
  readonly acknowledged: number;
  readonly duplicatesPossible: number;
  readonly rejected: number;
  readonly inFlight: number;
}

const PAGE_BYTES = 4 * 1024 * 1024;
const LAST_RETRY_MS = 30_000;

/**
 * Drains the spool towards the cloud, at least once and in order. Keeps a window of messages in flight and removes a message when
 * it is acknowledged. After a failure nothing more is sent until all that is in flight is settled; then it goes on from the oldest
 * that is not acknowledged, so the order of every source holds, with repetitions. (A message that the cloud declines while later
 * ones pass is the exception: it arrives late.) What is refused for good goes to the dead letters and never blocks the rest.
 * Idle it does nothing: the spool and the link wake it.
 */
export function createUplink(deps: UplinkDeps, options: UplinkOptions): Service & { stats(): UplinkStats } {
  const { spool, link, clock, log, tracer } = deps;
  const life = new AbortController();
  const backoff = createBackoff({ firstMs: options.retryMs, maxMs: LAST_RETRY_MS, jitter: 0.2 });
  const acks = createAckWriter({ spool, clock, log }, options.retryMs);
  const poison = createPoisonWatch();
  const count = {
    sent: deps.metrics.counter('gatehouse_uplink_sent_total', 'Messages sent to the cloud, repetitions included'),
    acknowledged: deps.metrics.counter('gatehouse_uplink_acknowledged_total', 'Messages acknowledged by the cloud'),
    rejected: deps.metrics.counter('gatehouse_uplink_rejected_total', 'Messages refused by the cloud for good'),
    duplicates: deps.metrics.counter('gatehouse_uplink_duplicates_possible_total', 'Messages in flight when the line broke'),
  };
  let inFlight = 0;
  let failure: { readonly entry: SpoolEntry; readonly fault: GatewayError } | null = null;
  /** Read up to here; 0 starts from the oldest that is left. */
  let cursor = 0;
  let bell = Promise.withResolvers<void>();
  let slot = Promise.withResolvers<void>();
  let loop: Promise<void> | null = null;
  const unsubscribe: (() => void)[] = [];

  const ring = (): void => bell.resolve();
  const isUp = (): boolean => link.status().state === 'connected';

  async function rested(): Promise<void> {
    await bell.promise;
    bell = Promise.withResolvers<void>();
  }

  /** Waits until fewer than `limit` are in flight. */
  async function roomFor(limit: number): Promise<void> {
    while (inFlight >= limit) {
      slot = Promise.withResolvers<void>();
      await slot.promise;
    }
  }

  async function bury(entry: SpoolEntry, fault: GatewayError): Promise<void> {
    await deps.deadLetter(entry, fault);
    count.rejected.add();
    log.warn('uplink.dead-letter', { spoolId: entry.id, cause: fault });
    if (entry.message.traceId !== undefined) tracer.hop(entry.message.traceId, 'dropped', 'cloud', fault.message);
    acks.add(entry.id);
  }

  function failed(entry: SpoolEntry, cause: unknown): void {
    const fault = cause instanceof GatewayError ? cause : new GatewayError('cloud/offline', 'The line failed.', { cause });
    count.duplicates.add();
    if (failure === null || entry.id < failure.entry.id) failure = { entry, fault };
    ring();
  }

  async function send(entry: SpoolEntry): Promise<void> {
    const { traceId } = entry.message;
    inFlight += 1;
    count.sent.add();
    if (traceId !== undefined) tracer.hop(traceId, 'sent', 'cloud', `spool ${entry.id}, ${entry.message.topic}`);
    try {
      await link.publish(entry, life.signal);
      count.acknowledged.add();
      if (traceId !== undefined) tracer.hop(traceId, 'acknowledged', 'cloud', `spool ${entry.id}`);
      poison.progress();
      acks.add(entry.id);
    } catch (cause) {
      const final = cause instanceof GatewayError && cause.code === 'cloud/rejected';
      if (final) await bury(entry, cause).catch((why: unknown) => failed(entry, why));
      else failed(entry, cause);
    } finally {
      inFlight -= 1;
      slot.resolve();
    }
  }

  /** Sends until the spool is empty (true) or something fails (false). */
  async function drain(): Promise<boolean> {
    const window = poison.suspicious ? 1 : options.window;
    while (!life.signal.aborted && isUp()) {
      const page = await spool.peek(cursor, options.batch, PAGE_BYTES);
      if (page.length === 0) return true;
      for (const entry of page) {
        await roomFor(window);
        if (failure !== null || life.signal.aborted) return false;
        cursor = entry.id;
        void send(entry);
        if (poison.suspicious) await roomFor(1);
      }
      await acks.room();
    }
    return false;
  }

  /** After a failure: everything settled, what was acknowledged removed, reading from the oldest again. */
  async function recover(): Promise<void> {
    await roomFor(1);
    const last = failure;
    failure = null;
    if (life.signal.aborted) return;
    await acks.settled(life.signal);
    cursor = 0;
    if (last === null) return;
    const verdict = poison.judge(last.entry, last.fault);
    if (verdict !== null) await bury(last.entry, verdict);
    if (verdict !== null || !isUp()) return;
    log.debug('uplink.paused', { cause: last.fault });
    await clock.sleep(backoff.next(), life.signal).catch(() => {});
  }

  async function turn(): Promise<void> {
    if (!isUp()) {
      await rested();
      return;
    }
    const empty = await drain();
    if (empty && failure === null) {
      backoff.reset();
      await rested();
    }
    if (!life.signal.aborted && (failure !== null || !isUp())) await recover();
  }

  async function run(): Promise<void> {
    while (!life.signal.aborted) {
      try {
        await turn();
      } catch (cause) {
        if (life.signal.aborted) return;
        log.warn('uplink.failed', { cause });
        cursor = 0;
        await clock.sleep(backoff.next(), life.signal).catch(() => {});
      }
    }
  }

  return {
    name: 'uplink',
    async start(signal) {
      signal.throwIfAborted();
      unsubscribe.push(spool.onAppended(ring), link.onStatus(ring));
      loop = run();
    },
    async stop() {
      life.abort(new GatewayError('gateway/stopping', 'The gateway is stopping.'));
      for (const off of unsubscribe) off();
      ring();
      await loop;
      await roomFor(1);
      await acks.stop();
    },
    stats: () => ({
      sent: count.sent.value,
      acknowledged: count.acknowledged.value,
      duplicatesPossible: count.duplicates.value,
      rejected: count.rejected.value,
      inFlight,
    }),
  };
}
