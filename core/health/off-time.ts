import type { ClockTrust } from '../contract/message.ts';
import type { SteadyTime } from '../store/spool.ts';

/** As much is believed of a clock that nobody has checked: most pauses are shorter, and a jump of a year does no more harm than this. */
export const UNCHECKED_MAX_MS = 24 * 3_600_000;

/**
 * How much of the time between the last commit and this start is counted as passed, from the difference of both wall clocks:
 *
 * | clock at the last commit | clock now | counted at the start |
 * |--------------------------|-----------|----------------------|
 * | synced                   | synced    | all of it            |
 * | synced or holding        | holding   | at most 24 h         |
 * | holding                  | synced    | at most 24 h         |
 * | never                    | any       | nothing              |
 * | any                      | never     | nothing              |
 *
 * Never negative: steady time does not go back, whatever the wall clock did. What is not counted here is made up for by `missed`
 * when the time is known.
 */
export function offTime(last: Pick<SteadyTime, 'wallMs' | 'trust'>, wallMs: number, trust: ClockTrust): number {
  if (last.trust === 'never' || trust === 'never') return 0;
  const passed = Math.max(0, wallMs - last.wallMs);
  return last.trust === 'synced' && trust === 'synced' ? passed : Math.min(passed, UNCHECKED_MAX_MS);
}

/** A moment whose steady time and right wall time were both known. */
export interface Anchor {
  readonly steadyMs: number;
  readonly wallMs: number;
}

/** What steady time lacks since the anchor, now that the right time is known again. Never negative. */
export const missed = (anchor: Anchor, rightWallMs: number, steadyMs: number): number =>
  Math.max(0, rightWallMs - anchor.wallMs - (steadyMs - anchor.steadyMs));
