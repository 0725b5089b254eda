import type { Database } from 'better-sqlite3';
import type { Cell, RawRow } from './salvage-records.ts';

const isText = (cell: Cell | undefined): boolean => typeof cell === 'string';
const isTextOrNull = (cell: Cell | undefined): boolean => cell === null || isText(cell);
const isNumber = (cell: Cell | undefined): boolean => typeof cell === 'number' && Number.isFinite(cell);
const isNumberOrNull = (cell: Cell | undefined): boolean => cell === null || isNumber(cell);
const isCount = (cell: Cell | undefined): boolean => Number.isSafeInteger(cell) && Number(cell) >= 0;
const isBytes = (cell: Cell | undefined): boolean => cell instanceof Uint8Array;

function isJson(cell: Cell | undefined): boolean {
  if (typeof cell !== 'string') return false;
  try {
    JSON.parse(cell);
    return true;
  } catch {
    return false;
  }
}

type Check = (cell: Cell | undefined) => boolean;

interface Table {
  readonly name: string;
  /** Of the columns after the id, as the newest migration of the table has them. */
  readonly columns: readonly Check[];
  /** What happens where a row of the same key is there. */
  readonly conflict: string;
}

/** Where a value lies twice, the one of the higher revision is the newer. */
const NEWER = `ON CONFLICT (id) DO NOTHING ON CONFLICT (owner, key) DO UPDATE SET id = excluded.id, json = excluded.json, bytes = excluded.bytes
  WHERE excluded.id > function_state.id`;

const TABLES: readonly Table[] = [
  { name: 'function_state', columns: [isText, isText, isJson, isCount], conflict: NEWER },
  {
    name: 'failed_events',
    columns: [
      ...[isText, isCount, isTextOrNull, isTextOrNull, isCount, isText, isText, isText, isNumber, isCount],
      ...[isText, isBytes, isCount, isText, isCount, isNumber, isNumber, isText, isCount, isTextOrNull, isNumberOrNull],
    ],
    conflict: 'ON CONFLICT DO NOTHING',
  },
  { name: 'test_events', columns: [isText, isText, isText, isBytes, isNumber], conflict: 'ON CONFLICT DO NOTHING' },
];

/** Further than numbers can have gone on in rows that are lost. */
const LEAP = 1_000_000;

/** Ids that were used in lost rows must not be used again: a revision would seem to be one that it is not. Once all rows are in. */
export function leapIds(db: Database): void {
  const leap = db.prepare('UPDATE sqlite_sequence SET seq = seq + ? WHERE name = ?');
  const begin = db.prepare('INSERT INTO sqlite_sequence (seq, name) VALUES (?, ?)');
  for (const name of ['function_state', 'failed_events']) {
    if (leap.run(LEAP, name).changes === 0) begin.run(LEAP, name);
  }
}

/** Puts a row into its table if it is one of those kept for functions, known by its shape. Returns how many were put: 0 or 1. */
export function createFunctionRows(db: Database): (row: RawRow) => number {
  const tables = TABLES.map(({ name, columns, conflict }) => ({
    columns,
    put: db.prepare(`INSERT INTO ${name} VALUES (?${', ?'.repeat(columns.length)}) ${conflict}`),
  }));
  return ({ rowid, cells }) => {
    if (rowid <= 0 || cells[0] !== null) return 0;
    const [, ...rest] = cells;
    const table = tables.find(({ columns }) => columns.length === rest.length && columns.every((fits, at) => fits(rest[at])));
    return table ? table.put.run(rowid, ...rest).changes : 0;
  };
}
