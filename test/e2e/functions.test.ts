import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserNote, launchBrowser, SIZES, seriousFindings, skipBrowser, takePicture } from './console-rig.ts';
import { type FakeRig, startFakeRig } from './fake-rig.ts';
import { itFits, itIsAccessible, itIsWalkable } from './looks.ts';
import { hold, settled, tooSmall, tooWide } from './page-checks.ts';

/** States of a function, each with what its page looks like then. */
const STATES: readonly string[] = [
  'functions',
  'functions/cold-chain-alarm',
  'functions/label-lookup',
  'functions/pump-vibration',
  'functions/energy-minutes',
  'functions/cold-chain-alarm/errors',
  'functions/pump-vibration/errors',
  'functions/cold-chain-alarm/failed',
  'functions/pump-vibration/failed',
  'functions/label-lookup/failed/37',
  'functions/cold-chain-alarm/try',
  'functions/pump-vibration/try?event=full%20speed',
  'functions/cold-chain-alarm/code',
  'functions/energy-minutes/code',
];
const nameOf = (path: string): string => path.replace(/\?.*/, '').replaceAll('/', '-');

describe.skipIf(skipBrowser)(`Functions${browserNote}`, () => {
  let browser: Browser;
  let rig: FakeRig;
  beforeAll(async () => {
    browser = await launchBrowser();
    rig = await startFakeRig(browser, 'calm');
  });
  afterAll(async () => {
    await rig?.close();
    await browser?.close();
  });

  describe.each(STATES)('%s', (path) => {
    itFits(nameOf(path), (options) => rig.open(path, options));
    itIsAccessible(nameOf(path), (options) => rig.open(path, options));
    itIsWalkable(() => rig.open(path));
  });

  it('runs a saved event and shows result, timing, log and what was published', async () => {
    const { page, problems, close } = await rig.open('functions/pump-vibration/try');
    await page.getByLabel('Test events').selectOption('full speed');
    await expect.poll(() => page.getByLabel('Content', { exact: true }).inputValue()).toContain('2900');
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByText('Succeeded').waitFor();
    await page.getByText('no limit is set, 6 is used').waitFor();
    await page.getByText('alarms/cold-store').waitFor();
    await takePicture(page, 'story-function-try');
    expect(await seriousFindings(page)).toEqual([]);
    expect(problems).toEqual([]);
    await close();
  });

  it('takes a client context, runs by Ctrl+Enter, and can stop waiting', async () => {
    const { page, problems, close } = await rig.open('functions/cold-chain-alarm/try');
    await page.getByRole('button', { name: 'Add a client context' }).click();
    const context = page.getByLabel('Client context', { exact: true });
    await context.fill('{"custom": {"order": }}');
    await page.getByText('This is not JSON: look at line 1, column 22.').waitFor();
    await settled(page);
    await takePicture(page, 'story-function-context');
    expect(await page.getByRole('button', { name: 'Run' }).isDisabled()).toBe(true);
    expect(await seriousFindings(page)).toEqual([]);
    await context.fill('{"custom": {"order": 7}}');
    await page.getByLabel('Content', { exact: true }).fill('{"wait": 1}');
    await page.keyboard.press('Control+Enter');
    await page.getByText('For 1 s. It may take').waitFor();
    await takePicture(page, 'story-function-running');
    expect(rig.fake.asked.at(-1)).toMatchObject({ input: { clientContext: { custom: { order: 7 } } } });
    await page.getByRole('button', { name: 'Stop waiting' }).click();
    await page.getByText('Its end is not waited for').waitFor();
    expect(await tooSmall(page)).toEqual([]);
    expect(problems).toEqual([]);
    await close();
  });

  it.each(SIZES)('shows how an event failed at $name', async ({ name, width, height }) => {
    const { page, problems, close } = await rig.open('functions/pump-vibration/try', { viewport: { width, height } });
    await page.getByLabel('Content', { exact: true }).fill('{"unit":"bad"}');
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByText('RangeError: no such unit').first().waitFor();
    await settled(page);
    await takePicture(page, `story-function-try-failed-${name}`);
    expect(await tooWide(page)).toBe(0);
    expect(await tooSmall(page)).toEqual([]);
    expect(problems).toEqual([]);
    await close();
  });

  it('keeps an event under a name, and removes it by a held button', async () => {
    const { page, problems, close } = await rig.open('functions/cold-chain-alarm/try');
    await page.getByLabel('Content', { exact: true }).fill('{"value":-3}');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('dialog').getByLabel('Name of the event').fill('too warm');
    await takePicture(page, 'story-function-save');
    await page.keyboard.press('Enter');
    await page.getByText('Saved as “too warm”.').last().waitFor();
    await expect.poll(() => page.getByLabel('Test events').inputValue()).toBe('too warm');
    await hold(page, 'Remove');
    await page.getByText('“too warm” was removed.').last().waitFor();
    await expect.poll(() => page.getByLabel('Test events').inputValue()).toBe('');
    expect(problems).toEqual([]);
    await close();
  });

  it('opens an error, keeps the event that caused it in one touch, and goes to try it', async () => {
    const { page, problems, close } = await rig.open('functions/pump-vibration/errors');
    await page.getByRole('button', { name: /Cannot read properties/ }).click();
    await page.getByText('spectrum.mjs:48:21').waitFor();
    await takePicture(page, 'story-function-error');
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Save as test event' }).click();
    await page.getByRole('link', { name: 'Try it now' }).click();
    await expect.poll(() => page.getByLabel('Test events').inputValue()).toMatch(/^speed \d\d:\d\d:\d\d/);
    await expect.poll(() => page.getByLabel('Content', { exact: true }).inputValue()).toContain('1461');
    expect(problems).toEqual([]);
    await close();
  });

  it('saves a message of a flow as a test event of the function it goes to', async () => {
    const { page, problems, close } = await rig.open('flows?view=list');
    await page.getByText('meter-to-minutes').first().click();
    await page
      .getByRole('button', { name: /devices\/meter/ })
      .first()
      .click();
    await page.getByRole('button', { name: 'Save as test event' }).click();
    await page.getByRole('link', { name: 'Try it now' }).waitFor();
    await takePicture(page, 'story-message-saved');
    expect(rig.fake.asked.at(-1)).toMatchObject({ method: 'test-event.save', input: { function: 'energy-minutes' } });
    expect(problems).toEqual([]);
    await close();
  });

  it('tries chosen failed events again, and discards the rest only by a held button', async () => {
    const { page, problems, close } = await rig.open('functions/pump-vibration/failed');
    const table = page.getByRole('table', { name: 'Failed events, the newest first' });
    await table.getByRole('checkbox').nth(1).check();
    await table.getByRole('checkbox').nth(2).check();
    await takePicture(page, 'story-function-failed');
    await page.getByRole('button', { name: 'Try 2 again' }).click();
    await page.getByText('2 failed events are tried again.').last().waitFor();
    expect(rig.fake.asked.at(-1)).toMatchObject({ method: 'function.failed.retry', input: { name: 'pump-vibration' } });
    await page.getByRole('button', { name: 'Discard all' }).click();
    await page.getByRole('dialog').getByText('They are gone for good').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    expect(problems).toEqual([]);
    await close();
  });
});
