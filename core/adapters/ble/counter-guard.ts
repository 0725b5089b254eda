/** Whether a packet is a new one by its counter. */
export interface CounterGuard {
  /** `again`: the newest one once more. `old`: sent before the newest one, or recorded and sent by somebody else. `heardAt` is monotonic. */
  take(counter: number, heardAt: number): 'new' | 'again' | 'old';
}

/** A counter that begins again is a small one; and a new battery takes its time. */
const SMALL = 100;
const QUIET_MS = 60_000;

/**
 * Packets must count upwards: a recorded one gives no value a second time. A device whose battery was changed, or whose counter has come
 * round, begins again near zero; that is believed only after a minute without a newer packet, so that somebody who sends recorded
 * packets cannot mix them into those of a device that speaks. The first packet of a session is believed.
 */
export function createCounterGuard(): CounterGuard {
  let newest: number | undefined;
  let newestAt = Number.NEGATIVE_INFINITY;
  return {
    take(counter, heardAt) {
      if (counter === newest) return 'again';
      const begunAgain = counter < SMALL && heardAt - newestAt >= QUIET_MS;
      if (newest !== undefined && counter < newest && !begunAgain) return 'old';
      newest = counter;
      newestAt = heardAt;
      return 'new';
    },
  };
}
