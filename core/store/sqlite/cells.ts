import { ERRORS, type ErrorCode } from '../../base/errors.ts';

/** A database row's cells, checked: what is on a disk is not trusted to have the right type. */
export type Row = readonly unknown[];

const wrong = (what: string, cell: unknown): Error =>
  Object.assign(new Error(`a row holds ${typeof cell} where ${what} belongs`), { code: 'SQLITE_CORRUPT' });

export function asRow(row: unknown): Row {
  if (!Array.isArray(row)) throw wrong('a row', row);
  return row;
}

export function asNumber(cell: unknown): number {
  if (typeof cell !== 'number') throw wrong('a number', cell);
  return cell;
}

export function asText(cell: unknown): string {
  if (typeof cell !== 'string') throw wrong('a text', cell);
  return cell;
}

export function asBytes(cell: unknown): Uint8Array {
  if (!(cell instanceof Uint8Array)) throw wrong('bytes', cell);
  return cell;
}

const isCode = (text: string): text is ErrorCode => Object.hasOwn(ERRORS, text);

/** The code of a fault; one that is not known any more is `gateway/internal`. */
export function asCode(cell: unknown): ErrorCode {
  const text = asText(cell);
  return isCode(text) ? text : 'gateway/internal';
}

export const asNumberOrNull = (cell: unknown): number | null => (cell === null ? null : asNumber(cell));
export const asTextOrNull = (cell: unknown): string | null => (cell === null ? null : asText(cell));
