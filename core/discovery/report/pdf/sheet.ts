import PDFDocument from 'pdfkit';
import { charactersOf, showable } from './characters.ts';
import { wrap } from './wrap.ts';

/** Files of two TrueType fonts. */
export interface Fonts {
  readonly regular: Buffer;
  readonly bold: Buffer;
}

export interface Style {
  readonly face: keyof Fonts;
  /** Points. */
  readonly size: number;
  readonly color: string;
}

export interface About {
  readonly title: string;
  readonly author: string;
  readonly subject: string;
  readonly creator: string;
  /** Wall time in ms. */
  readonly madeAt: number;
}

/** A4 in points, and the edges of what is written. */
export const PAGE = { width: 595.28, height: 841.89, left: 42, right: 553.28, top: 58, bottom: 786 } as const;
export const WIDTH = PAGE.right - PAGE.left;

/** From one line to the next, in sizes of the font. */
const LEADING = 1.28;
/** Measured at this size, and scaled. */
const UNIT = 1000;

export const heightOf = (lines: number, style: Style): number => lines * style.size * LEADING;

/** Pages of A4 that are written from the top down. */
export interface Sheet {
  /** Where the next thing goes. */
  y: number;
  /** What is left of the page, in points. */
  room(): number;
  newPage(): void;
  /** Text as the lines that fit into a width; `most`: what is more is cut off. */
  lines(text: string, style: Style, width: number, most?: number): readonly string[];
  /** Draws lines with their top at `y`; does not move the cursor. */
  draw(lines: readonly string[], x: number, y: number, style: Style, place?: { readonly rightAt: number }): void;
  /** A filled rectangle, or a thin one as a line. */
  fill(x: number, y: number, width: number, height: number, color: string): void;
  /** Names the place where the next thing goes in the list of contents beside the pages. */
  mark(name: string): void;
}

export interface SheetFile {
  /**
   * Writes all pages and gives the whole file. `write` is called twice, first only to count the pages: so each page is complete
   * (with its number and that of all) and leaves the memory when the next one begins.
   */
  make(write: (sheet: Sheet) => void, edges: (sheet: Sheet, page: number, pages: number) => void): Promise<Uint8Array>;
}

type Measure = (text: string) => number;

function createMeasure(doc: PDFKit.PDFDocument, face: keyof Fonts): Measure {
  const known = new Map<string, number>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const width = doc.font(face, UNIT).widthOfString(text) / UNIT;
    known.set(text, width);
    return width;
  };
}

function createLines(fonts: Fonts, measure: Readonly<Record<keyof Fonts, Measure>>): Sheet['lines'] {
  const has = { regular: charactersOf(fonts.regular), bold: charactersOf(fonts.bold) };
  const known = new Map<string, readonly string[]>();
  return (text, { face, size }, width, most) => {
    const key = `${face} ${size} ${width} ${most} ${text}`;
    const lines = known.get(key) ?? wrap(showable(text, has[face]), width / size, measure[face], most);
    known.set(key, lines);
    return lines;
  };
}

/** What is shown in fonts of the reader's. */
const oneLine = (text: string): string => showable(text, () => true).replaceAll('\n', ' ');

function openDocument(fonts: Fonts, about: About): PDFKit.PDFDocument {
  const doc = new PDFDocument({
    size: 'A4',
    margin: 0,
    autoFirstPage: false,
    font: '', // else it reads one of its own first
    pdfVersion: '1.7',
    lang: 'en',
    displayTitle: true,
    info: {
      Title: oneLine(about.title),
      Author: oneLine(about.author),
      Subject: oneLine(about.subject),
      Creator: oneLine(about.creator),
      CreationDate: new Date(about.madeAt),
    },
  });
  // Its metadata as XML take a title for XML, whatever it is; the facts above are in the file without them.
  doc.endMetadata = () => {};
  return doc.registerFont('regular', fonts.regular).registerFont('bold', fonts.bold);
}

/** An empty document of A4 pages with its facts and fonts. */
export function createSheetFile(fonts: Fonts, about: About): SheetFile {
  const doc = openDocument(fonts, about);
  const chunks: Buffer[] = [];
  doc.on('data', (chunk: Buffer) => void chunks.push(chunk));
  const measure = { regular: createMeasure(doc, 'regular'), bold: createMeasure(doc, 'bold') };
  const lines = createLines(fonts, measure);

  function sheetOf(ink: boolean, onPage: (sheet: Sheet) => void): Sheet {
    const sheet: Sheet = {
      y: PAGE.top,
      room: () => PAGE.bottom - sheet.y,
      newPage() {
        if (ink) doc.addPage();
        sheet.y = PAGE.top;
        onPage(sheet);
      },
      lines,
      draw(some, x, top, style, place) {
        if (!ink) return;
        // Measuring takes the font to another size, so it comes first.
        const starts = some.map((line) => (place ? place.rightAt - measure[style.face](line) * style.size : x));
        doc.font(style.face, style.size).fillColor(style.color);
        for (const [i, line] of some.entries()) {
          if (line !== '') doc.text(line, starts[i] ?? x, top + heightOf(i, style), { lineBreak: false });
        }
      },
      fill: (x, top, width, height, color) => void (ink && doc.rect(x, top, width, height).fill(color)),
      mark: (name) => void (ink && doc.outline.addItem(oneLine(name))),
    };
    sheet.newPage();
    return sheet;
  }

  return {
    async make(write, edges) {
      let pages = 0;
      write(
        sheetOf(false, () => {
          pages += 1;
        }),
      );
      let page = 0;
      write(
        sheetOf(true, (sheet) => {
          page += 1;
          edges(sheet, page, pages);
        }),
      );
      const ended = new Promise<void>((resolve, reject) => {
        doc.once('end', resolve);
        doc.once('error', reject);
      });
      doc.end();
      await ended;
      return Buffer.concat(chunks);
    },
  };
}
