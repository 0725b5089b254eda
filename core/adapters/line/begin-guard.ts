import type { Clock } from '../../base/clock.ts';
import type { LinkConfig } from '../../contract/document/links.ts';

/** Knows whether the first line of a session is whole, or the rest of one that began before the port was open. */
export interface BeginGuard {
  /** Call it with every chunk, before its lines are used. */
  heard(): void;
  /** Call it once for each line that was cut; false for one that may have lost its begin. */
  isWhole(): boolean;
}

/** A device pauses at least so long between two lines, and no longer within one. */
const QUIET_MS = 100;

/**
 * Half a number is a sound number, and half a code a sound code: what comes at once after the opening is not trusted before its first line
 * end. A wire in memory begins when it is opened.
 */
export function createBeginGuard(link: LinkConfig, clock: Clock): BeginGuard {
  const openedAt = clock.monotonic();
  let state: 'fresh' | 'doubtful' | 'whole' = link.kind === 'simulated' ? 'whole' : 'fresh';
  return {
    heard() {
      if (state === 'fresh') state = clock.monotonic() - openedAt < QUIET_MS ? 'doubtful' : 'whole';
    },
    isWhole() {
      const whole = state === 'whole';
      state = 'whole';
      return whole;
    },
  };
}

export const HALF_LINE = 'it may have begun before the port was open: not used';
