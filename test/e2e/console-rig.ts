import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { type GatewayProcess, startGatewayProcess } from '../integration/site/gateway-process.ts';
import { CHROMIUM_ARGS, findChromium } from './electron-chromium.ts';

const found = findChromium();
/** Under CI a missing browser is a failure, elsewhere its tests are skipped. */
export const skipBrowser = found === undefined && process.env['CI'] !== 'true';
export const browserNote = skipBrowser ? ' (skipped: no chromium; apt-get install chromium)' : '';

const root = join(import.meta.dirname, '../..');
/** Pictures of every page at every size, for a person to look at. */
export const pictures = join(root, 'test-artifacts/screens');

export const SIZES = [
  { name: '1280x800', width: 1280, height: 800 },
  { name: '1920x1080', width: 1920, height: 1080 },
  { name: '1024x600', width: 1024, height: 600 },
  { name: '390x844', width: 390, height: 844 },
] as const;

export interface OpenPage {
  readonly page: Page;
  /** Errors of the page: thrown, logged, or refused by the content security policy. */
  readonly problems: readonly string[];
  close(): Promise<void>;
}

/** Opens a page of the console at `baseURL` and waits until nothing is loading. */
export async function openPage(
  browser: Browser,
  baseURL: string,
  path: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    hasTouch: true,
    reducedMotion: 'reduce',
    ...options,
  });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  await page.goto(`${baseURL}#/${path}`);
  await page.getByRole('main').waitFor();
  await page.locator('main [aria-busy=true]').waitFor({ state: 'detached' });
  return { page, problems, close: () => context.close() };
}

export const launchBrowser = (): Promise<Browser> => {
  if (found === undefined) throw new Error('no chromium: apt-get install chromium');
  mkdirSync(pictures, { recursive: true });
  return chromium.launch({ executablePath: found, args: [...CHROMIUM_ARGS] });
};

export async function takePicture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(pictures, `${name}.png`) });
}

/** A real gateway with the demo site in a process of its own, and a real browser on its console. */
export interface ConsoleRig {
  readonly gateway: GatewayProcess;
  readonly data: string;
  open(path: string, options?: BrowserContextOptions): Promise<OpenPage>;
  picture(page: Page, name: string): Promise<void>;
  close(): Promise<void>;
}

export async function startConsoleRig(): Promise<ConsoleRig> {
  const data = mkdtempSync(join(tmpdir(), 'gatehouse-console-'));
  const gateway = await startGatewayProcess({ data, mqttPort: 0, demo: true });
  const browser = await launchBrowser();
  return {
    gateway,
    data,
    open: (path, options) => openPage(browser, gateway.consoleUrl, path, options),
    picture: takePicture,
    async close() {
      await browser.close();
      await gateway.kill();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Findings of axe that would keep somebody from using the page. */
export async function seriousFindings(page: Page): Promise<readonly string[]> {
  await page.evaluate(axeSource);
  return await page.evaluate(async () => {
    interface Finding {
      id: string;
      impact: string;
      nodes: { target: string[] }[];
    }
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: Finding[] }> } };
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
  });
}
