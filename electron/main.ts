import { homedir } from 'node:os';
import { join } from 'node:path';
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  nativeTheme,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  session,
} from 'electron';
import { systemClock } from '../core/base/clock.ts';
import { describe } from '../core/base/errors.ts';
import { createLogHub, type Logger } from '../core/base/log.ts';
import { defaultDataDir } from '../core/config/paths.ts';
import { startGateway } from '../core/main.ts';
import { setStartAtLogin } from './login-item.ts';
import { runShell } from './shell.ts';
import { parseSwitches } from './switches.ts';

/** In an installed app the bundles are beside the archive, where threads and plain Node can read them too. */
const here = import.meta.dirname.replace(/app\.asar(?=[\\/])/, 'app.asar.unpacked');

async function startAtLogin(enabled: boolean, args: readonly string[], log: Logger): Promise<void> {
  const kept = args.filter((arg) => !arg.endsWith('start-at-login'));
  const program = process.env['APPIMAGE'] ?? process.execPath; // an AppImage is mounted somewhere else at every start
  const configDir = process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
  const item = { program, args: app.isPackaged ? kept : [app.getAppPath(), ...kept] };
  try {
    await setStartAtLogin({ app, platform: process.platform, configDir }, item, enabled);
  } catch (cause) {
    log.error('shell.start-at-login-failed', { cause });
  }
}

async function main(): Promise<void> {
  const logs = createLogHub({ clock: systemClock }, { keep: 1000, level: 'info' });
  logs.onRecord((record) => process.stderr.write(`${JSON.stringify(record)}\n`));
  const log = logs.logger('shell');
  const args = process.argv.slice(app.isPackaged ? 1 : 2);
  const switches = parseSwitches(args, { data: defaultDataDir(), folder: process.cwd() });
  // Up to its first await this runs before the app is ready, as the scheme and the sandbox need it.
  const running = runShell(
    {
      app,
      protocol,
      ipcMain,
      menu: Menu,
      theme: nativeTheme,
      power: { blocker: powerSaveBlocker, monitor: powerMonitor },
      session: () => session.defaultSession,
      createWindow: (options) => new BrowserWindow(options),
      showFault: (title, text) => dialog.showErrorBox(title, text),
      startCore: (core, desktop) => startGateway({ ...core, headless: false, kiosk: switches.kiosk }, process.stderr, desktop),
      clock: systemClock,
      log,
    },
    {
      kiosk: switches.kiosk,
      supervised: process.env['GATEHOUSE_SUPERVISED'] === '1',
      core: switches.core,
      preload: join(here, 'preload.cjs'),
      console: join(here, '..', 'renderer'),
    },
  );
  if (switches.atLogin !== undefined) await startAtLogin(switches.atLogin, args, log);
  await running;
}

process.on('uncaughtException', (cause) => {
  // Electron would show a message box and go on; an appliance starts anew.
  process.stderr.write(`${JSON.stringify({ level: 'error', event: 'shell.uncaught', message: describe(cause) })}\n`);
  app.exit(70);
});

main().catch((cause: unknown) => {
  process.stderr.write(`Gatehouse cannot start: ${describe(cause)}\n`);
  app.exit(2);
});
