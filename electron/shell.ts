import type { App, BrowserWindow, BrowserWindowConstructorOptions, IpcMain, Menu, NativeTheme, Protocol } from 'electron';
import type { Clock } from '../core/base/clock.ts';
import { GatewayError } from '../core/base/errors.ts';
import type { Logger } from '../core/base/log.ts';
import { SCHEMES, serveConsole } from './console-protocol.ts';
import type { CoreHost, CoreOptions, StartCore } from './core-host.ts';
import { listenOnIpc } from './ipc-transport.ts';
import { lockWindow, lockZoom } from './kiosk.ts';
import { CONSOLE_URL } from './origin.ts';
import { type PowerDeps, watchPower } from './power.ts';
import { type Recovery, watchScreen } from './recovery.ts';
import { type GuardedSession, guardContents, guardSession } from './security.ts';
import { guardShutdown, type Shutdown } from './shutdown.ts';
import { windowOptions } from './window.ts';

export interface ShellDeps {
  readonly app: Pick<
    App,
    'on' | 'quit' | 'exit' | 'relaunch' | 'whenReady' | 'requestSingleInstanceLock' | 'enableSandbox' | 'isPackaged'
  >;
  readonly protocol: Pick<Protocol, 'registerSchemesAsPrivileged' | 'handle'>;
  readonly ipcMain: Pick<IpcMain, 'on' | 'removeListener'>;
  readonly menu: Pick<typeof Menu, 'setApplicationMenu'>;
  readonly theme: Pick<NativeTheme, 'shouldUseDarkColors'>;
  readonly power: Pick<PowerDeps, 'blocker' | 'monitor'>;
  /** Electron gives sessions and power events only once the app is ready. */
  readonly session: () => GuardedSession;
  readonly createWindow: (options: BrowserWindowConstructorOptions) => BrowserWindow;
  readonly showFault: (title: string, text: string) => void;
  readonly startCore: StartCore;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface ShellOptions {
  readonly kiosk: boolean;
  /** A service manager starts the app anew when it ends with a fault. */
  readonly supervised: boolean;
  readonly core: CoreOptions;
  /** Absolute paths of the built preload and the built console. */
  readonly preload: string;
  readonly console: string;
}

interface Parts {
  core?: CoreHost;
  window?: BrowserWindow;
  release: (() => void)[];
}

function focus(window: BrowserWindow | undefined): void {
  if (!window || window.isDestroyed()) return;
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

function openWindow(deps: ShellDeps, options: ShellOptions, core: CoreHost, shutdown: Shutdown, parts: Parts): BrowserWindow {
  const devtools = !deps.app.isPackaged && !options.kiosk;
  const window = deps.createWindow(
    windowOptions({ kiosk: options.kiosk, dark: deps.theme.shouldUseDarkColors, devtools, preload: options.preload }),
  );
  if (options.kiosk) lockWindow(window, deps.log, shutdown.isEnding);
  else lockZoom(window.webContents);
  window.once('ready-to-show', () => window.show());
  const screen: Recovery = watchScreen(
    { window, app: deps.app, clock: deps.clock, log: deps.log },
    { address: CONSOLE_URL, relaunch: shutdown.relaunch },
  );
  const letSleep = watchPower(
    { ...deps.power, clock: deps.clock, log: deps.log },
    { keepAwake: options.kiosk, onResume: screen.resume },
  );
  const stopIpc = listenOnIpc(
    { ipcMain: deps.ipcMain, page: window.webContents, log: deps.log },
    {
      onConnection: (transport) => core.attach(transport, { kind: 'console', id: 'window' }),
      onFrame: screen.beat,
    },
  );
  parts.release.push(screen.stop, letSleep, stopIpc);
  window.webContents.loadURL(CONSOLE_URL).catch((cause: unknown) => deps.log.warn('screen.load-failed', { cause })); // recovery loads it again
  return window;
}

async function open(deps: ShellDeps, options: ShellOptions, shutdown: Shutdown, parts: Parts): Promise<void> {
  await deps.app.whenReady();
  deps.menu.setApplicationMenu(null); // its accelerators reload, zoom and open devtools
  const devtools = !deps.app.isPackaged && !options.kiosk;
  guardSession(deps.session(), deps.log, { kiosk: options.kiosk, devtools });
  serveConsole(deps.protocol, options.console, deps.log);
  const desktop = {
    exit(by: string) {
      deps.log.warn('kiosk.exit', { by });
      shutdown.end();
    },
  };
  parts.core = await deps.startCore(options.core, desktop, deps.log);
  if (shutdown.isEnding()) {
    await parts.core.stop(); // asked to end while core was starting
    return;
  }
  parts.window = openWindow(deps, options, parts.core, shutdown, parts);
}

/**
 * Runs the desktop app: one instance, one window, core in this process. Resolves when the window is open (or when this
 * is a second start, which only brings the first one's window to the front). A core that cannot start is told to the
 * person in a message and ends the app with code 1; a kiosk's service then starts it again.
 */
export async function runShell(deps: ShellDeps, options: ShellOptions): Promise<void> {
  deps.app.enableSandbox();
  if (!deps.app.requestSingleInstanceLock()) {
    deps.log.info('shell.second-start');
    deps.app.exit(0);
    return;
  }
  deps.protocol.registerSchemesAsPrivileged(SCHEMES);
  const parts: Parts = { release: [] };
  const shutdown = guardShutdown(deps, {
    supervised: options.supervised,
    async stopAll() {
      for (const release of parts.release.splice(0)) release();
      await parts.core?.stop();
    },
  });
  deps.app.on('second-instance', () => focus(parts.window));
  guardContents(deps.app, deps.log, { kiosk: options.kiosk });
  try {
    await open(deps, options, shutdown, parts);
  } catch (cause) {
    deps.log.error('shell.start-failed', { cause });
    const remedy = cause instanceof GatewayError ? `\n\n${cause.remedy}` : '';
    const words = cause instanceof Error ? cause.message : String(cause);
    if (!options.kiosk) deps.showFault('Gatehouse cannot start', `${words}${remedy}`);
    deps.app.exit(1);
  }
}
