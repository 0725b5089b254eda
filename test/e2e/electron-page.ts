import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IpcMain, WebContents } from 'electron';
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core';
import { layoutOf, projectRoot } from '../../build/layout.ts';
import type { Caller } from '../../core/api/sources.ts';
import { systemClock } from '../../core/base/clock.ts';
import { createLogHub, type LogRecord } from '../../core/base/log.ts';
import type { ClientFrame, ServerFrame, Transport } from '../../core/contract/wire.ts';
import { KIOSK_ARGUMENT } from '../../electron/channels.ts';
import { consoleHandler } from '../../electron/console-protocol.ts';
import { listenOnIpc } from '../../electron/ipc-transport.ts';
import { CONSOLE_URL } from '../../electron/origin.ts';
import { CHROMIUM_ARGS, findChromium } from './electron-chromium.ts';
import { makeCodec, makePeer, type Names, pageWorld, preloadWorld } from './electron-worlds.ts';

/** Chromium knows no scheme of ours; this address is as good: a secure context with an origin of its own. */
const ADDRESS = 'http://console.localhost/';
const WORLD = 'electron-preload';

export interface ElectronPageOptions {
  /** A real core's door, or a stand-in: called for every load of the page. */
  attach(transport: Transport<ServerFrame, ClientFrame>, caller: Caller): void;
  readonly kiosk?: boolean;
  readonly viewport?: { width: number; height: number };
  readonly colorScheme?: 'light' | 'dark';
  /** Folder with `electron/preload.cjs` and `renderer/`; the project's dist if absent. */
  readonly dist?: string;
  /** Another running browser, to save its start. It is not closed. */
  readonly browser?: Browser;
}

export interface ElectronPage {
  readonly page: Page;
  /** Errors of the page and violations of its policy, in order. A good test ends with none. */
  readonly problems: readonly string[];
  /** What the shell logged: refused messages, files that are missing. */
  readonly records: readonly LogRecord[];
  close(): Promise<void>;
}

/** The main process's half of a page: gives what core sends to the preload's world of the current document. */
class PageContents {
  readonly mainFrame = { url: CONSOLE_URL };
  readonly #cdp: CDPSession;
  readonly #deliver: string;
  readonly #codec = makeCodec();
  context: number | undefined;
  closed = false;
  constructor(cdp: CDPSession, deliver: string) {
    this.#cdp = cdp;
    this.#deliver = deliver;
  }
  isDestroyed(): boolean {
    return this.closed;
  }
  send(channel: string, ...args: unknown[]): void {
    const text = this.#codec.encode([channel, structuredClone(args)]);
    if (this.context === undefined) return;
    const expression = `globalThis[${JSON.stringify(this.#deliver)}](${JSON.stringify(text)})`;
    // The document may go while the message is on its way; Electron drops it then as well.
    this.#cdp.send('Runtime.evaluate', { expression, contextId: this.context }).catch(() => {});
  }
}

async function addWorlds(cdp: CDPSession, names: Names, argv: readonly string[], preload: string): Promise<void> {
  const shared = `(${makeCodec})(), ${makePeer}, ${JSON.stringify(names)}`;
  const code = `function (require, module, exports, process) {${preload}\n}`;
  await cdp.send('Page.addScriptToEvaluateOnNewDocument', { source: `(${pageWorld})(${shared});` });
  await cdp.send('Page.addScriptToEvaluateOnNewDocument', {
    source: `(${preloadWorld})(${shared}, ${JSON.stringify(argv)}, ${code});`,
    worldName: WORLD,
  });
}

async function connectMain(cdp: CDPSession, names: Names, ipcMain: EventEmitter, contents: PageContents): Promise<void> {
  const codec = makeCodec();
  const frameId = (await cdp.send('Page.getFrameTree')).frameTree.frame.id;
  cdp.on('Runtime.executionContextCreated', ({ context }) => {
    const aux: { frameId?: string } | undefined = context.auxData;
    if (context.name === WORLD && aux?.frameId === frameId) contents.context = context.id;
  });
  cdp.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
    if (name !== names.binding) return;
    const [channel, args] = codec.decode(payload) as [string, unknown[]];
    const senderFrame = executionContextId === contents.context ? contents.mainFrame : { url: 'about:blank' };
    ipcMain.emit(channel, { sender: contents, senderFrame }, ...args);
  });
  await cdp.send('Page.enable');
  await cdp.send('Runtime.enable');
  await cdp.send('Runtime.addBinding', { name: names.binding, executionContextName: WORLD });
}

async function serve(page: Page, folder: string, log: Parameters<typeof consoleHandler>[1]): Promise<void> {
  const handle = consoleHandler(folder, log);
  await page.route('**/*', async (route) => {
    const request = route.request();
    if (!request.url().startsWith(ADDRESS)) return route.abort('blockedbyclient'); // as electron/security.ts does
    const response = await handle({ url: request.url().replace(ADDRESS, CONSOLE_URL), method: request.method() });
    const body = Buffer.from(await response.arrayBuffer());
    await route.fulfill({ status: response.status, headers: Object.fromEntries(response.headers), body });
  });
}

async function launch(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('No Chromium: install it, or name it in CHROMIUM.');
  return await chromium.launch({ executablePath, args: [...CHROMIUM_ARGS] });
}

/**
 * The real built preload and the real built console in Chromium, joined to core by the shell's real IPC transport.
 * Only Electron itself is replaced: an isolated world for the preload, contextBridge and ipcRenderer with the semantics of
 * structured clone, and the page's files by the shell's handler with its security headers.
 */
export async function openElectronPage(options: ElectronPageOptions): Promise<ElectronPage> {
  const dist = options.dist ?? layoutOf(projectRoot).dist;
  const preload = await readFile(join(dist, 'electron/preload.cjs'), 'utf8');
  const browser = options.browser ?? (await launch());
  const problems: string[] = [];
  const records: LogRecord[] = [];
  const logs = createLogHub({ clock: systemClock }, { keep: 1000, level: 'info' });
  logs.onRecord((record) => records.push(record));
  const log = logs.logger('shell');
  const context = await browser.newContext({
    viewport: options.viewport ?? { width: 1280, height: 800 },
    colorScheme: options.colorScheme ?? 'light',
    hasTouch: true,
  });
  const page = await context.newPage();
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`);
  });
  const id = randomUUID();
  const names: Names = { toPage: `${id}-page`, toPreload: `${id}-preload`, binding: 'electronIpc', deliver: 'electronDeliver' };
  const cdp = await context.newCDPSession(page);
  const contents = new PageContents(cdp, names.deliver);
  const ipcMain = new EventEmitter();
  const stopIpc = listenOnIpc(
    { ipcMain: ipcMain as unknown as IpcMain, page: contents as unknown as WebContents, log },
    { onConnection: (transport) => options.attach(transport, { kind: 'console', id: 'window' }), onFrame: () => {} },
  );
  async function close(): Promise<void> {
    stopIpc();
    contents.closed = true;
    await context.close();
    if (!options.browser) await browser.close();
  }
  try {
    await connectMain(cdp, names, ipcMain, contents);
    await addWorlds(cdp, names, options.kiosk === true ? [KIOSK_ARGUMENT] : [], preload);
    await serve(page, join(dist, 'renderer'), log);
    await page.goto(ADDRESS);
  } catch (error) {
    await close();
    throw error;
  }
  return { page, problems, records, close };
}
