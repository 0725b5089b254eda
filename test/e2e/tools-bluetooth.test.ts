import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BluezDouble, bluezDoubleMissing, startBluezDouble } from '../fakes/bluez-double.ts';
import { type GatewayProcess, startGatewayProcess } from '../integration/site/gateway-process.ts';
import { launchBrowser, openPage, seriousFindings, skipBrowser, takePicture } from './console-rig.ts';
import { hold, settled } from './page-checks.ts';

const ADAPTER = '/org/bluez/hci0';
const RUUVI = `${ADAPTER}/dev_CB_B8_33_4C_88_4F`;
const STRAP = `${ADAPTER}/dev_C4_11_22_33_44_55`;
const full = (short: string): string => `0000${short}-0000-1000-8000-00805f9b34fb`;
const skip = skipBrowser || (bluezDoubleMissing() !== '' && process.env['CI'] !== 'true');

/** Scan and GATT browser against a look-alike of BlueZ on a bus of its own. */
describe.skipIf(skip)(`Bluetooth on the Tools page${skip ? ` (skipped: needs chromium, ${bluezDoubleMissing()})` : ''}`, () => {
  const data = mkdtempSync(join(tmpdir(), 'gatehouse-bluetooth-'));
  let double: BluezDouble;
  let gateway: GatewayProcess;
  let browser: Browser;
  let stopAir = (): void => {};

  beforeAll(async () => {
    double = await startBluezDouble();
    await double.do({ op: 'adapter', path: ADAPTER, address: '00:11:22:33:44:55' });
    await double.do({ op: 'device', path: RUUVI, name: 'Ruuvi 884F' });
    await double.do({ op: 'device', path: STRAP, name: 'Strap' });
    await double.do({ op: 'service', path: `${STRAP}/service0020`, uuid: full('180f') });
    const battery = { uuid: full('2a19'), flags: ['read'], value: '50' };
    await double.do({ op: 'characteristic', path: `${STRAP}/service0020/char0021`, ...battery });
    const own = '6e400001-b5a3-f393-e0a9-e50e24dcca9e';
    await double.do({ op: 'service', path: `${STRAP}/service0030`, uuid: own });
    const plain = { uuid: own.replace('0001', '0002'), flags: ['read', 'write'], value: '00' };
    await double.do({ op: 'characteristic', path: `${STRAP}/service0030/char0031`, ...plain });
    const manufacturer = { 1177: '0512FC5394C37C0004FFFC040CAC364200CDCBB8334C884F' };
    const timer = setInterval(() => {
      void double.do({ op: 'advertise', path: RUUVI, rssi: -61, manufacturer }).catch(() => {});
      void double.do({ op: 'advertise', path: STRAP, rssi: -48 }).catch(() => {});
    }, 300);
    stopAir = () => clearInterval(timer);
    gateway = await startGatewayProcess({ data, mqttPort: 0 });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    stopAir();
    await browser?.close();
    await gateway?.kill();
    await double?.stop();
    rmSync(data, { recursive: true, force: true });
  });

  it('shows what is heard, decoded', async () => {
    const { page, problems, close } = await openPage(browser, gateway.consoleUrl, 'tools/bluetooth');
    // Ruuvi data format 5, the valid example of its specification.
    await page.getByText('24.3 °C').waitFor();
    await page.getByText('-61 dBm').waitFor();
    await settled(page);
    await takePicture(page, 'tools-real-bluetooth');
    expect(await seriousFindings(page)).toEqual([]);
    expect(problems).toEqual([]);
    await close();
  });

  it('connects with consent, reads, writes, and disconnects', async () => {
    const { page, problems, close } = await openPage(browser, gateway.consoleUrl, 'tools/bluetooth/C4%3A11%3A22%3A33%3A44%3A55');
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Connect', exact: true }).click();
    await page.getByRole('button', { name: 'Read: Battery Level' }).click();
    await page.getByText(/80 ?%/).first().waitFor();
    await page.getByRole('button', { name: /^Write… 6e400002/ }).click();
    await page.getByLabel('Bytes in hex').fill('2A');
    await hold(page, 'Hold to write');
    await page.getByText('It was written.').last().waitFor();
    await page.getByRole('button', { name: /^Read: 6e400002/ }).click();
    await page.locator('.gatt-bytes', { hasText: '2A' }).waitFor();
    await takePicture(page, 'tools-real-gatt');
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Disconnect' }).click();
    await page.getByRole('button', { name: 'Connect', exact: true }).waitFor();
    expect(problems).toEqual([]);
    await close();
  });
});
