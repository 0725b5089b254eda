import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReportDevice, ReportFacts } from '../../core/discovery/report/facts.ts';
import { reportHtml } from '../../core/discovery/report/html.ts';
import { browserNote, launchBrowser, pictures, seriousFindings, skipBrowser } from './console-rig.ts';

const deviceOf = (i: number, points: number): ReportDevice => ({
  id: `meter-${i}`,
  name: `Energy meter ${i} <main>`,
  location: 'Cabinet 3',
  connection: '/dev/ttyUSB0, 19200 8E1, unit 17',
  adapter: 'modbus-rtu',
  profile: 'eastron-sdm630@1',
  identity: 'usb:0403:6001:A1B2:0',
  ne107: i === 2 ? 'failure' : 'ok',
  ne107Why: i === 2 ? 'It does not answer.' : '',
  lastSeenAt: Date.UTC(2026, 10, 23, 7, 50),
  readings: 1200,
  errors: i === 2 ? { 'adapter/timeout': 14 } : {},
  points: Array.from({ length: points }, (_, n) => ({
    name: `p${n}`,
    label: `Voltage L${n + 1}`,
    value: 230.46 + n,
    decimals: 1,
    unit: 'V',
    quality: i === 2 ? ('bad' as const) : ('good' as const),
    note: null,
    at: Date.UTC(2026, 10, 23, 7, 50),
    limits: { lowLow: null, low: 207, high: 253, highHigh: null },
    judgement: i === 2 ? ('failed' as const) : ('passed' as const),
    why: i === 2 ? 'no answer' : '',
  })),
  judgement: i === 2 ? 'failed' : 'passed',
});

const FACTS: ReportFacts = {
  schema: 'gatehouse-report/1',
  site: 'Pump house, Harbour Street',
  document: { name: 'pump-house', version: 7 },
  gateway: { name: 'gateway-1', version: '1.0.0' },
  madeAt: Date.UTC(2026, 10, 23, 8),
  by: 'Kim Technician',
  company: 'Pumps & Sons',
  note: 'Everything as in drawing 12.\nThe owner was there.',
  passed: 2,
  failed: 1,
  devices: [deviceOf(1, 4), deviceOf(2, 2), deviceOf(3, 60)],
};

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
    await page.setContent(reportHtml(FACTS));
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
    await page.setContent(reportHtml(FACTS));
    expect(await seriousFindings(page)).toEqual([]);
    await context.close();
  }, 60_000);
});
