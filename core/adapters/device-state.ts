import type { Clock } from '../base/clock.ts';
import { GatewayError, toWire } from '../base/errors.ts';
import { type Mark, markNow } from '../base/mark.ts';
import { createRate } from '../base/rate.ts';
import type { DeviceConfig } from '../contract/document/devices.ts';
import type { Reading, ReadingBatch } from '../contract/reading.ts';
import type { DeviceView, FaultView, Health, PointView } from '../contract/views.ts';
import { describeConnection } from './describe.ts';

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
  pause(): void;
  /** How long readings stay fresh, or undefined where a device speaks only when something happens. */
  readonly staleAfterMs: number | undefined;
  readonly lastError: FaultView | null;
  readonly health: Health;
  view(): DeviceView;
}

const NMEA_STALE_MS = 10_000;
const BLE_STALE_MS = 60_000;
const STALE_POLLS = 3;
/** Below that the time of one event loop turn would make readings flicker. */
const STALE_AT_LEAST_MS = 1000;
/** One fault is noise; so many without a good reading between them are a state. */
const STRIKES = 2;

function staleAfter(config: DeviceConfig): number | undefined {
  if (config.staleAfterMs !== undefined) return config.staleAfterMs;
  switch (config.adapter) {
    case 'modbus-rtu':
    case 'modbus-tcp':
    case 'modbus-ascii':
    case 'obd':
    case 'scale':
      return Math.max(STALE_AT_LEAST_MS, config.pollMs * STALE_POLLS);
    case 'printer':
      return config.statusMs * STALE_POLLS;
    case 'frames':
      return config.ask && Math.max(STALE_AT_LEAST_MS, config.ask.everyMs * STALE_POLLS);
    case 'ble':
      return config.mode === 'gatt' ? Math.max(BLE_STALE_MS, config.pollMs * STALE_POLLS) : BLE_STALE_MS;
    case 'simulated':
      return Math.max(STALE_AT_LEAST_MS, config.intervalMs * STALE_POLLS);
    case 'nmea':
      return NMEA_STALE_MS;
    case 'line':
    case 'scanner':
    case 'mqtt':
    case 'sparkplug':
      return undefined;
  }
}

function emptyPoints(config: DeviceConfig): PointView[] {
  return config.points.map((point) => ({
    name: point.name,
    label: point.label ?? point.name,
    unit: point.unit ?? '',
    decimals: point.decimals ?? null,
    value: null,
    quality: 'bad',
    note: 'no reading yet',
    at: null,
    series: `devices/${config.id}/${point.name}`,
    writable: 'writable' in point && point.writable,
    limits: null,
    limit: null,
    deadband: point.deadband ?? null,
  }));
}

const withReading = (point: PointView, reading: Reading, at: number): PointView => ({
  ...point,
  value: reading.value,
  quality: reading.quality,
  note: reading.note ?? null,
  at,
});

export function createDeviceState(clock: Clock, config: DeviceConfig): DeviceState {
  const points = new Map(emptyPoints(config).map((point) => [point.name, point]));
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
  function markStale(): void {
    for (const [name, point] of points) if (point.quality === 'good') points.set(name, { ...point, quality: 'stale' });
  }

  return {
    heard(batch) {
      for (const reading of batch.readings) {
        const point = points.get(reading.point);
        if (point) points.set(reading.point, withReading(point, reading, batch.sampledAt));
      }
      readings += batch.readings.length;
      rate.add(clock.monotonic(), batch.readings.length);
      lastSeen = markNow(clock);
      faulty = false;
      quietSince = clock.monotonic();
      const whole = batch.readings.every(({ quality }) => quality === 'good');
      if (whole) strikes = 0;
      const first = !aliveInSession;
      aliveInSession = true;
      become(whole ? 'ok' : 'degraded');
      return first;
    },
    fault(error) {
      count(error);
      strikes += 1;
      if (strikes < STRIKES || health === 'offline') return false;
      become(aliveInSession ? 'degraded' : 'offline');
      return !aliveInSession;
    },
    beginSession() {
      sessions += 1;
      strikes = 0;
      aliveInSession = false;
      quietSince = clock.monotonic();
    },
    lost(error) {
      count(error);
      aliveInSession = false;
      markStale();
      become('offline');
    },
    checkSilence() {
      if (staleAfterMs === undefined || clock.monotonic() - quietSince < staleAfterMs) return undefined;
      markStale();
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
      ne107: { state: 'ok', why: '', since: since.wallMs() },
      pausedBy: null,
      commands: [],
      profile: config.profile ?? null,
      bus: null,
      since: since.wallMs(),
      lastSeenAt: lastSeen?.wallMs() ?? null,
      lastError: lastError && { ...lastError, at: faultAt.wallMs() },
      reconnects: Math.max(0, sessions - 1),
      readings,
      readingsPerS: Number(rate.perS(clock.monotonic()).toFixed(2)),
      errors: Object.fromEntries(errors),
      points: [...points.values()],
    }),
  };
}
