import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserNote, launchBrowser, type OpenPage, seriousFindings, skipBrowser, takePicture } from './console-rig.ts';
import { type FakeRig, startFakeRig } from './fake-rig.ts';
import { itFits, itIsAccessible, itIsWalkable } from './looks.ts';
import { expectWalkable } from './page-checks.ts';

const PAGES = [
  'devices/add',
  'devices/add/where/serial',
  'devices/add/where/server',
  'devices/add/profile',
  'devices/report',
  'devices/cold-store',
  'devices/pump',
] as const;
const WALKED: readonly string[] = ['devices/add', 'devices/add/where/serial', 'devices/report'];

/** From the inbox to the decode matrix, with a number typed that fits. */
async function toMatrix(page: Page): Promise<void> {
  const tap = (name: string | RegExp): Promise<void> => page.getByRole('button', { name }).first().tap();
  await tap('Add Silicon Labs');
  await tap('Search…');
  await tap('Agree and search');
  await tap('Read its registers: unit 17');
  await page.getByText(/Readings so far: \d/).waitFor();
  for (const key of ['5', '0', /^\.$/, '0', '2']) await tap(typeof key === 'string' ? new RegExp(`^${key}$`) : key);
  await page.getByText(/places? fits?/).waitFor();
}

describe.skipIf(skipBrowser)(`Adding a device${browserNote}`, () => {
  let browser: Browser;
  let rig: FakeRig;
  beforeAll(async () => {
    browser = await launchBrowser();
    rig = await startFakeRig(browser, 'calm');
  });
  afterAll(async () => {
    await browser?.close();
    await rig?.close();
  });

  describe.each(PAGES)('%s', (path) => {
    const name = path.replaceAll('/', '-');
    itFits(name, (options) => rig.open(path, options));
    itIsAccessible(name, (options) => rig.open(path, options));
    if (WALKED.includes(path)) itIsWalkable(() => rig.open(path));
  });

  describe('the decode matrix', () => {
    const open = async (): Promise<OpenPage> => {
      const opened = await rig.open('devices/add');
      await toMatrix(opened.page);
      return opened;
    };
    itFits('devices-add-decode', open);
    itIsAccessible('devices-add-decode', open);
  });

  it('the decode matrix is used by keyboard alone: typed, walked, taken', async () => {
    const { page, close } = await rig.open('devices/add', { colorScheme: 'dark' });
    await toMatrix(page);
    await expectWalkable(page);
    const field = page.getByLabel('Number on the device’s display');
    await field.focus();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('1234');
    await page.locator('[data-fit=best]').waitFor();
    await page.locator('.matrix-cell[tabindex="0"]').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Take this value' }).waitFor();
    await takePicture(page, 'devices-add-decode-taken');
    expect(await seriousFindings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await close();
  });
});
