import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Scene } from '../fakes/fake-outbox-rows.ts';
import { browserNote, launchBrowser, seriousFindings, skipBrowser, takePicture } from './console-rig.ts';
import { type FakeRig, startFakeRig } from './fake-rig.ts';
import { itFits, itIsAccessible, itIsWalkable } from './looks.ts';
import { hold } from './page-checks.ts';

/** States of the page Data & outbox that a real gateway reaches only after weeks. */
const STATES: readonly (readonly [Scene, string])[] = [
  ['calm', 'data'],
  ['offline', 'data'],
  ['nearly-full', 'data'],
  ['full', 'data'],
  ['empty', 'data'],
  ['unbalanced', 'data'],
  ['offline', 'data/stream/vibration'],
  ['refused', 'data/refused'],
  ['refused', 'data/refused/9998'],
  ['offline', 'data/certificates'],
  ['calm', 'data/certificates/gatehouse-demo-2'],
  ['salvaged', 'data/storage'],
  ['no-clock', 'data/storage'],
  ['calm', 'data/sessions'],
  ['calm', 'data/promises'],
];
const nameOf = (scene: Scene, path: string): string => `${path.replaceAll('/', '-')}-${scene}`;

describe.skipIf(skipBrowser)(`Data & outbox${browserNote}`, () => {
  let browser: Browser;
  const rigs = new Map<Scene, FakeRig>();
  async function rigOf(scene: Scene): Promise<FakeRig> {
    const rig = rigs.get(scene) ?? (await startFakeRig(browser, scene));
    rigs.set(scene, rig);
    return rig;
  }
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    for (const rig of rigs.values()) await rig.close();
  });

  describe.each(STATES)('%s: %s', (scene, path) => {
    const open = async (options: BrowserContextOptions = {}) => (await rigOf(scene)).open(path, options);
    itFits(nameOf(scene, path), open);
    itIsAccessible(nameOf(scene, path), open);
  });

  describe.each<[Scene, string]>([
    ['offline', 'data'],
    ['calm', 'data/stream/vibration'],
    ['offline', 'data/refused'],
    ['refused', 'data/refused/9998'],
    ['calm', 'data/certificates/gatehouse-demo-2'],
    ['calm', 'data/sessions'],
  ])('%s: %s', (scene, path) => {
    itIsWalkable(async () => (await rigOf(scene)).open(path));
  });

  it('asks the limits in hours, on the kiosk with the numeric pad, and says which version it made', async () => {
    const rig = await rigOf('offline');
    const { page, problems, close } = await rig.open('data/stream/vibration');
    await page.getByRole('button', { name: 'Change the limits' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Keep for at most').fill('48');
    await dialog.getByText('Takes 363 MB').waitFor();
    await takePicture(page, 'story-data-limits');
    expect(await seriousFindings(page)).toEqual([]);
    await hold(page, 'Hold to apply');
    await dialog.getByText('Version 3 of the deployment was made').waitFor();
    expect(rig.fake.asked.at(-1)?.input).toMatchObject({ stream: 'vibration', keep: { hours: 48 } });
    expect(problems).toEqual([]);
    await close();
  });

  it('scrolls on and on through 10,000 refused messages, and sends one again, changed', async () => {
    const rig = await rigOf('refused');
    const { page, problems, close } = await rig.open('data/refused');
    const table = page.getByRole('table', { name: 'Refused messages, newest first' });
    await table.waitFor();
    const reached = async (): Promise<number> => {
      await table.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      return Number(/raw\/(\d+)/.exec((await table.locator('.mono').last().textContent()) ?? '')?.[1]);
    };
    await expect.poll(reached, { timeout: 15_000 }).toBeLessThan(8500);
    expect(await table.locator('.table-row').count()).toBeLessThan(60);
    await page.goto(page.url().replace(/#.*/, '#/data/refused/9999'));
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Topic', { exact: true }).fill('plant/7/values');
    await takePicture(page, 'story-data-edit');
    await page.getByRole('button', { name: 'Send the changed message' }).click();
    await table.waitFor();
    expect(rig.fake.asked.at(-1)?.input).toMatchObject({ ids: [9999], edit: { topic: 'plant/7/values' } });
    expect(problems).toEqual([]);
    await close();
  });

  it('prints a certificate without the frame around it', async () => {
    const { page, close } = await (await rigOf('calm')).open('data/certificates/gatehouse-demo-2', { colorScheme: 'dark' });
    await page.getByText('Both sides are equal').waitFor();
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await page.locator('header.header').isVisible()).toBe(false);
    expect(await page.getByRole('button', { name: 'Print' }).isVisible()).toBe(false);
    await expect.poll(() => page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(255, 255, 255)');
    await takePicture(page, 'story-data-print');
    await close();
  });
});
