import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportHtml } from '../../core/discovery/report/html.ts';
import { REPORT_FACTS } from '../fakes/report-facts.ts';
import { browserNote, launchBrowser, pictures, seriousFindings, skipBrowser } from './console-rig.ts';

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
