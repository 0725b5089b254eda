import { MATRIX_REGISTERS, type MatrixType } from '../../../../core/contract/decode-matrix.ts';

export type Table = 'holding' | 'input';

/** `address` is zero-based. */
export interface Place {
  readonly table: Table;
  readonly address: number;
}

export const LAST_ADDRESS = 65_535;

const placeOf = (table: Table, address: number): Place | null =>
  address >= 0 && address <= LAST_ADDRESS ? { table, address } : null;

/**
 * An address as manuals write it: `40108`, `30001`, `465536` name their table; without its digit it is one of the table that is shown,
 * counted from one. Null: no such register. Pure.
 */
export function readManual(shown: Table, typed: string): Place | null {
  const [, digit, rest] = /^([34])(\d{4,5})$/.exec(typed.trim()) ?? [];
  if (rest !== undefined) return placeOf(digit === '4' ? 'holding' : 'input', Number(rest) - 1);
  return /^\d{1,4}$/.test(typed.trim()) ? placeOf(shown, Number(typed) - 1) : null;
}

/** An address as it goes over the wire, counted from zero. Pure. */
export const readWire = (shown: Table, typed: string): Place | null =>
  /^\d{1,5}$/.test(typed.trim()) ? placeOf(shown, Number(typed)) : null;

/** The first register to read so that a value at `address` is wholly in sight; the one it is now where it is. Pure. */
export function inSight(first: number, count: number, address: number, type: MatrixType): number {
  const end = address + MATRIX_REGISTERS[type];
  if (address < first) return address;
  return end > first + count ? end - count : first;
}
