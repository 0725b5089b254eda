import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type Gateway } from '../../core/gateway/gateway.ts';
import { bthome, KEY } from '../core/adapters/ble/sealed.ts';
import { type BluezDouble, bluezDoubleMissing, startBluezDouble } from '../fakes/bluez-double.ts';
import { launchBrowser, openPage, seriousFindings, skipBrowser, takePicture } from './console-rig.ts';

const root = join(import.meta.dirname, '../..');
const skip = skipBrowser || (bluezDoubleMissing() !== '' && process.env['CI'] !== 'true');
const ADAPTER = '/org/bluez/hci0';
const SENSOR = `${ADAPTER}/dev_54_48_E6_8F_80_A5`;

describe.skipIf(skip)(`The wizard with an encrypted sensor${skip ? ' (skipped: needs chromium, BlueZ double)' : ''}`, () => {
  const data = mkdtempSync(join(tmpdir(), 'gatehouse-wizard-key-'));
  let double: BluezDouble;
  let gateway: Gateway;
  let browser: Browser;
  let timer: NodeJS.Timeout;
  let counter = 1000;

  /** Temperature and humidity of the example of the specification, under a counter that goes up. */
  function speak(): void {
    counter += 1;
    const [bytes] = bthome('02CA09 03BF13', counter).values();
    const services = { '0000fcd2-0000-1000-8000-00805f9b34fb': Buffer.from(bytes ?? []).toString('hex') };
    void double.do({ op: 'advertise', path: SENSOR, rssi: -66, services }).catch(() => {});
  }
  beforeAll(async () => {
    double = await startBluezDouble();
    await double.do({ op: 'adapter', path: ADAPTER, address: '00:11:22:33:44:55' });
    await double.do({ op: 'device', path: SENSOR, name: 'Cold room' });
    timer = setInterval(speak, 400);
    writeFileSync(join(data, 'site.yaml'), 'schema: gatehouse/1\nname: store\ndevices: []\nsubscriptions: []\n');
    gateway = createGateway({
      data: join(data, 'data'),
      document: join(data, 'site.yaml'),
      port: 0,
      demo: false,
      rendererDir: join(root, 'dist/renderer'),
      terminal: null,
    });
    await gateway.start(AbortSignal.timeout(20_000));
    browser = await launchBrowser();
  }, 60_000);
  afterAll(async () => {
    clearInterval(timer);
    await browser?.close();
    await gateway?.stop();
    await double?.stop();
    rmSync(data, { recursive: true, force: true });
  });

  const tap = (page: Page, name: string | RegExp): Promise<void> => page.getByRole('button', { name }).first().tap();
  /** Everything that the gateway has written, as text. */
  const written = (folder: string): string =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile())
      .map((one) => readFileSync(join(one.parentPath, one.name), 'latin1'))
      .join('\n')
      .toLowerCase();

  it('is added with its key, which lies nowhere in clear', async () => {
    const { page, problems, close } = await openPage(browser, gateway.consoleUrl() ?? '', 'devices/add');
    await page.getByText('BTHome v2, encrypted: needs the device’s key').first().waitFor();
    await takePicture(page, 'wizard-key-inbox');
    await tap(page, 'Add Cold room');
    await tap(page, 'Continue');
    await page.getByLabel('Key, 32 hex digits').fill('00112233445566778899AABBCCDDEEFF');
    await tap(page, 'Try this key');
    await page
      .getByText(/The key does not fit/)
      .first()
      .waitFor({ timeout: 30_000 });
    await takePicture(page, 'wizard-key-wrong');
    await page.getByLabel('Key, 32 hex digits').fill('');
    for (const digit of KEY.toUpperCase()) await page.getByRole('button', { name: digit, exact: true }).tap();
    expect(await seriousFindings(page)).toEqual([]);
    await tap(page, 'Try this key');
    await page.getByText('The key fits. The device tells: temperature, humidity.').waitFor({ timeout: 30_000 });
    await tap(page, 'Agree and try');
    await page.getByText('All values are good.').waitFor({ timeout: 20_000 });
    await takePicture(page, 'wizard-key-try');
    await tap(page, 'Values are right');
    await page.getByText('Added').first().waitFor();
    await tap(page, 'Save the device');
    await page.getByText(/Version \d+ of the deployment runs\./).waitFor({ timeout: 20_000 });
    await tap(page, 'Open the device');
    await page.getByRole('row', { name: /Temperature.* 25\.06.* Good/ }).waitFor({ timeout: 20_000 });
    const kept = () => [localStorage, sessionStorage].flatMap((one) => Object.values({ ...one })).join();
    expect((await page.evaluate(kept)).toLowerCase()).not.toContain(KEY);
    expect(problems).toEqual([]);
    await close();
    const tool = await openPage(browser, gateway.consoleUrl() ?? '', 'tools/bluetooth/54:48:E6:8F:80:A5');
    await tool.page.getByText('They are shown at the device of the deployment, which has the key.').waitFor();
    await takePicture(tool.page, 'wizard-key-advert');
    expect(tool.problems).toEqual([]);
    await tool.close();
    const files = written(join(data, 'data'));
    expect(files).toContain('bluetooth/5448e68f80a5');
    expect(files).not.toContain(KEY);
  }, 120_000);
});
