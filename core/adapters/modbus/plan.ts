import type { ModbusPointConfig } from '../../contract/document/devices.ts';
import type { Reading } from '../../contract/reading.ts';
import { MAX_BITS, MAX_REGISTERS, type Table } from './codec.ts';
import { decodeBit, decodeRegisters, isBitTable, sizeOf } from './values.ts';

/** What one request reads. */
export interface Block {
  readonly table: Table;
  readonly address: number;
  readonly count: number;
  readonly points: readonly ModbusPointConfig[];
}

/**
 * Points that touch or overlap share a request, up to the protocol's limit; a gap is never read across, because many devices
 * refuse a request that contains one register they do not have. A point is never cut in two.
 */
export function planBlocks(points: readonly ModbusPointConfig[]): Block[] {
  const sorted = [...points].sort((a, b) => a.table.localeCompare(b.table) || a.address - b.address);
  const blocks: (Block & { points: ModbusPointConfig[]; count: number })[] = [];
  for (const point of sorted) {
    const end = point.address + sizeOf(point);
    const limit = isBitTable(point) ? MAX_BITS : MAX_REGISTERS;
    const open = blocks.at(-1);
    if (open && open.table === point.table && point.address <= open.address + open.count && end - open.address <= limit) {
      open.points.push(point);
      open.count = Math.max(open.count, end - open.address);
    } else {
      blocks.push({ table: point.table, address: point.address, count: sizeOf(point), points: [point] });
    }
  }
  return blocks;
}

/** One request per point, for a block that the device refuses as a whole. */
export const splitBlock = (block: Block): Block[] =>
  block.points.map((point) => ({ table: block.table, address: point.address, count: sizeOf(point), points: [point] }));

/** The readings in the values of a block. */
export function readBlock(block: Block, data: Uint8Array): Reading[] {
  return block.points.map((point) => {
    const at = point.address - block.address;
    return isBitTable(point)
      ? decodeBit(point, data, at)
      : decodeRegisters(point, data.subarray(at * 2, (at + sizeOf(point)) * 2));
  });
}
