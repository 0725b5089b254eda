/** What a request counts for in the sharing of a line. */
export interface LineShare {
  /** Gives the ms that are charged for a request that has held the line for `ms`. */
  charge(ms: number, answered: boolean): number;
}

/** A request that takes so many times what is usual on its line steps back. */
const HOLDS_UP = 2;
const PENALTY = 2;
/** How fast the usual time follows, as a share of itself for each answer. */
const STEP = 0.05;

/**
 * Counts time as it was used; what holds the line up (no answer, or more than twice the median of the answers on it) counts double. A line
 * with no time to spare then still gives the sound units nearly what they would have without the bad ones.
 */
export function createLineShare(): LineShare {
  let usual: number | undefined;
  return {
    charge(ms, answered) {
      if (answered) {
        if (usual === undefined) usual = ms;
        else usual = Math.max(0.05, usual * (ms > usual ? 1 + STEP : 1 - STEP));
      }
      return answered && ms <= (usual ?? ms) * HOLDS_UP ? ms : ms * PENALTY;
    },
  };
}
