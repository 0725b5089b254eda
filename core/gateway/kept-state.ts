import type { Clock } from '../base/clock.ts';
import { settledWithin } from '../base/deadline.ts';
import type { Logger } from '../base/log.ts';
import { createDarkHistory } from '../health/dark-history.ts';
import type { TimeKeeper } from '../health/time.ts';
import type { Router } from '../router/router.ts';
import type { StoredSource } from '../router/sequences.ts';
import type { Store } from '../store/store.ts';

interface KeptStateDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly time: TimeKeeper;
  readonly router: Pick<Router, 'restore' | 'save'>;
  readonly store: {
    readonly figures: Store['figures'];
    readonly history: Pick<Store['history'], 'move' | 'followTime'>;
    readonly spool: { sources(): Promise<readonly StoredSource[]> };
    lastLife(): ReturnType<Store['lastLife']>;
  };
}

/** What the router and the clock must know at the next start. */
export interface KeptState {
  /**
   * Goes on from the last start. After the store has opened, before anything is published. What a crash must find is on disk when it
   * resolves; a store that cannot write is waited for `COMMIT_MS` at most.
   */
  resume(signal: AbortSignal): Promise<void>;
  /** Saves for the last time. After the router has stopped, before the store does. */
  stop(): Promise<void>;
}

/** A crash costs at most so much of the counters. Nothing is written while nothing is published. */
const COUNTERS_MS = 1000;
/** Always differs, and is exact over a restart however old it is. */
const TIME_MS = 60_000;
/** A start does not hang on a disk that does not write. */
const COMMIT_MS = 3000;

export function createKeptState(deps: KeptStateDeps): KeptState {
  const { clock, time, router, store } = deps;
  const darkHistory = createDarkHistory({ clock, log: deps.log, time, history: store.history });
  let cancel = (): void => {};
  let resumed = false;
  function saveCounters(): void {
    const changed = router.save();
    if (Object.keys(changed).length > 0) store.figures.save(changed);
  }
  const saveTime = (): void => store.figures.save(time.save());
  /**
   * Until this is on disk, a crash would look like the orderly end before it, and only the wall clock would tell how long the gateway
   * was off: one that was set ahead meanwhile would make messages expire.
   */
  async function commitStart(): Promise<void> {
    let cause: unknown = null;
    const write = store.figures.commit({ ...router.save(), ...time.save() }).catch((error: unknown) => {
      cause = error;
    });
    const inTime = await settledWithin(clock, COMMIT_MS, write);
    if (inTime && cause === null) return;
    const message = 'The time of this start is not on disk yet. The gateway goes on, and goes on trying.';
    deps.log.warn('time.start-not-kept', { message, ...(inTime ? { cause } : { waitedMs: COMMIT_MS }) });
  }
  return {
    async resume(signal) {
      const [figures, stored] = await Promise.all([store.figures.load(), store.spool.sources()]);
      time.restore(figures);
      time.resume(store.lastLife());
      store.history.followTime(() => (darkHistory.busy() ? null : time.retentionNow()));
      await time.start(signal);
      await darkHistory.start(signal);
      router.restore(figures, stored);
      resumed = true;
      await commitStart();
      signal.throwIfAborted();
      const ends = [time.onTrust(saveTime), clock.every(COUNTERS_MS, saveCounters), clock.every(TIME_MS, saveTime)];
      cancel = () => {
        for (const end of ends) end();
      };
    },
    async stop() {
      cancel();
      await darkHistory.stop();
      await time.stop();
      // What was never restored must not overwrite what is there.
      if (!resumed) return;
      saveCounters();
      saveTime();
    },
  };
}
