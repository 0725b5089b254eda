import type { Input } from '../../../../core/contract/api.ts';
import { nameAddress } from '../../../../core/contract/decode-matrix.ts';
import type { master as text } from '../../../text/modbus-tool.ts';

export type Ask = Input<'tool.modbus'>['ask'];
export type Table = 'holding' | 'input' | 'coil' | 'discrete';
export const TABLES: readonly Table[] = ['holding', 'input', 'coil', 'discrete'];
export const isRegisters = (table: Table): table is 'holding' | 'input' => table === 'holding' || table === 'input';

/** The form as it is typed. */
export interface MasterForm {
  readonly unit: string;
  readonly table: Table;
  readonly address: string;
  readonly count: string;
  readonly timeoutMs: string;
}
export const FIRST_FORM: MasterForm = { unit: '1', table: 'holding', address: '0', count: '10', timeoutMs: '1000' };

export type MasterFault = keyof typeof text.fault;

/** A whole number in decimal or `0x` hex; null where it is none or outside. */
export function wholeOf(typed: string, least: number, most: number): number | null {
  const bare = typed.trim();
  if (!/^(\d{1,7}|0x[0-9a-f]{1,6})$/i.test(bare)) return null;
  const value = Number(bare);
  return value >= least && value <= most ? value : null;
}

const FIRST_DIGIT: Readonly<Record<Table, string>> = { coil: '0', discrete: '1', input: '3', holding: '4' };

/** An address as manuals write it: `40001`, `400001` beyond 9999, `00001` for a coil. */
export function manualAddress(table: Table, address: number): string {
  if (isRegisters(table)) return nameAddress(table, address).classic;
  return `${FIRST_DIGIT[table]}${String(address + 1).padStart(address + 1 > 9999 ? 5 : 4, '0')}`;
}
export const hexAddress = (address: number): string => `0x${address.toString(16).toUpperCase().padStart(4, '0')}`;

export interface Whom {
  readonly unit: number;
  readonly timeoutMs: number;
}

/** Whom to ask and how long to wait, or what is wrong with it. */
export function whomOf(form: MasterForm): Whom | { readonly fault: MasterFault } {
  const unit = wholeOf(form.unit, 0, 255);
  if (unit === null) return { fault: 'unit' };
  const timeoutMs = wholeOf(form.timeoutMs, 10, 60_000);
  return timeoutMs === null ? { fault: 'timeout' } : { unit, timeoutMs };
}

export type ReadAsk = Extract<Ask, { do: 'read' }>;

/** What to read, or what is wrong with it. 125 registers and 2000 bits are the most that one answer holds. */
export function readOf(form: MasterForm): ReadAsk | { readonly fault: MasterFault } {
  const address = wholeOf(form.address, 0, 65_535);
  if (address === null) return { fault: 'address' };
  const registers = isRegisters(form.table);
  const count = wholeOf(form.count, 1, Math.min(registers ? 125 : 2000, 65_536 - address));
  if (count === null) return { fault: registers ? 'registers' : 'bits' };
  return { do: 'read', table: form.table, address, count };
}

/** Values to write, separated by blanks or commas; negative ones as two's complement. Null where one is wrong. */
export function valuesOf(typed: string, table: 'holding' | 'coil'): number[] | null {
  const parts = typed.split(/[\s,;]+/).filter((part) => part !== '');
  if (parts.length === 0 || parts.length > 123) return null;
  const values: number[] = [];
  for (const part of parts) {
    const negative = /^-(\d{1,5})$/.exec(part)?.[1];
    const value = negative === undefined ? wholeOf(part, 0, table === 'coil' ? 1 : 65_535) : 65_536 - Number(negative);
    if (value === null || (negative !== undefined && (table === 'coil' || value < 32_768 || value > 65_535))) return null;
    values.push(value);
  }
  return values;
}
