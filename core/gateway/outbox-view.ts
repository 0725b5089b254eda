import { Outbox, type OutboxConfig, type OutboxStreamConfig, REST_STREAM } from '../contract/document/outbox.ts';
import type { SubscriptionConfig } from '../contract/document/subscriptions.ts';
import type { OutboxStreamView, StorageView } from '../contract/outbox-views.ts';
import type { FaultView, GatewayView } from '../contract/views.ts';
import type { DeadLetterStats, Dropped, SpoolStats, StreamStats } from '../store/spool.ts';
import type { StoreCondition } from '../store/store.ts';
import { fuelGauge, LEAST_HOURS, type Limits } from './fuel-gauge.ts';
import type { StreamFigures } from './outbox-figures.ts';
import type { StreamTraffic } from './traffic-history.ts';

const HOUR_MS = 3_600_000;
export const DESTINATION = 'cloud';

/** The rules where no document runs. */
export const DEFAULT_OUTBOX: OutboxConfig = Outbox.parse({});

/** How the stream of everything else is kept: by the rules of the whole. */
const REST: Omit<OutboxStreamConfig, 'id' | 'keep'> = {
  priority: 'normal',
  order: 'oldest-first',
  whenFull: 'drop-oldest',
  keepEvery: 10,
};

export function limitsOf(keep: OutboxConfig['keep'] | null): Limits {
  if (keep === null) return { messages: null, bytes: null, ageMs: null };
  return { messages: keep.messages, bytes: keep.bytes, ageMs: keep.hours === null ? null : keep.hours * HOUR_MS };
}

const droppedSum = (dropped: Dropped): number => Object.values(dropped).reduce((sum, one) => sum + one, 0);

/** `appended = acknowledged + sum(dropped) + deadLettered + count`; what does not hold is a fault of the gateway, and is shown. */
export const isBalanced = (one: Omit<StreamStats, 'name'>): boolean =>
  one.appended === one.acknowledged + droppedSum(one.dropped) + one.deadLettered + one.count;

const lesser = (own: number | null, whole: number | null): number | null =>
  own === null ? whole : whole === null ? own : Math.min(own, whole);

/** Of the nearest limit, its own or the whole's, in percent from 0 to 100 with one decimal. */
export function usedPercent(
  own: Limits,
  whole: Limits,
  now: { count: number; bytes: number; oldestAgeMs: number | null },
): number {
  const shares = [
    [now.count, lesser(own.messages, whole.messages)],
    [now.bytes, lesser(own.bytes, whole.bytes)],
    [now.oldestAgeMs ?? 0, lesser(own.ageMs, whole.ageMs)],
  ] as const;
  const most = Math.max(...shares.map(([used, limit]) => (limit === null ? 0 : used / limit)));
  return Math.round(Math.min(1, most) * 1000) / 10;
}

function takes(config: OutboxStreamConfig | undefined, name: string): string {
  if (config?.subscription !== undefined) return `subscription ${config.subscription}`;
  if (config?.filter !== undefined) return config.filter;
  return name === REST_STREAM ? 'everything else' : 'nothing any more: it is not in the document';
}

/** A stream that was never used. */
export const emptyStream = (name: string): StreamStats => ({
  name,
  count: 0,
  bytes: 0,
  oldestAt: null,
  oldestKeptAt: null,
  appended: 0,
  appendedBytes: 0,
  acknowledged: 0,
  dropped: {},
  deadLettered: 0,
});

/** To the second: a figure that moves all the time would be sent all the time. */
const ageOf = (keptAt: number | null, steadyMs: number): number | null =>
  keptAt === null ? null : Math.max(0, Math.floor((steadyMs - keptAt) / 1000) * 1000);

const rate = (perS: number): number => Math.round(perS * 10) / 10;

function lastDay(traffic: StreamTraffic | null): OutboxStreamView['lastDay'] {
  if (traffic === null || traffic.overHours < LEAST_HOURS) return null;
  return { messagesPerHour: Math.round(traffic.messagesPerHour), bytesPerHour: Math.round(traffic.bytesPerHour) };
}

export interface RowsInput {
  readonly config: OutboxConfig;
  readonly stats: SpoolStats;
  readonly steadyMs: number;
  figures(stream: string): StreamFigures;
  traffic(stream: string): StreamTraffic | null;
  lastError(stream: string): FaultView | null;
  refused(stream: string): number;
}

/** One row per stream, in the order of the document, `rest` last; then streams that hold something and are named no more. */
export function outboxRows(input: RowsInput): readonly OutboxStreamView[] {
  const { config, stats, steadyMs } = input;
  const byName = new Map(stats.streams.map((one) => [one.name, one]));
  const whole = limitsOf(config.keep);
  const named = [...config.streams.map((one) => one.id), REST_STREAM];
  const orphans = stats.streams.filter((one) => !named.includes(one.name) && one.count > 0).map((one) => one.name);
  return [...named, ...orphans].map((name) => {
    const own = config.streams.find((one) => one.id === name);
    const { priority, order, whenFull, keepEvery } = own ?? REST;
    const now = byName.get(name) ?? emptyStream(name);
    const limits = limitsOf(own?.keep ?? null);
    const oldestAgeMs = ageOf(now.oldestKeptAt, steadyMs);
    const figures = input.figures(name);
    return {
      id: name,
      takes: takes(own, name),
      destination: DESTINATION,
      priority,
      order,
      whenFull,
      keepEvery,
      batched: own?.batch !== undefined,
      limits,
      count: now.count,
      bytes: now.bytes,
      oldestAt: now.oldestAt,
      oldestAgeMs,
      inPerS: rate(figures.inPerS),
      outPerS: rate(figures.outPerS),
      inBytesPerS: Math.round(figures.inBytesPerS),
      lastDay: lastDay(input.traffic(name)),
      drainMs: now.count === 0 ? 0 : figures.drainMs,
      usedPercent: usedPercent(limits, whole, { ...now, oldestAgeMs }),
      appended: now.appended,
      acknowledged: now.acknowledged,
      deadLettered: now.deadLettered,
      dropped: { ...now.dropped },
      refused: input.refused(name),
      balanced: isBalanced(now),
      lastError: input.lastError(name),
    };
  });
}

export interface StorageInput {
  readonly rows: readonly OutboxStreamView[];
  readonly config: OutboxConfig;
  readonly subscriptions: readonly SubscriptionConfig[];
  readonly stats: SpoolStats;
  readonly system: Pick<GatewayView['system'], 'diskFreeBytes' | 'diskTotalBytes'>;
  readonly condition: Pick<StoreCondition, 'check' | 'salvage' | 'bytes'>;
  traffic(stream: string): StreamTraffic | null;
  readonly deadLetterLimits: { readonly maxMessages: number; readonly maxBytes: number };
  readonly wear: StorageView['wear'];
  readonly destinations: StorageView['destinations'];
  readonly time: StorageView['time'];
}

/** Room that is never used: the lesser of the percentage and the bytes. */
export function roomOf(config: OutboxConfig, diskTotalBytes: number | null): number {
  const { percent, bytes } = config.room;
  return diskTotalBytes === null ? bytes : Math.min(bytes, Math.floor((diskTotalBytes * percent) / 100));
}

/** Subscriptions to the cloud whose messages expire before the outbox meets a limit (`hours`), the shortest first. */
function expiringOf(subscriptions: readonly SubscriptionConfig[], hours: number | null): StorageView['fuel']['expiring'] {
  return subscriptions
    .flatMap(({ id, target, enabled, expireAfterS }) =>
      enabled && target === 'cloud' && expireAfterS !== undefined
        ? [{ subscription: id, hours: (expireAfterS * 1000) / HOUR_MS }]
        : [],
    )
    .filter((one) => hours === null || one.hours < hours)
    .sort((a, b) => a.hours - b.hours);
}

function fuelOf(input: StorageInput, diskLeftBytes: number | null): StorageView['fuel'] {
  const { rows, config, traffic, stats } = input;
  const none: StreamTraffic = { messagesPerHour: 0, bytesPerHour: 0, overHours: 0 };
  const streams = rows.map((row) => ({ ...row, name: row.id, ...(traffic(row.id) ?? none) }));
  const fuel = fuelGauge({ streams, limits: limitsOf(config.keep), diskLeftBytes: stats.short ? 0 : diskLeftBytes });
  return { ...fuel, expiring: expiringOf(input.subscriptions, fuel.hours) };
}

const deadLetters = (
  { held, bytes, evicted }: DeadLetterStats,
  limits: StorageInput['deadLetterLimits'],
): StorageView['deadLetters'] => ({ held, bytes, evicted, ...limits });

/** The one row of the view `storage`. */
export function storageRow(input: StorageInput): StorageView {
  const { config, stats, system, condition } = input;
  const { diskFreeBytes, diskTotalBytes } = system;
  const roomBytes = roomOf(config, diskTotalBytes);
  const left = diskFreeBytes === null ? null : Math.max(0, diskFreeBytes - roomBytes);
  return {
    id: 'storage',
    limits: limitsOf(config.keep),
    whenFull: config.whenFull,
    count: stats.count,
    bytes: stats.bytes,
    books: {
      in: stats.appended,
      delivered: stats.acknowledged,
      waiting: stats.count,
      deadLettered: stats.deadLettered,
      dropped: { ...stats.dropped },
      balanced: isBalanced(stats) && stats.streams.every(isBalanced),
    },
    deadLetters: deadLetters(stats.deadLetters, input.deadLetterLimits),
    disk: {
      freeBytes: diskFreeBytes,
      totalBytes: diskTotalBytes,
      roomBytes: stats.short?.roomBytes ?? roomBytes,
      short: stats.short !== null,
      storeBytes: condition.bytes,
    },
    fuel: fuelOf(input, left),
    wear: input.wear,
    destinations: [...input.destinations],
    check: condition.check,
    salvage: condition.salvage,
    time: input.time,
  };
}
