import type { ServedPointConfig } from '../../../contract/document/servers.ts';
import type { Reading } from '../../../contract/reading.ts';
import type { Table } from '../codec.ts';
import { encodeRegisters } from '../encode-value.ts';
import { EXCEPTION } from '../slave-request.ts';
import { isBitTable, sizeOf, type ValueFormat } from '../value-format.ts';
import { decodeValue } from '../values.ts';

/** The newest reading of a point; undefined where there is no such device or point now. */
export type ReadPoint = (device: string, point: string) => Pick<Reading, 'value' | 'quality'> | undefined;

/** A value that the other side wants to have written. */
export interface Wish {
  readonly served: ServedPointConfig;
  readonly value: number | string | boolean;
}

/** Values of the gateway as registers. Where it cannot give them, the number of an exception. */
export interface RegisterMap {
  read(table: Table, address: number, count: number): number[] | number;
  /** What a write means; a value is taken only whole. */
  wishes(table: 'holding' | 'coil', address: number, values: readonly number[]): Wish[] | number;
}

interface Cell {
  readonly served: ServedPointConfig;
  /** Which of its registers. */
  readonly index: number;
}

const formatOf = ({ type, order, scale, offset }: ServedPointConfig): ValueFormat => ({ type, order, scale, offset });

export function createRegisterMap(
  points: readonly ServedPointConfig[],
  read: ReadPoint,
  whenBad: 'exception' | 'last',
): RegisterMap {
  const cells = new Map<Table, Map<number, Cell>>();
  for (const served of points) {
    const table = cells.get(served.table) ?? new Map<number, Cell>();
    cells.set(served.table, table);
    for (let index = 0; index < sizeOf(served); index += 1) table.set(served.address + index, { served, index });
  }

  /** The registers of one point, or the exception. */
  function encode(served: ServedPointConfig): number[] | number {
    const reading = read(served.device, served.point);
    if (!reading || reading.value === null || (whenBad === 'exception' && reading.quality !== 'good')) return EXCEPTION.failure;
    const { value } = reading;
    if (isBitTable(served)) return [typeof value === 'string' ? Number(value !== '') : Number(Number(value) !== 0)];
    if (typeof value === 'string') return EXCEPTION.failure;
    const encoded = encodeRegisters(formatOf(served), value);
    if (!encoded.ok) return EXCEPTION.failure;
    const { wire } = encoded;
    return Array.from({ length: wire.length / 2 }, (_, i) => ((wire[i * 2] ?? 0) << 8) | (wire[i * 2 + 1] ?? 0));
  }

  return {
    read(table, address, count) {
      const values: number[] = [];
      /** One point is read once, so that its registers belong together. */
      const seen = new Map<ServedPointConfig, number[] | number>();
      for (let at = address; at < address + count; at += 1) {
        const cell = cells.get(table)?.get(at);
        if (!cell) return EXCEPTION.address;
        const words = seen.get(cell.served) ?? encode(cell.served);
        seen.set(cell.served, words);
        if (typeof words === 'number') return words;
        values.push(words[cell.index] ?? 0);
      }
      return values;
    },
    wishes(table, address, values) {
      const wishes: Wish[] = [];
      for (let at = 0; at < values.length; ) {
        const cell = cells.get(table)?.get(address + at);
        if (!cell?.served.writable) return EXCEPTION.address;
        const { served } = cell;
        const size = sizeOf(served);
        const own = values.slice(at, at + size);
        if (cell.index !== 0 || own.length < size) return EXCEPTION.value;
        if (table === 'coil') wishes.push({ served, value: own[0] === 1 });
        else {
          const wire = Uint8Array.from(own.flatMap((word) => [word >> 8, word & 0xff]));
          const { value } = decodeValue(formatOf(served), wire);
          if (value === null) return EXCEPTION.value;
          wishes.push({ served, value });
        }
        at += size;
      }
      return wishes;
    },
  };
}
