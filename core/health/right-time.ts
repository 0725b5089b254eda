import type { ClockTrust } from '../contract/message.ts';

/** Before this the clock was certainly never set: this code did not exist. */
export const EARLIEST_MS = Date.UTC(2026, 0, 1);
/** Closer than this is agreement: a cloud tells the time in whole seconds, a system slews what is less. */
export const AGREE_MS = 2000;
/** A clock that is further off is as good as never set. */
export const WRONG_MS = 5 * 60_000;
/** So long a clock that the cloud has checked counts as synchronised; it may drift by some seconds meanwhile. */
const CHECKED_FOR_MS = 24 * 3_600_000;

/** The right time, told by somebody: its wall time at the zero of this start's elapsed time. */
export interface RightTime {
  readonly zeroMs: number;
  readonly withinMs: number;
  readonly by: 'system' | 'cloud';
  /** Elapsed ms when it was told last. */
  readonly toldAt: number;
}

export interface Judgement {
  readonly trust: ClockTrust;
  readonly by: RightTime['by'] | '';
  /** How far the wall clock is ahead; null: nobody has told. */
  readonly aheadMs: number | null;
}

/**
 * How far a wall clock can be trusted. `right` is what was told in this start, null where nobody has. `knownMs` is a time that has
 * certainly passed: a clock that shows less was not set. `systemSays`: the system has the clock synchronised at this moment.
 */
export function judgeClock(
  now: { readonly wallMs: number; readonly elapsedMs: number; readonly systemSays: boolean },
  right: RightTime | null,
  knownMs: number | null,
): Judgement {
  if (!right) {
    const set = now.wallMs >= EARLIEST_MS && (knownMs === null || now.wallMs >= knownMs - WRONG_MS);
    return { trust: set ? 'holding' : 'never', by: '', aheadMs: null };
  }
  const aheadMs = now.wallMs - now.elapsedMs - right.zeroMs;
  const off = Math.abs(aheadMs);
  const fresh = right.by === 'system' ? now.systemSays : now.elapsedMs - right.toldAt <= CHECKED_FOR_MS;
  const trust = off > WRONG_MS ? 'never' : off <= right.withinMs + AGREE_MS && fresh ? 'synced' : 'holding';
  return { trust, by: right.by, aheadMs };
}
