import { COLUMNS, type PointWords } from '../words.ts';
import { colorOf, INK, LINE, QUIET, SHADE } from './colors.ts';
import { heightOf, PAGE, type Sheet, type Style, WIDTH } from './sheet.ts';

/** Shares of the width, in the order of `COLUMNS`. */
const SHARES = [0.225, 0.155, 0.195, 0.15, 0.165, 0.11] as const;
const PAD = { x: 4, y: 3 } as const;
/** A row stays on one page: what a device has put into a cell beyond that is cut off. */
const MOST_LINES = 24;

const HEAD: Style = { face: 'bold', size: 7.5, color: INK };
const CELL: Style = { face: 'regular', size: 7.5, color: INK };
const RESULT = 5;
const AT = 4;

const lefts = SHARES.map((_, i) => PAGE.left + WIDTH * SHARES.slice(0, i).reduce((sum, share) => sum + share, 0));
const widths = SHARES.map((share) => WIDTH * share - 2 * PAD.x);

interface Row {
  readonly cells: readonly (readonly string[])[];
  readonly height: number;
}

function rowOf(sheet: Sheet, texts: readonly string[], style: (column: number) => Style, most: number): Row {
  const cells = texts.map((text, i) => sheet.lines(text, style(i), widths[i] ?? 0, most));
  const lines = Math.max(1, ...cells.map((cell) => cell.length));
  return { cells, height: heightOf(lines, CELL) + 2 * PAD.y };
}

function drawRow(sheet: Sheet, row: Row, style: (column: number) => Style): void {
  for (const [i, cell] of row.cells.entries()) sheet.draw(cell, (lefts[i] ?? 0) + PAD.x, sheet.y + PAD.y, style(i));
  sheet.y += row.height;
}

const cellStyle =
  ({ judgement }: PointWords) =>
  (column: number): Style => {
    if (column === RESULT) return { ...CELL, face: judgement === 'passed' ? 'regular' : 'bold', color: colorOf(judgement) };
    return column === AT ? { ...CELL, color: QUIET } : CELL;
  };

export interface PointTable {
  /** Points of height that the head and the first rows take, which stay together. */
  readonly least: number;
  readonly height: number;
  /** Draws from the cursor on; on each new page `onPage` and the head come first. A row is never split. */
  draw(onPage: () => void): void;
}

/** The table of a device's points, measured and not drawn yet. */
export function pointTable(sheet: Sheet, points: readonly PointWords[]): PointTable {
  const head = rowOf(sheet, COLUMNS, () => HEAD, MOST_LINES);
  const rows = points.map((point) => rowOf(sheet, point.cells, cellStyle(point), MOST_LINES));
  const sum = (some: readonly Row[]): number => some.reduce((total, { height }) => total + height, head.height);
  function drawHead(): void {
    sheet.fill(PAGE.left, sheet.y, WIDTH, head.height, SHADE);
    drawRow(sheet, head, () => HEAD);
    sheet.fill(PAGE.left, sheet.y, WIDTH, 0.8, INK);
  }
  return {
    least: sum(rows.slice(0, 2)),
    height: sum(rows),
    draw(onPage) {
      drawHead();
      for (const [i, row] of rows.entries()) {
        if (row.height > sheet.room()) {
          sheet.newPage();
          onPage();
          drawHead();
        }
        const point = points[i];
        if (point) drawRow(sheet, row, cellStyle(point));
        sheet.fill(PAGE.left, sheet.y, WIDTH, 0.5, LINE);
      }
    },
  };
}
