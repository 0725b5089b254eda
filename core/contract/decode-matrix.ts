/**
 * The decode matrix: one row of registers read in every type, order and offset. Pure, the same in core and console, and without schemas, so
 * that a browser need not load them.
 */
import type { BYTE_ORDERS, MODBUS_TYPES } from './document/devices.ts';

export type MatrixType = Exclude<(typeof MODBUS_TYPES)[number], 'bool' | 'string'>;
export type MatrixOrder = (typeof BYTE_ORDERS)[number];

export interface MatrixCell {
  /** Place in the registers that were read. */
  readonly index: number;
  /** Zero-based address as on the wire. */
  readonly address: number;
  readonly type: MatrixType;
  readonly order: MatrixOrder;
  /** Null where there are not enough registers or it is no number. */
  readonly value: number | null;
}

/** What fits the number on the device's display. */
export interface MatrixMatch extends MatrixCell {
  /** Power of ten that the value must be multiplied with: 0.1, 1, 10. */
  readonly scale: number;
  /** 0..1: how far the shown digits are explained. */
  readonly score: number;
}

/** A pinned address in every way in which manuals write it. */
export interface AddressNames {
  readonly wire: number;
  readonly hex: string;
  /** `40001`, `30001`, and the six-digit form where it is needed. */
  readonly classic: string;
  readonly oneBased: number;
}

export const MATRIX_ORDERS: readonly MatrixOrder[] = ['big', 'little', 'big-swapped', 'little-swapped'];

export type DecodeMatrix = (address: number, registers: readonly (number | null)[]) => readonly MatrixCell[];
/** `shown` is the text of the display, `21.5`: its digits say how exact it is. Best first. */
export type MatchDisplay = (cells: readonly MatrixCell[], shown: string) => readonly MatrixMatch[];
/** Only what fitted before and fits again. */
export type NarrowMatches = (before: readonly MatrixMatch[], after: readonly MatrixMatch[]) => readonly MatrixMatch[];
export type NameAddress = (table: 'holding' | 'input', address: number) => AddressNames;
