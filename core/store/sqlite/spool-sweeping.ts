import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { SpoolStats, SteadyTime } from '../spool.ts';
import type { WorkerLink } from './worker-link.ts';

/** So often what expired is looked for; it is never given to anybody meanwhile. */
const EVERY_MS = 5000;
/** Between two steps while there is more: appends go in between. */
const STEP_MS = 50;

/**
 * Lets the thread remove, step by step, what expired or is over a limit that was lowered, and look whether the disk has its room
 * again. Idle while nothing waits.
 */
export function createSweeping(deps: {
  readonly clock: Clock;
  readonly log: Logger;
  readonly link: WorkerLink;
  readonly stats: () => SpoolStats;
  readonly life: () => SteadyTime;
}): { start(): void; stop(): void } {
  const { clock, log, link, stats, life } = deps;
  let cancel: (() => void) | null = null;
  let stopped = false;
  function arm(ms: number): void {
    if (!stopped) cancel = clock.after(ms, step);
  }
  function step(): void {
    if (stats().count === 0 && stats().short === null) {
      arm(EVERY_MS);
      return;
    }
    link
      .call('sweep', life())
      .then(({ more }) => arm(more ? STEP_MS : EVERY_MS))
      .catch((cause: unknown) => {
        log.debug('store.sweep-failed', { cause });
        arm(EVERY_MS);
      });
  }
  return {
    start: () => arm(EVERY_MS),
    stop() {
      stopped = true;
      cancel?.();
    },
  };
}
