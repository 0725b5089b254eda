import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type Gateway } from '../../core/gateway/gateway.ts';
import { createUnknownSlave, hasUnknownSlave, type UnknownSlave } from '../fakes/unknown-slave.ts';
import { browserNote, launchBrowser, openPage, seriousFindings, skipBrowser, takePicture } from './console-rig.ts';

const root = join(import.meta.dirname, '../..');
const skipHere = skipBrowser || (process.env['CI'] !== 'true' && !hasUnknownSlave());

const DOCUMENT = `# The pump house, see drawing 12
schema: gatehouse/1
name: pump-house
devices:
  - id: door
    name: Door
    adapter: simulated
    model: door-contact
    points:
      - { name: open, label: Door open }
`;

/** What nobody at the screen knows. */
const SLAVE = { unit: 17, baud: 19_200, stop: 1, order: 'little-swapped', address: 22, value: 231.5 };

/** A finger on the screen: nothing but taps, each counted. */
function createFinger(page: Page) {
  let touches = 0;
  async function tap(role: 'button' | 'link' | 'radio', name: string | RegExp): Promise<void> {
    await page.getByRole(role, { name }).first().tap();
    touches += 1;
  }
  return {
    tap,
    /** A number on the keys of the page. */
    async type(number: string): Promise<void> {
      for (const key of number) await tap('button', key === '.' ? /^\.$/ : new RegExp(`^${key}$`));
    },
    touches: () => touches,
  };
}

/** What the device's display shows, and the console reads. */
async function changeDisplay(slave: UnknownSlave, page: Page, value: number): Promise<void> {
  slave.show(value);
  await page.getByRole('button', { name: new RegExp(`: ${value}$`) }).waitFor();
}

describe.skipIf(skipHere)(`An unknown Modbus slave becomes a device${browserNote}`, () => {
  const data = mkdtempSync(join(tmpdir(), 'gatehouse-commissioning-'));
  let slave: UnknownSlave;
  let gateway: Gateway;
  let browser: Browser;

  beforeAll(async () => {
    slave = await createUnknownSlave(SLAVE);
    writeFileSync(join(data, 'site.yaml'), DOCUMENT);
    gateway = createGateway({
      data,
      document: join(data, 'site.yaml'),
      port: 0,
      mqttPort: 0,
      demo: false,
      rendererDir: join(root, 'dist/renderer'),
      portRoots: slave.roots,
      terminal: null,
    });
    await gateway.start(AbortSignal.timeout(20_000));
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.stop();
    await slave?.dispose();
    rmSync(data, { recursive: true, force: true });
  });

  it('by touch alone: found, searched, decoded, tried, saved; right values afterwards', async () => {
    const { page, problems, close } = await openPage(browser, gateway.consoleUrl() ?? '', 'devices');
    const finger = createFinger(page);
    const shot = async (name: string): Promise<void> => {
      await takePicture(page, `commissioning-${name}`);
      expect(await seriousFindings(page)).toEqual([]);
    };

    await finger.tap('link', 'Add a device');
    await page.getByText('FT232R').first().waitFor();
    await shot('1-inbox');
    await finger.tap('button', /^Add .*FT232R/);

    await finger.tap('button', 'Search…');
    await shot('2-consent');
    await finger.tap('button', 'Agree and search');
    await page.getByRole('progressbar').waitFor();
    await shot('3-search');
    await page.getByText('What answered').waitFor({ timeout: 90_000 });
    // A pseudo terminal has no parity: only speed and stop bits can be wrong here.
    await page.getByText(/RTU 19200 8[NE]1/).waitFor();
    await shot('4-answered');
    await finger.tap('button', 'Read its registers: unit 17');

    await page.getByText(/Readings so far: \d/).waitFor({ timeout: 20_000 });
    await finger.type('231.5');
    await page.getByText(/places? fits?\./).waitFor();
    await shot('5-first-number');
    await finger.tap('button', 'Second number');
    await changeDisplay(slave, page, 228.75);
    await finger.type('228.75');
    await page.getByText('1 place fits both numbers.').waitFor();
    await shot('6-second-number');
    await finger.tap('button', /^40023, float CDAB 228\.75/);
    await finger.tap('radio', 'V');
    await shot('7-value');
    await finger.tap('button', 'Take it and continue');

    await page.getByText('no limits').waitFor();
    await shot('8-names');
    await finger.tap('button', 'Continue');
    await page.getByText('All values are good.').waitFor({ timeout: 20_000 });
    expect(await page.getByRole('main').textContent()).toContain('228.75');
    await shot('9-try');
    await finger.tap('button', 'Values are right');
    await page.getByText('Added').first().waitFor();
    await shot('10-save');
    await finger.tap('button', 'Save the device');
    await page.getByText('Version 2 of the deployment runs.').waitFor({ timeout: 20_000 });
    await shot('11-saved');
    const touches = finger.touches();

    await finger.tap('button', 'Open the device');
    await page.getByRole('row', { name: /Voltage 228\.75 V Good/ }).waitFor({ timeout: 20_000 });
    slave.show(240.25);
    await page.getByRole('row', { name: /Voltage 240\.25 V Good/ }).waitFor({ timeout: 40_000 });
    await shot('12-device');

    mkdirSync(join(root, 'test-artifacts'), { recursive: true });
    writeFileSync(join(root, 'test-artifacts/commissioning.json'), `${JSON.stringify({ touches }, null, 2)}\n`);
    // Without what is typed (11 keys) one decision a step; a longer way is a worse screen.
    expect(touches).toBeLessThanOrEqual(26);
    expect(problems).toEqual([]);
    await close();
  }, 180_000);

  it('and stands in the acceptance report, which prints without the frame around it', async () => {
    const { page, problems, close } = await openPage(browser, gateway.consoleUrl() ?? '', 'devices/report');
    await page.getByLabel('Accepted by').fill('Kim Technician');
    await page.getByRole('button', { name: 'Show the report' }).tap();
    const report = page.getByRole('article');
    await report.getByText(/240\.25 V/).waitFor();
    await report.getByText('Kim Technician').waitFor();
    await page.emulateMedia({ media: 'print' });
    await takePicture(page, 'commissioning-report-print');
    expect(await page.getByRole('navigation').first().isVisible()).toBe(false);
    expect((await page.pdf({ format: 'A4' })).subarray(0, 5).toString()).toBe('%PDF-');
    expect(problems).toEqual([]);
    await close();
  });
});
