import type { Clock } from '../base/clock.ts';
import { GatewayError, toWire } from '../base/errors.ts';
import { type Mark, markNow } from '../base/mark.ts';
import { createRate } from '../base/rate.ts';
import type { DeviceConfig } from '../contract/document/devices.ts';
import type { ReadingBatch } from '../contract/reading.ts';
import type { DeviceView, FaultView, Health } from '../contract/views.ts';
import { describeConnection } from './describe.ts';
import { commandViews } from './model/commands.ts';
import { createDevicePoints } from './model/device-points.ts';
import { ne107Of, type Sign } from './model/ne107.ts';
import { staleAfter } from './model/stale-after.ts';

/** What is known about a device. Health follows evidence: `ok` needs readings, not an open port. */
export interface DeviceState {
  /** True where this batch is the first sign of life since `beginSession` or since the device went offline. */
  heard(batch: ReadingBatch): boolean;
  /** A fault that does not end the session. True where it shows that the device, though its link is open, is not there. */
  fault(error: Error): boolean;
  beginSession(): void;
  /** The session could not be had, or has ended by this fault. */
  lost(error: Error): void;
  /** Marks readings stale and the device offline when nothing came for too long. Gives the fault when it just went offline. */
  checkSilence(): FaultView | undefined;
  /** It is switched off. */
  pause(): void;
  /** A tool has taken its line: no fault of the device. Ends with the next `beginSession`. */
  claimedBy(holder: string): void;
  /** How long readings stay fresh, or undefined where a device speaks only when something happens. */
  readonly staleAfterMs: number | undefined;
  readonly lastError: FaultView | null;
  readonly health: Health;
  view(): DeviceView;
}

/** Who says this knows that the device is not there, however open its line is. */
const NOT_THERE: readonly string[] = ['adapter/parked', 'adapter/away'];
/** One fault is noise; so many without a good reading between them are a state. */
const STRIKES = 2;

export function createDeviceState(clock: Clock, config: DeviceConfig): DeviceState {
  const points = createDevicePoints(config);
  const commands = [...commandViews(config)];
  const errors = new Map<string, number>();
  const rate = createRate();
  const staleAfterMs = staleAfter(config);
  let health: Health = 'starting';
  let since = markNow(clock);
  let lastSeen: Mark | null = null;
  /** Monotonic; the begin of the session counts, so that a device has its time to speak first. */
  let quietSince = clock.monotonic();
  let lastError: FaultView | null = null;
  let faultAt = markNow(clock);
  /** Since the last reading there was a fault. */
  let faulty = false;
  let sessions = 0;
  let readings = 0;
  let strikes = 0;
  let aliveInSession = false;
  let pausedBy: string | null = null;
  /** It was said that it is not there, and nothing was heard since. */
  let gone = false;
  let sign: Sign = { state: 'ok', why: '' };
  let signSince = markNow(clock);

  function become(next: Health): void {
    if (health === next) return;
    health = next;
    since = markNow(clock);
  }
  function count(error: Error): FaultView {
    const { code, message, remedy } = toWire(error);
    errors.set(code, (errors.get(code) ?? 0) + 1);
    faultAt = markNow(clock);
    faulty = true;
    lastError = { code, message, remedy, at: clock.now() };
    return lastError;
  }
  /** The state by NE 107, with the time since when it is that one. */
  function ne107(): DeviceView['ne107'] {
    const speaks = staleAfterMs !== undefined;
    const trouble = (faulty || health === 'offline' ? lastError?.message : undefined) ?? points.trouble();
    const next = ne107Of({ health, pausedBy, speaks, trouble, signs: points.signs() });
    if (next.state !== sign.state) signSince = markNow(clock);
    sign = next;
    return { ...next, since: signSince.wallMs() };
  }

  return {
    heard(batch) {
      for (const reading of batch.readings) points.take(reading, batch.sampledAt);
      if (batch.unheard) return false;
      gone = false;
      readings += batch.readings.length;
      rate.add(clock.monotonic(), batch.readings.length);
      lastSeen = markNow(clock);
      faulty = false;
      quietSince = clock.monotonic();
      // A point that was not read now may be bad all the same.
      const whole = points.trouble() === '' && batch.readings.every(({ quality }) => quality === 'good');
      if (whole) strikes = 0;
      const first = !aliveInSession;
      aliveInSession = true;
      become(whole ? 'ok' : 'degraded');
      return first;
    },
    fault(error) {
      count(error);
      if (error instanceof GatewayError && NOT_THERE.includes(error.code)) {
        const first = !gone && health !== 'offline';
        gone = true;
        aliveInSession = false;
        points.markStale();
        become('offline');
        return first;
      }
      // While a tool has its line, it is no wonder that the rest of a round fails.
      if (pausedBy !== null) return false;
      strikes += 1;
      if (strikes < STRIKES || health === 'offline') return false;
      become(aliveInSession ? 'degraded' : 'offline');
      return !aliveInSession;
    },
    beginSession() {
      sessions += 1;
      strikes = 0;
      aliveInSession = false;
      gone = false;
      quietSince = clock.monotonic();
      if (pausedBy === null) return;
      pausedBy = null;
      become('starting');
    },
    lost(error) {
      count(error);
      aliveInSession = false;
      points.markStale();
      become('offline');
    },
    checkSilence() {
      if (pausedBy !== null) return undefined;
      if (staleAfterMs === undefined || clock.monotonic() - quietSince < staleAfterMs) return undefined;
      points.markStale();
      if (health === 'offline' && !aliveInSession) return undefined;
      aliveInSession = false;
      become('offline');
      // A fault that came since the last reading explains the silence better than its length does.
      if (lastError && faulty) return lastError;
      return count(new GatewayError('adapter/silent', `${config.name}: nothing was heard for ${staleAfterMs / 1000} s`));
    },
    pause() {
      become('paused');
    },
    claimedBy(holder) {
      pausedBy = holder;
      aliveInSession = false;
      points.markStale();
      become('paused');
    },
    staleAfterMs,
    get lastError() {
      return lastError;
    },
    get health() {
      return health;
    },
    view: () => ({
      id: config.id,
      name: config.name,
      adapter: config.adapter,
      connection: describeConnection(config),
      health,
      ne107: ne107(),
      pausedBy,
      commands,
      profile: config.profile ?? null,
      bus: null,
      since: since.wallMs(),
      lastSeenAt: lastSeen?.wallMs() ?? null,
      lastError: lastError && { ...lastError, at: faultAt.wallMs() },
      reconnects: Math.max(0, sessions - 1),
      readings,
      readingsPerS: Number(rate.perS(clock.monotonic()).toFixed(2)),
      errors: Object.fromEntries(errors),
      points: [...points.views()],
    }),
  };
}
