import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Service } from '../base/service.ts';
import type { History } from '../store/history.ts';
import { EARLIEST_MS } from './right-time.ts';
import type { TimeKeeper } from './time.ts';

/** Samples of earlier starts that never knew the time are put so far back that no later start in the dark can mix with them. */
const ASIDE_MS = -2 * EARLIEST_MS;

export interface DarkHistory extends Service {
  /** Samples lie at wrong times, now or still: nothing must be removed by age. */
  busy(): boolean;
}

interface DarkHistoryDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly time: Pick<TimeKeeper, 'trust' | 'redate' | 'stamp' | 'onTrust'>;
  readonly history: Pick<History, 'move'>;
}

/**
 * Puts the history right that was recorded while the clock was not set: once it is, the samples of that span are moved to where
 * they belong. `start` must have resolved before anything is recorded. A span that lies close to the right time (a clock that is
 * wrong by less than the span is long) is left as it is: its samples cannot be told from right ones.
 */
export function createDarkHistory(deps: DarkHistoryDeps): DarkHistory {
  const { clock, log, time, history } = deps;
  let dark: { readonly stamp: ReturnType<TimeKeeper['stamp']>; readonly fromMono: number } | null = null;
  let moving = false;
  let stop = (): void => {};

  function enter(): void {
    dark = { stamp: time.stamp(), fromMono: clock.monotonic() };
  }
  async function leave(span: NonNullable<typeof dark>): Promise<void> {
    const { wallMs, redated } = time.redate(span.stamp);
    if (!redated) return;
    // The clock as it was, not as it is now: it has been set meanwhile.
    const to = span.stamp.wallMs + clock.monotonic() - span.fromMono;
    const byMs = wallMs - span.stamp.wallMs;
    const moved = await history.move(Math.floor(span.stamp.wallMs), Math.ceil(to), byMs);
    if (moved > 0) {
      const message = `The clock was set: ${moved} samples of the history were moved to their right time.`;
      log.info('time.history-moved', { message, moved, byMs: Math.round(byMs) });
    }
  }
  /** Puts aside what an earlier start has left. */
  async function clearSpan(): Promise<void> {
    const samples = await history.move(0, EARLIEST_MS, ASIDE_MS);
    if (samples === 0) return;
    const message = `${samples} samples of the history are from a start that never knew the time; they are not shown.`;
    log.warn('time.history-aside', { message, samples });
  }
  const failed = (cause: unknown): void => log.warn('time.history-not-moved', { cause });
  return {
    name: 'dark-history',
    async start(signal) {
      signal.throwIfAborted();
      stop = time.onTrust((trust) => {
        if (trust === 'never') {
          if (!dark) enter();
          return;
        }
        const span = dark;
        dark = null;
        if (!span) return;
        moving = true;
        leave(span)
          .catch(failed)
          .finally(() => {
            moving = false;
          });
      });
      if (time.trust() !== 'never') return;
      await clearSpan().catch(failed);
      enter();
    },
    busy: () => dark !== null || moving,
    async stop() {
      stop();
    },
  };
}
