import type { App, BrowserWindow, WebContents } from 'electron';
import type { Clock } from '../core/base/clock.ts';
import type { Logger } from '../core/base/log.ts';

export type WatchedWindow = Pick<BrowserWindow, 'on' | 'isVisible' | 'isMinimized' | 'isDestroyed'> & {
  readonly webContents: Pick<WebContents, 'on' | 'loadURL' | 'forcefullyCrashRenderer'>;
};

export interface RecoveryDeps {
  readonly window: WatchedWindow;
  readonly app: Pick<App, 'on'>;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface RecoveryOptions {
  readonly address: string;
  /** Ends this process and starts a new one. Called once. */
  relaunch(): void;
}

export interface Recovery {
  /** A frame came from the page. */
  beat(): void;
  /** The machine woke up: the page gets the full time again before it counts as stuck. */
  resume(): void;
  stop(): void;
}

const LOOK_EVERY_MS = 5_000;
const SILENT_FOR_MS = 30_000;
const RELOAD_AFTER_MS = 1_000;
const WINDOW_MS = 10 * 60_000;
const MOST_RELOADS = 3;

/**
 * Brings a white or frozen screen back: when the page's process ends, hangs, cannot load, or sends nothing for 30 s
 * while it is visible, it is loaded again; the third time within ten minutes the whole app is started anew.
 * Core runs outside of the page and is not touched by a reload.
 */
export function watchScreen(deps: RecoveryDeps, options: RecoveryOptions): Recovery {
  const { window, clock, log } = deps;
  const contents = window.webContents;
  const reloads: number[] = [];
  let alive = clock.monotonic();
  let cancelReload: (() => void) | undefined;
  let ended = false;

  function load(): void {
    cancelReload = undefined;
    if (ended || window.isDestroyed()) return;
    alive = clock.monotonic();
    contents.loadURL(options.address).catch((cause: unknown) => log.warn('screen.load-failed', { cause })); // did-fail-load follows
  }
  function recover(why: string, data: Readonly<Record<string, string | number>> = {}): void {
    if (ended || cancelReload) return; // one fault is often reported twice
    const now = clock.monotonic();
    while (reloads[0] !== undefined && now - reloads[0] >= WINDOW_MS) reloads.shift();
    reloads.push(now);
    if (reloads.length >= MOST_RELOADS) {
      log.error('screen.relaunch', { why, reloads: reloads.length, ...data });
      ended = true;
      options.relaunch();
      return;
    }
    log.error('screen.reload', { why, ...data });
    cancelReload = clock.after(RELOAD_AFTER_MS, load);
  }

  contents.on('render-process-gone', (_event, details) => {
    if (details.reason !== 'clean-exit') recover('gone', { reason: details.reason, exitCode: details.exitCode });
  });
  contents.on('did-fail-load', (_event, errorCode, _text, _address, isMainFrame) => {
    const aborted = errorCode === -3; // another load took its place
    if (isMainFrame && !aborted) recover('load-failed', { errorCode });
  });
  window.on('unresponsive', () => {
    recover('unresponsive');
    if (!ended) contents.forcefullyCrashRenderer(); // a busy page does not let itself be loaded again
  });
  deps.app.on('child-process-gone', (_event, details) => {
    if (details.type === 'GPU') log.error('screen.gpu-gone', { reason: details.reason, exitCode: details.exitCode });
    else if (details.reason !== 'clean-exit') log.warn('screen.helper-gone', { type: details.type, reason: details.reason });
  });
  const stopLooking = clock.every(LOOK_EVERY_MS, () => {
    if (window.isDestroyed() || !window.isVisible() || window.isMinimized()) alive = clock.monotonic();
    else if (clock.monotonic() - alive >= SILENT_FOR_MS) {
      alive = clock.monotonic();
      recover('silent');
    }
  });
  const beat = (): void => {
    alive = clock.monotonic();
  };
  return {
    beat,
    resume: beat,
    stop() {
      ended = true;
      cancelReload?.();
      stopLooking();
    },
  };
}
