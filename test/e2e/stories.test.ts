import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../fakes/mosquitto.ts';
import { readMetrics, startGatewayProcess } from '../integration/site/gateway-process.ts';
import { browserNote, type ConsoleRig, skipBrowser, startConsoleRig } from './console-rig.ts';
import { hold } from './page-checks.ts';

const metric = async (rig: ConsoleRig, name: string): Promise<number> =>
  (await readMetrics(rig.gateway.consoleUrl)).get(name) ?? Number.NaN;

async function cutTheLine(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Practise an outage' }).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /Cut the line/ })
    .click();
}

describe.skipIf(skipBrowser)(`what a technician does${browserNote}`, () => {
  let rig: ConsoleRig;
  beforeAll(async () => {
    rig = await startConsoleRig();
  });
  afterAll(() => rig?.close());

  it('cuts the line to the practice cloud, watches the backlog grow, restores it and sees it drain', async () => {
    const { page, problems, close } = await rig.open('overview');
    await cutTheLine(page);
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

  it('looks at the messages of a flow as they pass, stops them, and opens one', async () => {
    const { page, problems, close } = await rig.open('flows');
    await page.getByText('List', { exact: true }).click();
    await page
      .getByRole('link', { name: /position-to-cloud/ })
      .or(page.getByRole('button', { name: /position-to-cloud/ }))
      .first()
      .click();
    const message = page.getByRole('button', { name: /devices\/gps/ }).first();
    await message.waitFor();
    await page.getByRole('button', { name: /Pause/ }).first().click();
    await message.click();
    await page.getByText('latitude').first().waitFor();
    await rig.picture(page, 'story-flow-message');
    await page.getByText('Hex', { exact: true }).click();
    await page
      .getByText(/7b\s*22/i)
      .first()
      .waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  it('follows one message from the wire to the acknowledgement', async () => {
    const { page, problems, close } = await rig.open('flows');
    await page.getByText('Traces', { exact: true }).click();
    await page.getByRole('button', { name: 'Trace next message' }).first().click();
    await page.getByText('Asked for').first().waitFor();
    await page
      .getByText(/acknowledged/i)
      .first()
      .waitFor();
    await rig.picture(page, 'story-trace');
    expect(problems).toEqual([]);
    await close();
  });

  it('pauses a function and resumes it', async () => {
    const { page, problems, close } = await rig.open('functions/energy-minute');
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: /Pause/ }).last().click();
    await page.getByText('The function is paused').waitFor();
    const up = 'gatehouse_function_up{function="energy-minute"}';
    await expect.poll(() => metric(rig, up)).toBe(0);
    await page.getByRole('button', { name: 'Resume' }).first().click();
    await expect.poll(() => metric(rig, up)).toBe(1);
    expect(problems).toEqual([]);
    await close();
  });

  it('changes the running document: sees the mistake, mends it, sees the difference, applies it', async () => {
    const { page, problems, close } = await rig.open('deployments');
    await page
      .getByRole('link', { name: 'Change the running one' })
      .or(page.getByRole('button', { name: 'Change the running one' }))
      .click();
    const editor = page.getByLabel('Deployment document, YAML or JSON');
    await expect.poll(() => editor.inputValue()).toContain('RAISE_AT');
    const text = await editor.inputValue();
    await editor.fill(text.replace('pollMs: 1000', 'pollMs: soon').replace('adapter: line', 'adapter: lines'));
    await page.getByText('2 mistakes').first().waitFor();
    await page.getByText('devices[1].pollMs').first().waitFor();
    await rig.picture(page, 'story-document-faults');
    await editor.fill(text.replace('RAISE_AT: "6"', 'RAISE_AT: "7"'));
    await page.getByText('The document is in order').first().waitFor();
    await page.getByText('cold-alarm').first().waitFor();
    await rig.picture(page, 'story-document-difference');
    await page.getByRole('button', { name: 'Apply…' }).click();
    await hold(page, 'Hold to apply');
    await page.getByText('Version 2 runs.').first().waitFor({ timeout: 20_000 });
    await page.getByRole('banner').getByText('Version 2').waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  it('finds an entry in the log', async () => {
    const { page, problems, close } = await rig.open('logs');
    await page.getByRole('searchbox').fill('Version 2');
    await page
      .getByText(/Version 2 \(demo-shop\) runs/)
      .first()
      .click();
    await page.getByText('deploy.applied').first().waitFor();
    await rig.picture(page, 'story-log-entry');
    expect(problems).toEqual([]);
    await close();
  });

  it('sees how long the gateway can be offline, limits the outbox in hours, and reads the certificate of an outage', async () => {
    const { page, problems, close } = await rig.open('overview');
    await cutTheLine(page);
    await expect.poll(() => metric(rig, 'gatehouse_spool_messages'), { timeout: 15_000 }).toBeGreaterThan(5);
    await page
      .getByRole('banner')
      .getByRole('link', { name: /Waiting/ })
      .click();
    await page.getByRole('heading', { name: /offline/ }).waitFor();
    await page.getByText(/accepted = /).waitFor();
    await page.getByRole('button', { name: 'Change the limits' }).click();
    await page.getByRole('dialog').getByLabel('Keep for at most').fill('24');
    await page.getByRole('dialog').getByText('That is 1 day.').waitFor();
    await hold(page, 'Hold to apply');
    await page.getByText(/Version \d+ of the deployment was made/).waitFor({ timeout: 20_000 });
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).first().click();
    await page.getByRole('link', { name: 'Certificates' }).click();
    await page.getByText('Open', { exact: true }).first().waitFor();
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByRole('button', { name: 'Restore the line' }).click();
    await expect.poll(() => metric(rig, 'gatehouse_spool_messages'), { timeout: 30_000 }).toBeLessThan(3);
    await page.goto(page.url().replace(/#.*/, '#/data/certificates'));
    await page.getByText('Complete', { exact: true }).first().waitFor({ timeout: 20_000 });
    await page.getByRole('table').getByRole('link').first().click();
    await page.getByText('Both sides are equal').waitFor();
    await rig.picture(page, 'story-certificate');
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
