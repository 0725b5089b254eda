import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openClient } from '../../core/cli/connect.ts';
import type { ApiClient } from '../../core/contract/client.ts';
import { type GatewayProcess, startGatewayProcess } from '../integration/site/gateway-process.ts';
import { browserNote, launchBrowser, openPage, skipBrowser, takePicture } from './console-rig.ts';
import { hold, settled } from './page-checks.ts';

/** The page of a function against a real gateway: real instances, real failures, real schedules. */
describe.skipIf(skipBrowser)(`Functions of a running gateway${browserNote}`, () => {
  const data = mkdtempSync(join(tmpdir(), 'gatehouse-functions-'));
  let gateway: GatewayProcess;
  let browser: Browser;
  let client: ApiClient;
  beforeAll(async () => {
    const document = join(import.meta.dirname, 'fixtures/functions-site/site.yaml');
    gateway = await startGatewayProcess({ data, mqttPort: 0, document });
    client = await openClient(data, () => {});
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await client?.close();
    await gateway?.kill();
    rmSync(data, { recursive: true, force: true });
  });
  const open = (path: string) => openPage(browser, gateway.consoleUrl, path);
  const publish = (text: string) =>
    client.call('message.publish', { topic: 'in/a', payload: Buffer.from(text).toString('base64'), qos: 1, retain: false });

  it('invokes it by hand: result, log, publish; then one that throws', async () => {
    const { page, problems, close } = await open('functions/doubler/try');
    await page.getByLabel('Content', { exact: true }).fill('{"value": 21}');
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByText('Succeeded').waitFor();
    await page.getByText('{"value":42}').waitFor();
    await page.getByText('doubles 21').waitFor();
    await page.getByLabel('Content', { exact: true }).fill('{}');
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByText('RangeError: no value in the event').first().waitFor();
    await takePicture(page, 'story-real-function-try');
    expect(problems).toEqual([]);
    await close();
  });

  it('shows events that used up their attempts, tries them again, and discards them', async () => {
    await publish('{"wrong":1}');
    await publish('{"wrong":2}');
    const { page, problems, close } = await open('functions/doubler/failed');
    await page.getByText('2 events.').waitFor();
    const table = page.getByRole('table', { name: 'Failed events, the newest first' });
    await table.getByRole('checkbox').nth(0).check();
    await page.getByRole('button', { name: 'Try 1 again' }).click();
    await page.getByText('1 failed event is tried again.').last().waitFor();
    // It fails again, and comes back.
    await page.getByText('2 events.').waitFor();
    await takePicture(page, 'story-real-function-failed');
    await page.getByRole('button', { name: 'Discard all' }).click();
    await hold(page, /^Discard Press/);
    await page.getByText('No failed events').waitFor();
    expect(await client.call('function.failed.list', { name: 'doubler', before: null, limit: 10 })).toEqual([]);
    expect(problems).toEqual([]);
    await close();
  });

  it('groups equal errors with the event, which is kept and run from there', async () => {
    const { page, problems, close } = await open('functions/doubler/errors');
    await page.getByRole('button', { name: /no value in the event/ }).click();
    expect(await page.locator('.error-row').count()).toBe(1);
    await page.getByRole('button', { name: 'Save as test event' }).click();
    await page.getByRole('link', { name: 'Try it now' }).click();
    await expect.poll(() => page.getByLabel('Topic', { exact: true }).inputValue()).toBe('in/a');
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByText('RangeError: no value in the event').first().waitFor();
    expect((await client.call('test-event.list', { function: 'doubler' })).map((one) => one.topic)).toEqual(['in/a']);
    expect(problems).toEqual([]);
    await close();
  });

  it('shows the instance of a process, its log with search, its schedules and its version', async () => {
    const { page, problems, close } = await open('functions/clock');
    await page.getByText(/^process \d+$/).waitFor();
    await page.getByText('due often').first().waitFor();
    await page.getByLabel('Search in this log').fill('nothing like this');
    await page.getByText('No entry matches').waitFor();
    await page.getByRole('link', { name: 'Code' }).click();
    await page.getByText('every 1 s').waitFor();
    await page.getByText(/, went well/).waitFor();
    await page.getByText('Runs now').waitFor();
    await settled(page);
    await takePicture(page, 'story-real-function-code');
    expect(problems).toEqual([]);
    await close();
  });
});
