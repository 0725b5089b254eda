import type { ModbusPointConfig } from '../../contract/document/devices.ts';

/** How a value stands in registers: all that reading and writing it need to know of a point. */
export type ValueFormat = Pick<ModbusPointConfig, 'type' | 'order' | 'scale' | 'offset' | 'length' | 'mask' | 'bit'>;

const REGISTERS: Readonly<Record<ValueFormat['type'], number>> = {
  bool: 1,
  int16: 1,
  uint16: 1,
  int32: 2,
  uint32: 2,
  float32: 2,
  int64: 4,
  uint64: 4,
  float64: 4,
  bcd16: 1,
  bcd32: 2,
  string: 1,
};

/** How many registers a value takes; a string two characters in each. */
export const registersOf = ({ type, length }: Pick<ValueFormat, 'type' | 'length'>): number =>
  type === 'string' ? (length ?? 1) : REGISTERS[type];

export const isBitTable = ({ table }: Pick<ModbusPointConfig, 'table'>): boolean => table === 'coil' || table === 'discrete';

/** How many registers, or bits, the point takes. */
export const sizeOf = (point: Pick<ModbusPointConfig, 'table' | 'type' | 'length'>): number =>
  isBitTable(point) ? 1 : registersOf(point);

/** Between the order on the wire and most significant byte first; each order is its own inverse. */
export function reorder(bytes: Uint8Array, order: ValueFormat['order']): Uint8Array {
  const last = bytes.length - 1;
  switch (order) {
    case 'big':
      return bytes.slice();
    case 'little':
      return bytes.slice().reverse();
    case 'big-swapped':
      return bytes.map((_, i) => bytes[i ^ 1] ?? 0);
    case 'little-swapped':
      return bytes.map((_, i) => bytes[(last - i) ^ 1] ?? 0);
  }
}

/** How far the lowest bit of a mask stands from the right. */
export const shiftOf = (mask: number): number => 31 - Math.clz32(mask & -mask);
