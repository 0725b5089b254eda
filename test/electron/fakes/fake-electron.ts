import { EventEmitter } from 'node:events';
import type { BrowserWindow, BrowserWindowConstructorOptions, IpcMain, Protocol } from 'electron';
import { createLogHub, type LogRecord } from '../../../core/base/log.ts';
import type { GuardedSession } from '../../../electron/security.ts';
import type { ShellDeps } from '../../../electron/shell.ts';
import type { ManualClock } from '../../fakes/manual-clock.ts';

/** An event as Electron gives it: tests look whether it was prevented. */
export function fakeEvent(more: Readonly<Record<string, unknown>> = {}): { prevented: boolean; preventDefault(): void } {
  return {
    ...more,
    prevented: false,
    preventDefault() {
      this.prevented = true;
    },
  };
}

/** One page: records what it was asked to do, and sends what the main process sends it through structured clone, as Electron does. */
export class FakeContents extends EventEmitter {
  readonly sent: { channel: string; args: unknown[] }[] = [];
  readonly loaded: string[] = [];
  readonly zoomLimits: [number, number][] = [];
  readonly zoomFactors: number[] = [];
  readonly mainFrame = { url: 'gatehouse://console/' };
  crashes = 0;
  destroyed = false;
  devtoolsClosed = 0;
  failLoads = false;
  openHandler: (details: { url: string }) => { action: string } = () => ({ action: 'allow' });
  send(channel: string, ...args: unknown[]): void {
    this.sent.push({ channel, args: structuredClone(args) });
  }
  isDestroyed(): boolean {
    return this.destroyed;
  }
  loadURL(url: string): Promise<void> {
    this.loaded.push(url);
    return this.failLoads ? Promise.reject(new Error('ERR_FAILED (-2)')) : Promise.resolve();
  }
  forcefullyCrashRenderer(): void {
    this.crashes += 1;
    this.emit('render-process-gone', {}, { reason: 'killed', exitCode: 9 });
  }
  setVisualZoomLevelLimits(least: number, most: number): Promise<void> {
    this.zoomLimits.push([least, most]);
    return Promise.resolve();
  }
  setZoomFactor(factor: number): void {
    this.zoomFactors.push(factor);
  }
  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler;
  }
  closeDevTools(): void {
    this.devtoolsClosed += 1;
  }
}

export class FakeWindow extends EventEmitter {
  readonly webContents = new FakeContents();
  readonly options: BrowserWindowConstructorOptions;
  visible = false;
  minimized = false;
  focused = 0;
  menuRemoved = false;
  constructor(options: BrowserWindowConstructorOptions) {
    super();
    this.options = options;
  }
  isVisible(): boolean {
    return this.visible;
  }
  isMinimized(): boolean {
    return this.minimized;
  }
  isDestroyed(): boolean {
    return this.webContents.destroyed;
  }
  show(): void {
    this.visible = true;
  }
  restore(): void {
    this.minimized = false;
  }
  focus(): void {
    this.focused += 1;
  }
  removeMenu(): void {
    this.menuRemoved = true;
  }
  setMenuBarVisibility(): void {}
}

export class FakeApp extends EventEmitter {
  readonly calls: string[] = [];
  isPackaged = true;
  isFirst = true;
  requestSingleInstanceLock(): boolean {
    this.calls.push('lock');
    return this.isFirst;
  }
  enableSandbox(): void {
    this.calls.push('sandbox');
  }
  whenReady(): Promise<void> {
    this.calls.push('ready');
    return Promise.resolve();
  }
  quit(): void {
    this.calls.push('quit');
  }
  exit(code = 0): void {
    this.calls.push(`exit ${code}`);
  }
  relaunch(): void {
    this.calls.push('relaunch');
  }
}

type Handler = (...args: never[]) => unknown;

/** Keeps the handlers that the app sets, by name, so that a test can ask them. */
export class FakeSession extends EventEmitter {
  readonly handlers = new Map<string, Handler>();
  readonly webRequest = { onBeforeRequest: (handler: Handler) => this.handlers.set('request', handler) };
  spellcheck = true;
  setPermissionRequestHandler = (handler: Handler): unknown => this.handlers.set('permission', handler);
  setPermissionCheckHandler = (handler: Handler): unknown => this.handlers.set('check', handler);
  setDevicePermissionHandler = (handler: Handler): unknown => this.handlers.set('device', handler);
  setDisplayMediaRequestHandler = (handler: Handler): unknown => this.handlers.set('display', handler);
  setBluetoothPairingHandler = (handler: Handler): unknown => this.handlers.set('pairing', handler);
  setSpellCheckerEnabled(enabled: boolean): void {
    this.spellcheck = enabled;
  }
  /** Calls a handler that answers through its last argument. */
  ask(name: string, ...args: unknown[]): unknown {
    const handler = this.handlers.get(name);
    if (!handler) throw new Error(`no handler for ${name}`);
    const answers: unknown[] = [];
    const returned = Reflect.apply(handler, undefined, [...args, (given: unknown) => answers.push(given)]);
    return answers.length > 0 ? answers[0] : returned;
  }
}

export interface FakeElectron {
  readonly app: FakeApp;
  readonly session: FakeSession;
  readonly ipcMain: EventEmitter;
  readonly windows: FakeWindow[];
  readonly menus: unknown[];
  readonly schemes: unknown[];
  readonly protocols: Map<string, (request: Request) => Promise<Response>>;
  readonly monitor: EventEmitter;
  readonly blocker: {
    readonly active: Set<number>;
    start(kind: string): number;
    stop(id: number): boolean;
    isStarted(id: number): boolean;
  };
  readonly faults: string[];
  readonly records: LogRecord[];
  /** What `runShell` asks for, but core. The fakes have the members that the shell uses and no others. */
  readonly deps: Omit<ShellDeps, 'startCore'>;
}

export function createFakeElectron(clock: ManualClock): FakeElectron {
  const logs = createLogHub({ clock }, { keep: 1000, level: 'debug' });
  const records: LogRecord[] = [];
  logs.onRecord((record) => records.push(record));
  const app = new FakeApp();
  const session = new FakeSession();
  const ipcMain = new EventEmitter();
  const monitor = new EventEmitter();
  const windows: FakeWindow[] = [];
  const menus: unknown[] = [];
  const schemes: unknown[] = [];
  const faults: string[] = [];
  const protocols = new Map<string, (request: Request) => Promise<Response>>();
  const active = new Set<number>();
  const blocker = {
    active,
    start: (_kind: string): number => {
      active.add(7);
      return 7;
    },
    stop: (id: number): boolean => active.delete(id),
    isStarted: (id: number): boolean => active.has(id),
  };
  const protocol = {
    registerSchemesAsPrivileged: (given: unknown): unknown => {
      app.calls.push('schemes');
      return schemes.push(given);
    },
    handle: (scheme: string, handler: (request: Request) => Promise<Response>): unknown => protocols.set(scheme, handler),
  };
  const deps: Omit<ShellDeps, 'startCore'> = {
    app: app as unknown as ShellDeps['app'],
    protocol: protocol as unknown as Protocol,
    ipcMain: ipcMain as unknown as IpcMain,
    menu: { setApplicationMenu: (menu) => void menus.push(menu) },
    theme: { shouldUseDarkColors: false },
    power: { blocker, monitor: monitor as unknown as ShellDeps['power']['monitor'] },
    session: () => session as unknown as GuardedSession,
    createWindow: (options) => {
      const window = new FakeWindow(options);
      windows.push(window);
      app.emit('web-contents-created', {}, window.webContents);
      return window as unknown as BrowserWindow;
    },
    showFault: (_title, text) => void faults.push(text),
    clock,
    log: logs.logger('shell'),
  };
  return { app, session, ipcMain, windows, menus, schemes, protocols, monitor, blocker, faults, records, deps };
}
