import type { OutboxStreamView, StorageView } from '../../../core/contract/outbox-views.ts';
import type { Tone } from '../../components/tone.ts';

/** Below this share of room the gauge warns; at `EMPTY` the policy is at work. */
const LOW = 0.2;
const EMPTY = 0.01;
/** A stream without limits of its own is measured by the whole's, to a tenth of a percent. */
const ROUNDING = 0.001;

const share = (used: number, of: number | null): number => (of === null || of <= 0 ? 0 : used / of);

/** What waits, of a stream or of all. */
type Waiting = Pick<OutboxStreamView, 'count' | 'bytes' | 'oldestAgeMs'>;

const lesser = (own: number | null, whole: number | null): number | null =>
  own === null ? whole : whole === null ? own : Math.min(own, whole);

const oldestOf = (streams: readonly OutboxStreamView[]): number => Math.max(0, ...streams.map((one) => one.oldestAgeMs ?? 0));

/** Only the age limit is met, so that there is room, but the oldest are dropped whatever the policy. */
function isOnlyOld(now: Waiting, own: StorageView['limits'], whole: StorageView['limits']): boolean {
  const size = Math.max(share(now.bytes, lesser(own.bytes, whole.bytes)), share(now.count, lesser(own.messages, whole.messages)));
  return size < 1 - EMPTY && share(now.oldestAgeMs ?? 0, lesser(own.ageMs, whole.ageMs)) >= 1 - EMPTY;
}

/** How much of the outbox as a whole is used, 0..1: the nearest of its limits, or the disk's room. */
function wholeShare(storage: StorageView, streams: readonly OutboxStreamView[]): number {
  const { limits, disk } = storage;
  const usable = disk.freeBytes === null ? null : Math.max(0, disk.freeBytes - disk.roomBytes) + storage.bytes;
  return Math.max(
    share(storage.bytes, limits.bytes),
    share(storage.count, limits.messages),
    share(oldestOf(streams), limits.ageMs),
    share(storage.bytes, usable),
  );
}

export interface Fuel {
  /** Room that is left until something is dropped or refused, 0..1. */
  readonly left: number;
  readonly tone: Extract<Tone, 'normal' | 'warn' | 'fault'>;
  /** The stream that has the least room; null: the outbox as a whole. */
  readonly stream: OutboxStreamView | null;
  /** It is the age that is met, not the size. */
  readonly byAge: boolean;
}

/** What the gauge shows: calm while there is room, a warning below a fifth, a fault when a policy is at work. */
export function fuelOf(storage: StorageView, streams: readonly OutboxStreamView[]): Fuel {
  let used = storage.disk.short ? 1 : wholeShare(storage, streams);
  let stream: OutboxStreamView | null = null;
  for (const one of streams) {
    if (one.usedPercent / 100 <= used + ROUNDING) continue;
    used = one.usedPercent / 100;
    stream = one;
  }
  const left = Math.min(1, Math.max(0, 1 - used));
  const tone = left <= EMPTY ? 'fault' : left < LOW ? 'warn' : 'normal';
  const { limits } = storage;
  const byAge =
    !storage.disk.short &&
    (stream
      ? isOnlyOld(stream, stream.limits, limits)
      : isOnlyOld({ ...storage, oldestAgeMs: oldestOf(streams) }, limits, limits));
  return { left, tone, stream, byAge };
}
