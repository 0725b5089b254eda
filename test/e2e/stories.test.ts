import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../fakes/mosquitto.ts';
import { readMetrics, startGatewayProcess } from '../integration/site/gateway-process.ts';
import { browserNote, type ConsoleRig, skipBrowser, startConsoleRig } from './console-rig.ts';

const metric = async (rig: ConsoleRig, name: string): Promise<number> =>
  (await readMetrics(rig.gateway.consoleUrl)).get(name) ?? Number.NaN;

/** A finger held on a button that asks for it. */
async function hold(page: Page, name: string | RegExp): Promise<void> {
  const box = await page.getByRole('button', { name }).boundingBox();
  if (!box) throw new Error(`no button ${String(name)}`);
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.waitForTimeout(2500);
  await page.mouse.up();
}

describe.skipIf(skipBrowser)(`what a technician does${browserNote}`, () => {
  let rig: ConsoleRig;
  beforeAll(async () => {
    rig = await startConsoleRig();
  });
  afterAll(() => rig?.close());

  it('cuts the line to the practice cloud, watches the backlog grow, restores it and sees it drain', async () => {
    const { page, problems, close } = await rig.open('overview');
    await page.getByRole('button', { name: 'Practise an outage' }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /Cut the line/ })
      .click();
    await page
      .getByText(/offline/i)
      .first()
      .waitFor();
    await expect.poll(() => metric(rig, 'gatehouse_spool_messages'), { timeout: 15_000 }).toBeGreaterThan(10);
    await page.getByRole('banner').getByText(/\d+/).first().waitFor();
    await rig.picture(page, 'story-line-cut');
    await page.getByRole('button', { name: 'Restore the line' }).click();
    await expect.poll(() => metric(rig, 'gatehouse_spool_messages'), { timeout: 30_000 }).toBeLessThan(3);
    await page.getByText('Nothing waits').waitFor({ timeout: 20_000 });
    expect(await metric(rig, 'gatehouse_spool_appended_total')).toBeGreaterThan(20);
    expect(problems).toEqual([]);
    await close();
  });

  it('reads raw frames beside what was decoded, and writes a point', async () => {
    const { page, problems, close } = await rig.open('devices/energy-meter');
    await page
      .getByText(/read \d+ input registers/i)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Write Demand limit' }).click();
    await page.getByRole('dialog').getByLabel('New value').fill('7500');
    await hold(page, 'Hold to write');
    await page
      .getByRole('row', { name: /Demand limit/ })
      .getByText('7,500')
      .waitFor({ timeout: 15_000 });
    await rig.picture(page, 'story-device-written');
    expect(problems).toEqual([]);
    await close();
  });

  it('sees that the gateway is gone, and that it is back, without touching anything', async () => {
    const data = mkdtempSync(join(tmpdir(), 'gatehouse-gone-'));
    const port = await freePort();
    const first = await startGatewayProcess({ data, port, mqttPort: 0, demo: true });
    const { page, close } = await rig.open('devices', { baseURL: first.consoleUrl });
    await page.goto(`${first.consoleUrl}#/devices`);
    await page.getByText('Energy meter, main feed').first().waitFor();
    await first.kill();
    await page.getByText('No connection to the gateway').first().waitFor();
    await rig.picture(page, 'story-gateway-gone');
    const second = await startGatewayProcess({ data, port, mqttPort: 0, demo: true });
    await page.getByText('No connection to the gateway').first().waitFor({ state: 'detached', timeout: 20_000 });
    await page.getByText('Energy meter, main feed').first().waitFor();
    await close();
    await second.kill();
    rmSync(data, { recursive: true, force: true });
  });
});
