import { EventEmitter } from 'node:events';
import { registerHooks } from 'node:module';

/**
 * Loaded by `node --import` before the built main.js: answers `electron` with a stand-in that prints, as JSON lines, what
 * the app asks of it, opens no window, and quits once the page would have been loaded.
 */
const source = `
  const electron = globalThis[Symbol.for('gatehouse.stand-in-electron')];
  export const { app, BrowserWindow, dialog, ipcMain, Menu, nativeTheme, powerMonitor, powerSaveBlocker, protocol, session } = electron;
`;

const say = (what: string, value: unknown): void => void process.stdout.write(`${JSON.stringify({ [what]: value })}\n`);
const nothing = (): void => {};

class App extends EventEmitter {
  isPackaged = true;
  requestSingleInstanceLock = (): boolean => true;
  enableSandbox = (): void => say('sandbox', true);
  whenReady = (): Promise<void> => Promise.resolve();
  quit = (): void => void this.emit('before-quit', { preventDefault: nothing });
  exit = (code = 0): never => {
    say('exit', code);
    process.exit(code);
  };
  relaunch = (): void => say('relaunch', true);
  getPath = (): string => '/nowhere';
  setLoginItemSettings = nothing;
}
const app = new App();

class Contents extends EventEmitter {
  mainFrame = { url: 'gatehouse://console/' };
  isDestroyed = (): boolean => false;
  send = (_channel: string, _session: string, frame: unknown): void => {
    say('frame', structuredClone(frame));
    const { t, id } = Object(frame);
    if (t === 'hello') this.#say({ t: 'call', id: 1, method: 'gateway.status', input: {} });
    if (t === 'ok' && id === 1) app.quit();
  };
  #say(frame: unknown): void {
    ipcMain.emit('gatehouse:to-core', { sender: this, senderFrame: this.mainFrame }, 's', frame);
  }
  loadURL = async (url: string): Promise<void> => {
    say('load', url);
    this.#say(null);
  };
  setWindowOpenHandler = nothing;
  setZoomFactor = nothing;
  setVisualZoomLevelLimits = (): Promise<void> => Promise.resolve();
}

class BrowserWindow extends EventEmitter {
  readonly webContents = new Contents();
  constructor(options: object) {
    super();
    say('window', options);
    app.emit('web-contents-created', {}, this.webContents);
  }
  isVisible = (): boolean => false;
  isMinimized = (): boolean => false;
  isDestroyed = (): boolean => false;
  show = nothing;
  removeMenu = nothing;
  setMenuBarVisibility = nothing;
}

const ipcMain = new EventEmitter();
const session = Object.assign(new EventEmitter(), {
  webRequest: { onBeforeRequest: nothing },
  setPermissionRequestHandler: nothing,
  setPermissionCheckHandler: nothing,
  setDevicePermissionHandler: nothing,
  setDisplayMediaRequestHandler: nothing,
  setBluetoothPairingHandler: nothing,
  setSpellCheckerEnabled: nothing,
});

Reflect.set(globalThis, Symbol.for('gatehouse.stand-in-electron'), {
  app,
  BrowserWindow,
  ipcMain,
  dialog: { showErrorBox: (_title: string, text: string): void => say('fault', text) },
  Menu: { setApplicationMenu: (menu: unknown): void => say('menu', menu) },
  nativeTheme: { shouldUseDarkColors: false },
  powerMonitor: new EventEmitter(),
  powerSaveBlocker: { start: (): number => 1, stop: nothing, isStarted: (): boolean => false },
  protocol: {
    registerSchemesAsPrivileged: (schemes: unknown): void => say('schemes', schemes),
    handle: (scheme: string): void => say('protocol', scheme),
  },
  session: { defaultSession: session },
});

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: 'stand-in:electron', shortCircuit: true } : next(specifier, context),
  load: (url, context, next) =>
    url === 'stand-in:electron' ? { format: 'module', source, shortCircuit: true } : next(url, context),
});
