import type { App, Event } from 'electron';
import type { Clock } from '../core/base/clock.ts';
import type { Logger } from '../core/base/log.ts';

export const STOP_WITHIN_MS = 5_000;
/** EX_TEMPFAIL: a supervisor takes it as a failure and starts the app anew. */
const START_ME_AGAIN = 75;

export interface Shutdown {
  /** True once the process is on its way out: the window may close. */
  readonly isEnding: () => boolean;
  end(): void;
  relaunch(): void;
}

/**
 * Stops core before the process ends, and ends it after five seconds even if core hangs: a power button, a sign-out or
 * an update must not wait for ever. Every way out leads through here, so that what was accepted is on the disk.
 */
export function guardShutdown(
  deps: { app: Pick<App, 'on' | 'quit' | 'exit' | 'relaunch'>; clock: Clock; log: Logger },
  options: {
    /** A service manager starts us: a new process of our own would live outside of its session (and of cage's screen). */
    readonly supervised: boolean;
    stopAll(): Promise<void>;
  },
): Shutdown {
  let stopping: Promise<void> | undefined;
  let relaunch = false;
  async function stopAndExit(): Promise<void> {
    const done = new AbortController();
    const late = deps.clock.sleep(STOP_WITHIN_MS, done.signal).then(
      () => 'late' as const,
      () => 'done' as const,
    );
    const stopped = options.stopAll().then(
      () => 'done' as const,
      (cause: unknown) => {
        deps.log.error('shell.stop-failed', { cause });
        return 'done' as const;
      },
    );
    const how = await Promise.race([stopped, late]);
    done.abort();
    if (how === 'late') deps.log.error('shell.stop-too-slow', { afterMs: STOP_WITHIN_MS });
    if (relaunch && !options.supervised) deps.app.relaunch();
    deps.app.exit(relaunch && options.supervised ? START_ME_AGAIN : 0);
  }
  function begin(): void {
    stopping ??= stopAndExit();
  }
  deps.app.on('before-quit', (event: Event) => {
    event.preventDefault();
    begin();
  });
  deps.app.on('window-all-closed', begin);
  return {
    isEnding: () => stopping !== undefined,
    end: begin,
    relaunch() {
      relaunch = true;
      begin();
    },
  };
}
