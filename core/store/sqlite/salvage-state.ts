import type { Database } from 'better-sqlite3';
import { asNumber } from './cells.ts';
import { openDatabase } from './database.ts';
import { type Moved, replaceDatabase } from './move-aside.ts';
import type { ReplaceOptions } from './salvage-begin.ts';
import { createFunctionRows, leapIds } from './salvage-functions.ts';
import { openPages, type Pages } from './salvage-pages.ts';
import { type Cell, type RawRow, rootsOf, rowsOfPage, rowsOfTree } from './salvage-records.ts';

export interface StateSalvaged {
  readonly versions: number;
  readonly figures: number;
  readonly certificates: number;
  /** What is kept for functions: values, failed events, test events. */
  readonly functionRows: number;
}

const isText = (cell: Cell | undefined): boolean => typeof cell === 'string';
const isCount = (cell: Cell | undefined): boolean => Number.isSafeInteger(cell) && Number(cell) >= 0;

function isObjectText(cell: Cell | undefined): boolean {
  if (typeof cell !== 'string') return false;
  try {
    const value: unknown = JSON.parse(cell);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}

/** Version, name, text, files, hash, applied_at, by, note, state, devices, functions, subscriptions. */
const isVersion = ({ rowid, cells }: RawRow): boolean =>
  cells.length === 12 &&
  rowid > 0 &&
  cells[0] === null &&
  [1, 2, 4, 6, 7, 8].every((at) => isText(cells[at])) &&
  isObjectText(cells[3]) &&
  [5, 9, 10, 11].every((at) => isCount(cells[at]));

const isCertificate = ({ rowid, cells }: RawRow): boolean =>
  cells.length === 4 && rowid > 0 && cells[0] === null && isText(cells[1]) && isText(cells[2]) && isObjectText(cells[3]);

const isFigure = ({ cells }: RawRow): boolean => cells.length === 2 && typeof cells[0] === 'string' && Number.isFinite(cells[1]);

const MAX_FIGURE_PAGES = 4096;

/** Figures lie like the rows of an index: only their place in the tree tells them from those. */
function figuresOf(pages: Pages, db: Database): readonly RawRow[] {
  const fresh = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'figures'").pluck().get();
  const root = rootsOf(pages).get('figures') ?? asNumber(fresh);
  return rowsOfTree(pages, root, MAX_FIGURE_PAGES).rows.filter(isFigure);
}

/** The newest version marked as running stays so; a torn change may have left two. */
const ONE_RUNNING = `UPDATE versions SET state = 'previous' WHERE state = 'running'
  AND version < (SELECT max(version) FROM versions WHERE state = 'running')`;

function copyRows(file: string, db: Database): StateSalvaged {
  const version = db.prepare(`INSERT OR IGNORE INTO versions VALUES (${Array(12).fill('?').join(', ')})`);
  const figure = db.prepare(
    'INSERT INTO figures VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = max(value, excluded.value)',
  );
  const certificate = db.prepare('INSERT OR IGNORE INTO certificates VALUES (?, ?, ?, ?)');
  const functionRow = createFunctionRows(db);
  const counts = { versions: 0, figures: 0, certificates: 0, functionRows: 0 };
  const pages = openPages(file);
  try {
    db.transaction(() => {
      for (let page = 1; page <= pages.count; page += 1) {
        if (pages.isFree(page)) continue;
        for (const row of rowsOfPage(pages, page)) {
          if (isVersion(row)) counts.versions += version.run(row.rowid, ...row.cells.slice(1)).changes;
          else if (isCertificate(row)) counts.certificates += certificate.run(row.rowid, ...row.cells.slice(1)).changes;
          else counts.functionRows += functionRow(row);
        }
      }
      for (const { cells } of figuresOf(pages, db)) counts.figures += figure.run(...cells).changes;
      leapIds(db);
      db.exec(ONE_RUNNING);
    })();
  } finally {
    pages.close();
  }
  return counts;
}

/**
 * Puts a new state database in the place of a damaged one, which must be closed, with every version, figure, certificate and row
 * of functions that can be read. Mostly it is small, and this takes milliseconds; with many failed events it may take a second.
 */
export function replaceState(file: string, options: ReplaceOptions): Moved & { readonly salvaged: StateSalvaged } {
  let salvaged: StateSalvaged = { versions: 0, figures: 0, certificates: 0, functionRows: 0 };
  const moved = replaceDatabase(file, options.now, (fresh) => {
    const db = openDatabase(fresh, { synchronous: 'FULL', migrations: options.migrations, walPages: options.walPages });
    try {
      salvaged = copyRows(file, db);
    } finally {
      db.close();
    }
  });
  return { ...moved, salvaged };
}
