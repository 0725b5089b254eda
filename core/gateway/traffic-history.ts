import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Service } from '../base/service.ts';
import type { Spool } from '../store/spool.ts';
import type { Store } from '../store/store.ts';

/** What a stream took in, an hour, over the hours of the last day that were seen. */
export interface StreamTraffic {
  readonly messagesPerHour: number;
  /** Payload bytes. */
  readonly bytesPerHour: number;
  readonly overHours: number;
}

export interface TrafficHistory extends Service {
  /** Null where nothing was seen yet. */
  of(stream: string): StreamTraffic | null;
}

export interface TrafficDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** Steady ms; says which hour it is, so that a jump of the wall clock forgets nothing. */
  steady(): number;
  readonly spool: Pick<Spool, 'stats'>;
  readonly figures: Store['figures'];
}

const HOUR_MS = 3_600_000;
const HOURS = 24;
const SAMPLE_MS = 10_000;
/** A crash costs at most so much of the figures; more often would wear the disk for nothing. */
const SAVE_MS = 60_000;
const PREFIX = 'fuel';
const FIELDS = ['hour', 'seenMs', 'messages', 'bytes'] as const;

type Slot = Record<(typeof FIELDS)[number], number>;

const emptySlot = (hour: number): Slot => ({ hour, seenMs: 0, messages: 0, bytes: 0 });

function meanOf(slots: readonly (Slot | undefined)[], hour: number): StreamTraffic | null {
  const sum = emptySlot(hour);
  for (const slot of slots) {
    if (!slot || slot.hour > hour || slot.hour <= hour - HOURS) continue;
    sum.seenMs += slot.seenMs;
    sum.messages += slot.messages;
    sum.bytes += slot.bytes;
  }
  if (sum.seenMs <= 0) return null;
  const overHours = sum.seenMs / HOUR_MS;
  return { messagesPerHour: sum.messages / overHours, bytesPerHour: sum.bytes / overHours, overHours };
}

/**
 * Hourly sums of what came in, per stream, for the last day; kept in the store's figures, so that a restart forgets nothing.
 * Bounded: 24 slots for each stream of the last day.
 */
export function createTrafficHistory(deps: TrafficDeps): TrafficHistory {
  const series = new Map<string, (Slot | undefined)[]>();
  const unsaved = new Map<string, Slot>();
  const before = new Map<string, { appended: number; bytes: number }>();
  let sampledAt = deps.clock.monotonic();
  let savedAt = sampledAt;
  let cancel = (): void => {};

  const hourNow = (): number => Math.floor(deps.steady() / HOUR_MS);
  function slotsOf(stream: string): (Slot | undefined)[] {
    const known = series.get(stream);
    if (known) return known;
    const made: (Slot | undefined)[] = Array.from({ length: HOURS });
    series.set(stream, made);
    return made;
  }
  function load(saved: Readonly<Record<string, number>>): void {
    for (const [key, value] of Object.entries(saved)) {
      const [prefix, stream = '', at = '', name] = key.split('/');
      const field = FIELDS.find((one) => one === name);
      const index = Number(at);
      if (prefix !== PREFIX || field === undefined || !(index >= 0 && index < HOURS)) continue;
      const slots = slotsOf(stream);
      const slot = slots[index] ?? emptySlot(Number.NEGATIVE_INFINITY);
      slot[field] = value;
      slots[index] = slot;
    }
  }
  /** Streams that got nothing within a day leave the figures: names come and go, the figures must not grow for ever. */
  function forgetOld(): void {
    const hour = hourNow();
    const gone: Record<string, null> = {};
    for (const [stream, slots] of series) {
      if (slots.some((slot) => slot && slot.hour > hour - HOURS)) continue;
      series.delete(stream);
      slots.forEach((slot, at) => {
        if (slot) for (const field of FIELDS) gone[`${PREFIX}/${stream}/${at}/${field}`] = null;
      });
    }
    if (Object.keys(gone).length > 0) deps.figures.save(gone);
  }
  function save(): void {
    savedAt = deps.clock.monotonic();
    const figures: Record<string, number> = {};
    for (const [key, slot] of unsaved) for (const field of FIELDS) figures[`${key}/${field}`] = slot[field];
    unsaved.clear();
    if (Object.keys(figures).length > 0) deps.figures.save(figures);
  }
  function sample(): void {
    const mono = deps.clock.monotonic();
    const elapsedMs = mono - sampledAt;
    sampledAt = mono;
    const hour = hourNow();
    const index = ((hour % HOURS) + HOURS) % HOURS;
    for (const { name, appended, appendedBytes } of deps.spool.stats().streams) {
      const last = before.get(name);
      before.set(name, { appended, bytes: appendedBytes });
      if (!last) continue;
      const slots = slotsOf(name);
      const known = slots[index];
      const slot = known?.hour === hour ? known : emptySlot(hour);
      slots[index] = slot;
      slot.seenMs += elapsedMs;
      slot.messages += Math.max(0, appended - last.appended);
      slot.bytes += Math.max(0, appendedBytes - last.bytes);
      unsaved.set(`${PREFIX}/${name}/${index}`, slot);
    }
    if (mono - savedAt >= SAVE_MS) save();
  }
  return {
    name: 'traffic-history',
    async start(signal) {
      signal.throwIfAborted();
      try {
        load(await deps.figures.load());
        forgetOld();
      } catch (cause) {
        deps.log.warn('outbox.traffic-not-read', { message: 'The fuel gauge begins anew.', cause });
      }
      sampledAt = deps.clock.monotonic();
      savedAt = sampledAt;
      sample();
      cancel = deps.clock.every(SAMPLE_MS, sample);
    },
    async stop() {
      cancel();
      save();
    },
    of(stream) {
      const slots = series.get(stream);
      return slots ? meanOf(slots, hourNow()) : null;
    },
  };
}
