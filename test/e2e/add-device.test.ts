import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserNote, launchBrowser, SIZES, seriousFindings, skipBrowser, takePicture } from './console-rig.ts';
import { type FakeRig, startFakeRig } from './fake-rig.ts';
import { expectWalkable, settled, tooSmall, tooWide } from './page-checks.ts';

const PAGES = [
  'devices/add',
  'devices/add/where/serial',
  'devices/add/where/server',
  'devices/add/profile',
  'devices/report',
  'devices/cold-store',
  'devices/pump',
] as const;

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
    it.each(SIZES)('fits $name, with nothing cut off and no error', async ({ name, width, height }) => {
      const { page, problems, close } = await rig.open(path, { viewport: { width, height } });
      await settled(page);
      await takePicture(page, `${path.replaceAll('/', '-')}-${name}`);
      expect(await tooWide(page)).toBe(0);
      expect(await tooSmall(page)).toEqual([]);
      expect(problems).toEqual([]);
      await close();
    });

    it.each(['light', 'dark'] as const)('has no serious finding of axe in the %s theme', async (colorScheme) => {
      const { page, close } = await rig.open(path, { colorScheme });
      await settled(page);
      expect(await seriousFindings(page)).toEqual([]);
      await close();
    });
  });

  it.each(SIZES)('the decode matrix fits $name, by touch and for axe', async ({ name, width, height }) => {
    const { page, problems, close } = await rig.open('devices/add', { viewport: { width, height } });
    await toMatrix(page);
    await settled(page);
    await takePicture(page, `devices-add-decode-${name}`);
    expect(await tooWide(page)).toBe(0);
    expect(await tooSmall(page)).toEqual([]);
    expect(await seriousFindings(page)).toEqual([]);
    expect(problems).toEqual([]);
    await close();
  });

  it.each(['devices/add', 'devices/add/where/serial', 'devices/report'])(
    '%s is walked through by keyboard alone',
    async (path) => {
      const { page, close } = await rig.open(path);
      await settled(page);
      await expectWalkable(page);
      await close();
    },
  );

  it('the decode matrix is used by keyboard alone: typed, walked, taken', async () => {
    const { page, close } = await rig.open('devices/add', { colorScheme: 'dark' });
    await toMatrix(page);
    // the walk begins where the focus was last
    await page.evaluate(() => {
      document.body.tabIndex = -1;
      document.body.focus();
      document.body.removeAttribute('tabindex');
    });
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
    await takePicture(page, 'devices-add-decode-dark');
    expect(await seriousFindings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await close();
  });
});
