import { entryCrc } from './entry-crc.ts';
import type { Cell, RawRow } from './salvage-records.ts';

/** The tables of a spool by the shape of their rows: a page tells nothing of the table it belongs to, and need not. */
export type SpoolRow =
  | { readonly table: 'entries'; readonly id: number; readonly cells: readonly Cell[]; readonly bytes: number }
  | { readonly table: 'dead'; readonly id: number; readonly cells: readonly Cell[]; readonly bytes: number }
  | { readonly table: 'gaps'; readonly cells: readonly Cell[] };

const isText = (cell: Cell | undefined): cell is string => typeof cell === 'string';
const isNumber = (cell: Cell | undefined): cell is number => typeof cell === 'number' && Number.isFinite(cell);
const isCount = (cell: Cell | undefined): cell is number => Number.isSafeInteger(cell) && Number(cell) >= 0;
const isTextOrNull = (cell: Cell | undefined): boolean => cell === null || isText(cell);
const isBytes = (cell: Cell | undefined): cell is Uint8Array => cell instanceof Uint8Array;
const isNumberOrNull = (cell: Cell | undefined): boolean => cell === undefined || cell === null || isNumber(cell);

/** The cells of an entry from its second one on: version 1 wrote 11, version 2 writes 15. */
function asEntry(id: number, cells: readonly Cell[]): SpoolRow | null {
  const [key, topic, payload, flags, source, sequence, wallMs, monoMs, boot, hops, trace, custody = 0, kept, expires, crc] =
    cells;
  const shaped =
    (cells.length === 11 || cells.length === 14 || cells.length === 15) &&
    key === null &&
    isCount(id) &&
    id > 0 &&
    isText(topic) &&
    isBytes(payload) &&
    isCount(flags) &&
    isText(source) &&
    isCount(sequence) &&
    isNumber(wallMs) &&
    isNumber(monoMs) &&
    isCount(boot) &&
    isCount(hops) &&
    isTextOrNull(trace ?? null) &&
    isCount(custody) &&
    isNumberOrNull(kept) &&
    isNumberOrNull(expires);
  if (!shaped) return null;
  if (isNumber(crc) && crc !== entryCrc({ id, custody, topic, payload, flags, source, sequence, wallMs })) return null;
  return { table: 'entries', id, cells, bytes: payload.byteLength };
}

function asDead(id: number, cells: readonly Cell[]): SpoolRow | null {
  const [key, entry, stream, destination, topic, payload, flags, source, sequence, wallMs, monoMs, boot, hops, trace] = cells;
  const [custody, code, message, remedy, at] = cells.slice(14);
  const shaped =
    cells.length === 19 &&
    key === null &&
    id > 0 &&
    [entry, flags, sequence, boot, hops, custody].every(isCount) &&
    [stream, destination, topic, source, code, message, remedy].every(isText) &&
    isBytes(payload) &&
    [wallMs, monoMs, at].every(isNumber) &&
    isTextOrNull(trace ?? null);
  return shaped ? { table: 'dead', id, cells, bytes: payload.byteLength } : null;
}

function asGap(cells: readonly Cell[]): SpoolRow | null {
  const [key, source, first, last, count, reason, at] = cells;
  const shaped =
    cells.length === 7 &&
    key === null &&
    isText(source) &&
    isCount(first) &&
    isCount(last) &&
    last >= first &&
    isCount(count) &&
    isText(reason) &&
    isNumber(at);
  return shaped ? { table: 'gaps', cells } : null;
}

/** The row as one of a spool that is worth saving page by page; null for all others, and for what cannot be right. */
export const spoolRowOf = (row: RawRow): SpoolRow | null =>
  asEntry(row.rowid, row.cells) ?? asDead(row.rowid, row.cells) ?? asGap(row.cells);

export const cellsAreCounts = (cells: readonly (Cell | undefined)[]): cells is readonly number[] => cells.every(isCount);
export const cellIsText = isText;
export const cellIsNumber = isNumber;
