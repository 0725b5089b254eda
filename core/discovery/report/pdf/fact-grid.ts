import type { Fact } from '../words.ts';
import { INK, QUIET } from './colors.ts';
import { heightOf, PAGE, type Sheet, type Style, WIDTH } from './sheet.ts';

const NAME: Style = { face: 'regular', size: 8, color: QUIET };
const TEXT: Style = { face: 'regular', size: 8, color: INK };
const GAP = 14;
const NAME_WIDTH = 104;
const HALF = (WIDTH - GAP) / 2;
/** A text of more lines than this in half of the width gets all of it. */
const SHORT = 2;
const MOST_LINES = 30;
const BETWEEN = 1.5;

interface Cell {
  readonly name: readonly string[];
  readonly text: readonly string[];
  readonly wide: boolean;
}

const linesOf = ({ name, text }: Cell): number => Math.max(name.length, text.length);

function cellOf(sheet: Sheet, [name, text]: Fact): Cell {
  const label = sheet.lines(name, NAME, NAME_WIDTH - 6);
  const half = sheet.lines(text, TEXT, HALF - NAME_WIDTH);
  if (half.length <= SHORT) return { name: label, text: half, wide: false };
  return { name: label, text: sheet.lines(text, TEXT, WIDTH - NAME_WIDTH, MOST_LINES), wide: true };
}

/** Two short facts side by side, or one long one. */
function rowsOf(cells: readonly Cell[]): readonly (readonly Cell[])[] {
  const rows: Cell[][] = [];
  for (const cell of cells) {
    const last = rows.at(-1);
    if (last?.length === 1 && last[0]?.wide === false && !cell.wide) last.push(cell);
    else rows.push([cell]);
  }
  return rows;
}

export interface FactGrid {
  readonly height: number;
  /** Draws from the cursor on, and goes to a new page where a row does not fit. */
  draw(): void;
}

/** Names and texts in two columns, measured and not drawn yet. */
export function factGrid(sheet: Sheet, facts: readonly Fact[]): FactGrid {
  const rows = rowsOf(facts.map((fact) => cellOf(sheet, fact)));
  const tall = (row: readonly Cell[]): number => heightOf(Math.max(...row.map(linesOf)), TEXT) + BETWEEN;
  return {
    height: rows.reduce((sum, row) => sum + tall(row), 0),
    draw() {
      for (const row of rows) {
        if (tall(row) > sheet.room()) sheet.newPage();
        for (const [i, { name, text }] of row.entries()) {
          const x = PAGE.left + i * (HALF + GAP);
          sheet.draw(name, x, sheet.y, NAME);
          sheet.draw(text, x + NAME_WIDTH, sheet.y, TEXT);
        }
        sheet.y += tall(row);
      }
    },
  };
}
