import type { StorageView } from '../contract/outbox-views.ts';

/** The gauge from the limits alone; `expiring` is of the subscriptions. */
type Fuel = Omit<StorageView['fuel'], 'expiring'>;
type Kind = Fuel['limitedBy'];

/** null: no limit of this kind. */
export interface Limits {
  readonly messages: number | null;
  readonly bytes: number | null;
  readonly ageMs: number | null;
}

export interface FuelStream {
  readonly name: string;
  readonly limits: Limits;
  readonly count: number;
  readonly bytes: number;
  readonly oldestAgeMs: number | null;
  readonly messagesPerHour: number;
  readonly bytesPerHour: number;
  /** Hours of observation behind the rates. */
  readonly overHours: number;
}

export interface FuelInput {
  readonly streams: readonly FuelStream[];
  /** Of all streams together. */
  readonly limits: Limits;
  /** What is left above the room that is never used; null where the disk is not known. */
  readonly diskLeftBytes: number | null;
}

const HOUR_MS = 3_600_000;
/** Below a minute of observation any figure would be a guess. */
export const LEAST_HOURS = 60 / 3600;
/** What a message costs on the disk beside its payload: its row, topic and index entries, rounded up. */
export const ROW_BYTES = 200;

interface Candidate {
  readonly hours: number;
  readonly limitedBy: Kind;
  readonly stream: string | null;
}

/** Hours until `limit` is reached from `now` on, growing by so much an hour; Infinity where it is not. */
function until(limit: number | null, now: number, perHour: number): number {
  if (limit === null) return Number.POSITIVE_INFINITY;
  if (now >= limit) return 0;
  return perHour > 0 ? (limit - now) / perHour : Number.POSITIVE_INFINITY;
}

/** An age limit is met when the oldest that waits, or the first that would come, is too old. */
function untilAge(limitMs: number | null, oldestAgeMs: number | null, messagesPerHour: number): number {
  if (limitMs === null || (oldestAgeMs === null && messagesPerHour <= 0)) return Number.POSITIVE_INFINITY;
  return Math.max(0, limitMs - (oldestAgeMs ?? 0)) / HOUR_MS;
}

function candidates(of: Omit<FuelStream, 'name' | 'overHours'>, stream: string | null): readonly Candidate[] {
  return [
    { hours: until(of.limits.bytes, of.bytes, of.bytesPerHour), limitedBy: 'bytes', stream },
    { hours: until(of.limits.messages, of.count, of.messagesPerHour), limitedBy: 'messages', stream },
    { hours: untilAge(of.limits.ageMs, of.oldestAgeMs, of.messagesPerHour), limitedBy: 'hours', stream },
  ];
}

const rounded = (value: number): number => (value >= 100 ? Math.round(value) : Number(value.toPrecision(3)));

/**
 * How long the line can be down from now on before the first message is dropped or refused: the earliest of all limits, each
 * growing at the mean rate of the last day from what waits already. Until the first limit is met no policy acts, so the growth is
 * a straight line and the earliest limit is exact for these rates.
 */
export function fuelGauge({ streams, limits, diskLeftBytes }: FuelInput): Fuel {
  const sum = (pick: (one: FuelStream) => number): number => streams.reduce((all, one) => all + pick(one), 0);
  const oldest = streams.flatMap((one) => one.oldestAgeMs ?? []);
  const whole = {
    limits,
    count: sum((one) => one.count),
    bytes: sum((one) => one.bytes),
    oldestAgeMs: oldest.length === 0 ? null : Math.max(...oldest),
    messagesPerHour: sum((one) => one.messagesPerHour),
    bytesPerHour: sum((one) => one.bytesPerHour),
  };
  const overHours = Math.max(0, ...streams.map((one) => one.overHours));
  const rates = {
    messagesPerHour: Math.round(whole.messagesPerHour),
    bytesPerHour: Math.round(whole.bytesPerHour),
    overHours: rounded(overHours),
  };
  if (overHours < LEAST_HOURS) return { hours: null, ...rates, limitedBy: 'none', stream: null };
  const onDisk = whole.bytesPerHour + whole.messagesPerHour * ROW_BYTES;
  const all: readonly Candidate[] = [
    ...streams.flatMap((one) => candidates(one, one.name)),
    ...candidates(whole, null),
    { hours: until(diskLeftBytes, 0, onDisk), limitedBy: 'disk', stream: null },
  ];
  const first = all.reduce((best, one) => (one.hours < best.hours ? one : best));
  if (!Number.isFinite(first.hours)) return { hours: null, ...rates, limitedBy: 'none', stream: null };
  return { ...rates, hours: rounded(first.hours), limitedBy: first.limitedBy, stream: first.stream };
}
