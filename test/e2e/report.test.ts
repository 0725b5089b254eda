import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportHtml } from '../../core/discovery/report/html.ts';
import { infoOf, pagesOf, pdfNote, plain, skipPdf } from '../fakes/pdf-tools.ts';
import { REPORT_FACTS } from '../fakes/report-facts.ts';
import {
  browserNote,
  type ConsoleRig,
  launchBrowser,
  pictures,
  SIZES,
  seriousFindings,
  skipBrowser,
  startConsoleRig,
} from './console-rig.ts';
import { settled, tooSmall, tooWide } from './page-checks.ts';

describe.skipIf(skipBrowser)(`The acceptance report${browserNote}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
  });

  it('can be read on the screen and is printed as a PDF of several pages', async () => {
    const page = await browser.newPage({ viewport: { width: 1024, height: 900 } });
    const problems: string[] = [];
    page.on('console', (message) => void (message.type() === 'error' && problems.push(message.text())));
    await page.setContent(reportHtml(REPORT_FACTS));
    await page.screenshot({ path: join(pictures, 'acceptance-report.png') });
    expect(await page.getByRole('heading', { name: /Energy meter 2 <main>/ }).textContent()).toContain('failed');
    expect(await page.getByRole('row').count()).toBe(4 + 2 + 60 + 3);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    const pdf = await page.pdf({ path: join(pictures, 'acceptance-report.pdf'), preferCSSPageSize: true });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0).toBeGreaterThan(1);
    expect(problems).toEqual([]);
    await page.close();
  }, 60_000);

  it('has no serious findings of accessibility', async () => {
    const context = await browser.newContext({ bypassCSP: true });
    const page = await context.newPage();
    await page.setContent(reportHtml(REPORT_FACTS));
    expect(await seriousFindings(page)).toEqual([]);
    await context.close();
  }, 60_000);
});

describe.skipIf(skipBrowser || skipPdf)(`The acceptance report of a running gateway${browserNote}${pdfNote}`, () => {
  let rig: ConsoleRig;
  beforeAll(async () => {
    rig = await startConsoleRig();
  }, 60_000);
  afterAll(async () => {
    await rig?.close();
  });

  it('is saved as a PDF that the gateway has made, of the devices that were chosen', async () => {
    const { page, problems, close } = await rig.open('devices/report');
    await page.getByLabel('Accepted by').fill('Kim Łukasz');
    await page.getByRole('checkbox', { name: 'Delivery van GPS' }).uncheck();
    await page.getByRole('button', { name: 'Show the report' }).tap();
    await page.getByRole('article').getByText('Energy meter, main feed').waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save PDF' }).tap()]);
    expect(download.suggestedFilename()).toMatch(/^acceptance-corner-shop-harbour-street-\d{4}-\d\d-\d\d\.pdf$/);
    await page.getByText(`${download.suggestedFilename()} was saved.`).first().waitFor();
    const bytes = readFileSync(await download.path());
    expect(infoOf(bytes).get('Page size')).toContain('A4');
    const text = plain(pagesOf(bytes).join('\n'));
    for (const part of ['Kim Łukasz', 'Energy meter, main feed', 'Voltage L1', 'of 5 devices passed'])
      expect(text).toContain(part);
    expect(text).not.toContain('Delivery van GPS');
    expect(problems).toEqual([]);
    await close();
  }, 60_000);

  it.each(SIZES)(
    'fits $name with its buttons, for axe too',
    async ({ name, width, height }) => {
      const { page, problems, close } = await rig.open('devices/report', { viewport: { width, height } });
      await page.getByLabel('Accepted by').fill('Kim');
      await page.getByRole('button', { name: 'Show the report' }).tap();
      await page.getByRole('article').waitFor();
      await settled(page);
      await rig.picture(page, `devices-report-shown-${name}`);
      // the form was longer than the screen: its last button is not where the report begins
      expect(await page.getByRole('main').evaluate((main) => main.scrollTop)).toBe(0);
      expect(await tooWide(page)).toBe(0);
      expect(await tooSmall(page)).toEqual([]);
      expect(await seriousFindings(page)).toEqual([]);
      expect(problems).toEqual([]);
      await close();
    },
    60_000,
  );
});
