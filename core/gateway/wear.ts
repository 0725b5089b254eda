import { readFile } from 'node:fs/promises';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Service } from '../base/service.ts';
import type { StorageView } from '../contract/outbox-views.ts';
import type { Store } from '../store/store.ts';

/** What was written on one day (number since 1970-01-01, UTC), and for how long of it the gateway looked. */
export interface WearDay {
  readonly day: number;
  readonly bytes: number;
  readonly seenMs: number;
}

export interface Wear extends Service {
  /** `totalBytes`: size of the disk, null where unknown; `cycles`: what a block of it bears. */
  view(totalBytes: number | null, cycles: number): StorageView['wear'];
}

export interface WearDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly figures: Store['figures'];
  /** See `TimeKeeper.calendarNow`. */
  wallNow(): number | null;
  /** Bytes that this process has sent to the disk since it started; null where the system does not tell. */
  readWritten(): Promise<number | null>;
}

const DAY_MS = 86_400_000;
const SLOTS = 31;
const SHOWN_DAYS = 30;
const SAMPLE_MS = 60_000;
/** A day with less than this was not seen whole (the gateway was off, or the clock was set). */
const WHOLE_DAY_MS = 23.5 * 3_600_000;
/** Below this today's figure is not worth extrapolating. */
const LEAST_MS = 600_000;
/**
 * A flash disk erases blocks of hundreds of kB; small synced writes make it move other data, so it writes more than it is told.
 * Factors of 2 to 10 are usual for databases on SD cards and eMMC without a cache; 4 is a careful middle.
 */
export const WRITE_AMPLIFICATION = 4;
const FIELDS = ['day', 'bytes', 'seenMs'] as const;

/** Linux counts the bytes that a process caused to be written to a disk; elsewhere nobody does: null. */
export async function readWrittenBytes(): Promise<number | null> {
  if (process.platform !== 'linux') return null;
  const text = await readFile('/proc/self/io', 'utf8').catch(() => '');
  const bytes = Number(/^write_bytes: (\d+)$/m.exec(text)?.[1] ?? Number.NaN);
  return Number.isFinite(bytes) ? bytes : null;
}

/** Bytes a day, by the time seen: a day that went on while the clock was not set is longer than others. */
function meanOf(days: readonly WearDay[]): number {
  const bytes = days.reduce((sum, one) => sum + one.bytes, 0);
  return (bytes / days.reduce((sum, one) => sum + one.seenMs, 0)) * DAY_MS;
}

function perDay(days: readonly WearDay[], today: number): number | null {
  const whole = days.filter((one) => one.day < today && one.seenMs >= WHOLE_DAY_MS);
  if (whole.length > 0) return meanOf(whole);
  const now = days.find((one) => one.day === today);
  return now && now.seenMs >= LEAST_MS ? meanOf([now]) : null;
}

/** What the written bytes mean for a flash disk. Days in the future (the clock was wrong) and older ones are left out. */
export function wearView(
  days: readonly WearDay[],
  today: number,
  totalBytes: number | null,
  cycles: number,
): StorageView['wear'] {
  const shown = days.filter((one) => one.day <= today && one.day > today - SHOWN_DAYS).sort((a, b) => a.day - b.day);
  const daily = perDay(shown, today);
  const years =
    daily === null || totalBytes === null || daily <= 0 ? null : (totalBytes * cycles) / (daily * WRITE_AMPLIFICATION) / 365.25;
  return {
    writtenTodayBytes: shown.find((one) => one.day === today)?.bytes ?? 0,
    writtenPerDayBytes: daily === null ? null : Math.round(daily),
    days: shown.map(({ day, bytes }) => ({ day: new Date(day * DAY_MS).toISOString().slice(0, 10), bytes })),
    years: years === null ? null : Number(years.toPrecision(2)),
    cycles,
  };
}

/**
 * Counts what this process writes, by day (UTC); 31 days are kept in the store's figures. While the time is not known, the newest day
 * goes on: a clock that is wrong makes no days up.
 */
export function createWear(deps: WearDeps): Wear {
  const slots: (WearDay | undefined)[] = Array.from({ length: SLOTS });
  let last: number | null = null;
  let sampledAt = deps.clock.monotonic();
  let cancel = (): void => {};
  function today(): number {
    const now = deps.wallNow();
    if (now !== null) return Math.max(0, Math.floor(now / DAY_MS));
    return Math.max(0, ...slots.flatMap((one) => one?.day ?? []));
  }

  function load(saved: Readonly<Record<string, number>>): void {
    for (let at = 0; at < SLOTS; at += 1) {
      const [day, bytes, seenMs] = FIELDS.map((field) => saved[`wear/${at}/${field}`]);
      if (day !== undefined && bytes !== undefined && seenMs !== undefined) slots[at] = { day, bytes, seenMs };
    }
  }
  async function sample(): Promise<void> {
    const written = await deps.readWritten();
    const mono = deps.clock.monotonic();
    const elapsedMs = mono - sampledAt;
    sampledAt = mono;
    const before = last;
    last = written;
    if (written === null || before === null) return;
    const day = today();
    const at = day % SLOTS;
    const known = slots[at];
    const slot = known?.day === day ? known : { day, bytes: 0, seenMs: 0 };
    const next = { day, bytes: slot.bytes + Math.max(0, written - before), seenMs: slot.seenMs + elapsedMs };
    slots[at] = next;
    deps.figures.save(Object.fromEntries(FIELDS.map((field) => [`wear/${at}/${field}`, next[field]])));
  }
  return {
    name: 'wear',
    async start(signal) {
      signal.throwIfAborted();
      try {
        load(await deps.figures.load());
      } catch (cause) {
        deps.log.warn('store.wear-not-read', { message: 'The days of wear begin anew.', cause });
      }
      sampledAt = deps.clock.monotonic();
      await sample();
      cancel = deps.clock.every(SAMPLE_MS, () => {
        sample().catch((cause: unknown) => deps.log.warn('store.wear-not-measured', { cause }));
      });
    },
    async stop() {
      cancel();
      await sample().catch((cause: unknown) => deps.log.warn('store.wear-not-measured', { cause }));
    },
    view: (totalBytes, cycles) =>
      wearView(
        slots.flatMap((one) => one ?? []),
        today(),
        totalBytes,
        cycles,
      ),
  };
}
