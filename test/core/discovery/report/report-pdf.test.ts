import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReportDevice, ReportFacts } from '../../../../core/discovery/report/facts.ts';
import { reportPdf } from '../../../../core/discovery/report/pdf/report-pdf.ts';
import { reportWords } from '../../../../core/discovery/report/words.ts';
import { infoOf, pagesOf, pdfNote, plain, skipPdf } from '../../../fakes/pdf-tools.ts';
import { deviceOf, REPORT_FACTS } from '../../../fakes/report-facts.ts';

const font = (name: string): Buffer =>
  readFileSync(join(import.meta.dirname, '../../../../node_modules/dejavu-fonts-ttf/ttf', `${name}.ttf`));
const FONTS = { regular: font('DejaVuSans'), bold: font('DejaVuSans-Bold') };

const make = (change: Partial<ReportFacts> = {}): Promise<Uint8Array> => reportPdf({ ...REPORT_FACTS, ...change }, FONTS);
const point = (change: Partial<ReportDevice['points'][number]>): ReportDevice => {
  const device = deviceOf(1, 1);
  return { ...device, points: device.points.map((one) => ({ ...one, ...change })) };
};
/** The same text in every place where a device or a person can put one. */
const everywhere = (text: string): Partial<ReportFacts> => ({
  site: text,
  document: { name: text, version: 1 },
  by: text,
  company: text,
  note: text,
  devices: [
    {
      ...point({ label: text, value: text, unit: text, note: text }),
      id: text,
      name: text,
      location: text,
      connection: text,
      identity: text,
      profile: text,
      ne107Why: text,
      errors: { [text]: 1 },
    },
  ],
});

describe.skipIf(skipPdf)(`The acceptance report as PDF${pdfNote}`, () => {
  it('says all that the page says, in the same order, as another program reads it', async () => {
    const text = plain(pagesOf(await make()).join('\n'));
    const words = reportWords(REPORT_FACTS);
    let from = 0;
    for (const part of [
      words.kind,
      words.site,
      words.result,
      ...words.devices.flatMap(({ name, id, verdict }) => [name, verdict, id]),
    ]) {
      const at = text.indexOf(part, from);
      expect(at, `${part} after ${text.slice(from, from + 60)}`).toBeGreaterThanOrEqual(0);
      from = at;
    }
    for (const [name, fact] of [...words.about, ...words.devices.flatMap(({ facts }) => facts)]) {
      expect(text).toContain(name);
      expect(text).toContain(fact);
    }
    for (const part of [
      '✓ passed',
      '✗ failed',
      'bad: no answer',
      '230.5 V',
      'L 207, H 253 V',
      '2026-11-23 08:00 UTC',
      'For the owner',
    ])
      expect(text).toContain(part);
    expect(text.lastIndexOf('For the installer')).toBeGreaterThan(text.lastIndexOf('Voltage L60'));
  });

  it('is A4 and says what it is, who made it and in which language', async () => {
    const bytes = await make();
    const info = infoOf(bytes);
    expect(info.get('Title')).toBe('Site acceptance report: Pump house, Harbour Street');
    expect(info.get('Author')).toBe('Kim Technician, Pumps & Sons');
    expect(info.get('Subject')).toBe('2 of 3 devices passed, 1 failed.');
    expect(info.get('Creator')).toBe('Gatehouse 1.0.0');
    expect(info.get('CreationDate')).toContain('Nov 23');
    expect(info.get('Page size')).toContain('A4');
    expect(Buffer.from(bytes).toString('latin1')).toContain('/Lang (en)');
  });

  it('repeats the head of a table on each page, numbers the pages, and never splits a row', async () => {
    const long = deviceOf(1, 150);
    const points = long.points.map((one, i) => ({ ...one, label: `Begin${i} ${'of a name that wraps '.repeat(i % 4)} End${i}` }));
    const pages = pagesOf(await make({ devices: [{ ...long, points }], passed: 1, failed: 0 }));
    expect(pages.length).toBeGreaterThan(3);
    for (const [i, page] of pages.entries()) {
      expect(page).toContain(`Page ${i + 1} of ${pages.length}`);
      expect(page).toContain('Read at (UTC)');
      if (i > 0) expect(page).toContain('Site acceptance report: Pump house, Harbour Street');
      if (i > 0) expect(page).toContain('Continued: Energy meter 1 <main>');
    }
    for (const i of points.keys()) {
      const having = (word: string): number[] =>
        [...pages.keys()].filter((page) => new RegExp(`\\b${word}\\b`).test(pages[page] ?? ''));
      expect(having(`Begin${i}`)).toHaveLength(1);
      expect(having(`End${i}`)).toEqual(having(`Begin${i}`));
    }
  });

  it('shows Latin, Greek and Cyrillic; what its font lacks is a sign that says so, and nothing else changes', async () => {
    const name = 'Łódź Größe Πίεση нагнетания 中文 👍\ufe0f \u202eevil\u200b\u0007';
    const text = plain(pagesOf(await make({ devices: [{ ...deviceOf(1, 1), name }] })).join('\n'));
    expect(text).toContain('Łódź Größe Πίεση нагнетания \ufffd\ufffd \ufffd evil');
  });

  it('cuts off a value that is longer than a page, and lets remarks go over pages', async () => {
    const note = Array.from({ length: 120 }, (_, i) => `remark${i}`).join('\n');
    const pages = pagesOf(await make({ note, devices: [point({ value: `start ${'x'.repeat(4000)} end` }), deviceOf(3, 0)] }));
    const text = plain(pages.join('\n'));
    expect(text).toContain('remark0 ');
    expect(text).toContain('remark119 ');
    expect(text).toMatch(/start .*xxxx/);
    expect(text).toContain('x …');
    expect(text).not.toContain('x end');
    expect(text).toContain('The device has no points.');
  });

  it('has no page without devices but the first', async () => {
    const pages = pagesOf(await make({ devices: [], passed: 0, failed: 0 }));
    expect(pages).toHaveLength(1);
    expect(pages[0]).toContain('There are no devices.');
  });

  it.each([
    '%PDF-1.4 %%EOF',
    ') Tj ET /JS (app.alert(1)) (',
    '<</S/JavaScript/JS(x)>>',
    '\\) \\( \\000',
    '<script>x</script>',
    'http://x.example/',
  ])('shows %s as it is', async (text) => {
    const bytes = await make(everywhere(text));
    const info = infoOf(bytes);
    expect(info.get('JavaScript')).toBe('no');
    expect(info.get('Title')).toBe(`Site acceptance report: ${text}`);
    expect(plain(pagesOf(bytes).join('\n'))).toContain(text);
    expect(Buffer.from(bytes).toString('latin1')).not.toMatch(/\/Annots|\/URI|\/OpenAction|xpacket/);
  });
});

it('is made of any text whatever', async () => {
  const unit = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    fc.array(fc.integer({ min: 0, max: 0xffff })).map((codes) => String.fromCharCode(...codes)),
    // Scripts with rules of their own for joining and order.
    fc.array(fc.integer({ min: 0x590, max: 0x1fff }), { maxLength: 40 }).map((codes) => String.fromCharCode(...codes)),
  );
  await fc.assert(
    fc.asyncProperty(unit, async (text) => {
      const bytes = await make(everywhere(text));
      expect(Buffer.from(bytes.subarray(0, 5)).toString()).toBe('%PDF-');
      expect(Buffer.from(bytes.subarray(-6)).toString()).toContain('%%EOF');
    }),
    { numRuns: 60 },
  );
}, 60_000);
