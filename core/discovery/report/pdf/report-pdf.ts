import type { ReportFacts } from '../facts.ts';
import { type DeviceWords, NO_POINTS, type ReportWords, reportWords, timeText } from '../words.ts';
import { colorOf, INK, LINE, QUIET, SHADE } from './colors.ts';
import { factGrid } from './fact-grid.ts';
import { createSheetFile, type Fonts, heightOf, PAGE, type Sheet, type Style, WIDTH } from './sheet.ts';
import { pointTable } from './table.ts';

const TITLE: Style = { face: 'bold', size: 20, color: INK };
const SITE: Style = { face: 'regular', size: 13, color: QUIET };
const RESULT: Style = { face: 'bold', size: 11.5, color: INK };
const NAME: Style = { face: 'bold', size: 11, color: INK };
const ID: Style = { face: 'regular', size: 8, color: QUIET };
const TEXT: Style = { face: 'regular', size: 9, color: INK };
const EDGE: Style = { face: 'regular', size: 7.5, color: QUIET };

const HAIR = 0.5;
const VERDICT_WIDTH = 70;
/** Signatures stand high enough to be written. */
const SIGN_ROOM = 46;

/** Lines of text that go over pages. */
function paragraph(sheet: Sheet, text: string, x: number, width: number, bar: string): void {
  const step = heightOf(1, TEXT);
  for (const line of sheet.lines(text, TEXT, width)) {
    if (step > sheet.room()) sheet.newPage();
    sheet.fill(PAGE.left, sheet.y, 2.5, step, bar);
    sheet.draw([line], x, sheet.y, TEXT);
    sheet.y += step;
  }
}

function drawTop(sheet: Sheet, words: ReportWords): void {
  sheet.y = 46;
  sheet.draw([words.kind], PAGE.left, sheet.y, TITLE);
  sheet.y += heightOf(1, TITLE) + 2;
  const site = sheet.lines(words.site, SITE, WIDTH, 4);
  sheet.draw(site, PAGE.left, sheet.y, SITE);
  sheet.y += heightOf(site.length, SITE) + 6;
  sheet.fill(PAGE.left, sheet.y, WIDTH, 1.2, INK);
  sheet.y += 10;
  factGrid(sheet, words.about).draw();
  sheet.y += 8;
  const color = colorOf(words.judgement);
  sheet.fill(PAGE.left, sheet.y, WIDTH, 27, SHADE);
  sheet.fill(PAGE.left, sheet.y, 4, 27, color);
  sheet.draw(sheet.lines(words.result, RESULT, WIDTH - 28, 1), PAGE.left + 14, sheet.y + 6.5, { ...RESULT, color });
  sheet.y += 27 + 10;
  if (words.note === '') return;
  paragraph(sheet, words.note, PAGE.left + 14, WIDTH - 14, LINE);
  sheet.y += 6;
}

function drawHeading(sheet: Sheet, device: DeviceWords, name: readonly string[]): void {
  const { id, judgement, verdict } = device;
  sheet.draw(name, PAGE.left, sheet.y, NAME);
  sheet.draw([verdict], 0, sheet.y + 1, { ...TEXT, face: 'bold', color: colorOf(judgement) }, { rightAt: PAGE.right });
  sheet.y += heightOf(name.length, NAME);
  sheet.draw(sheet.lines(id, ID, WIDTH, 1), PAGE.left, sheet.y, ID);
  sheet.y += heightOf(1, ID) + 4;
}

function drawDevice(sheet: Sheet, device: DeviceWords): void {
  const name = sheet.lines(device.name, NAME, WIDTH - VERDICT_WIDTH, 4);
  const grid = factGrid(sheet, device.facts);
  const table = pointTable(sheet, device.points);
  const top = heightOf(name.length, NAME) + heightOf(1, ID) + 4 + grid.height + 6;
  const whole = top + (device.points.length === 0 ? heightOf(1, TEXT) : table.height);
  const page = PAGE.bottom - PAGE.top;
  sheet.y += 14;
  // A short device stays on one page; of a long one the beginning stays together.
  if ((whole < page / 2 ? whole : Math.min(top + table.least, page)) > sheet.room()) sheet.newPage();
  sheet.mark(device.name);
  drawHeading(sheet, device, name);
  grid.draw();
  sheet.y += 6;
  if (device.points.length === 0) {
    sheet.draw([NO_POINTS], PAGE.left, sheet.y, { ...TEXT, color: QUIET });
    sheet.y += heightOf(1, TEXT);
    return;
  }
  if (table.least > sheet.room()) sheet.newPage();
  table.draw(() => {
    const again = sheet.lines(`Continued: ${device.name}`, { ...ID, face: 'bold' }, WIDTH, 1);
    sheet.draw(again, PAGE.left, sheet.y, { ...ID, face: 'bold' });
    sheet.y += heightOf(1, ID) + 3;
  });
}

function drawSignatures(sheet: Sheet, signatures: ReportWords['signatures']): void {
  const half = (WIDTH - 32) / 2;
  if (SIGN_ROOM + 30 > sheet.room()) sheet.newPage();
  sheet.y += SIGN_ROOM;
  for (const [i, { line, name }] of signatures.entries()) {
    const x = PAGE.left + i * (half + 32);
    const who = sheet.lines(name, TEXT, half, 1);
    sheet.draw(who, x, sheet.y - heightOf(1, TEXT) - 2, TEXT);
    sheet.fill(x, sheet.y, half, 0.8, INK);
    sheet.draw(sheet.lines(line, EDGE, half, 2), x, sheet.y + 4, EDGE);
  }
  sheet.y += 30;
}

/** Head and foot of every page; the first has its title instead of a head. */
function drawEdges(sheet: Sheet, words: ReportWords, facts: ReportFacts, page: number, pages: number): void {
  const at = timeText(facts.madeAt);
  if (page > 1) {
    sheet.draw(sheet.lines(words.title, EDGE, WIDTH - 120, 1), PAGE.left, 30, EDGE);
    sheet.draw([at], 0, 30, EDGE, { rightAt: PAGE.right });
    sheet.fill(PAGE.left, 43, WIDTH, HAIR, LINE);
  }
  const { document, gateway } = facts;
  const from = [
    `Gatehouse ${gateway.version}`,
    gateway.name,
    ...(document ? [`${document.name}, version ${document.version}`] : []),
  ];
  sheet.fill(PAGE.left, 800, WIDTH, HAIR, LINE);
  sheet.draw(sheet.lines(from.join(' · '), EDGE, WIDTH - 120, 1), PAGE.left, 806, EDGE);
  sheet.draw([`Page ${page} of ${pages}`], 0, 806, EDGE, { rightAt: PAGE.right });
}

/** The report as a PDF of A4 pages. Every text is drawn as text; nothing in it is read as anything else. */
export async function reportPdf(facts: ReportFacts, fonts: Fonts): Promise<Uint8Array> {
  const words = reportWords(facts);
  const file = createSheetFile(fonts, {
    title: words.title,
    author: [facts.by, facts.company].filter((text) => text !== '').join(', '),
    subject: words.result,
    creator: `Gatehouse ${facts.gateway.version}`,
    madeAt: facts.madeAt,
  });
  return await file.make(
    (sheet) => {
      drawTop(sheet, words);
      for (const device of words.devices) drawDevice(sheet, device);
      drawSignatures(sheet, words.signatures);
    },
    (sheet, page, pages) => drawEdges(sheet, words, facts, page, pages),
  );
}
