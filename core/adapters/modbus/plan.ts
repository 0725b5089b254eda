import type { ModbusDeviceConfig, ModbusPointConfig } from '../../contract/document/devices.ts';
import type { Reading } from '../../contract/reading.ts';
import { MAX_BITS, MAX_REGISTERS, type Table } from './codec.ts';
import { isBitTable, sizeOf } from './value-format.ts';
import { decodeBit, decodeRegisters } from './values.ts';

/** What one request reads. */
export interface Block {
  readonly table: Table;
  readonly address: number;
  readonly count: number;
  readonly points: readonly ModbusPointConfig[];
}

/** How points are gathered. */
export type PlanRules = NonNullable<ModbusDeviceConfig['blocks']>;

const STRICT: PlanRules = { maxGap: 0, maxRegisters: MAX_REGISTERS, maxBits: MAX_BITS };

/**
 * Points that touch or overlap share a request, up to the rules' limit and the protocol's. Across a gap it is read only where the rules
 * allow it, because many devices refuse a request that contains one register they do not have. A point is never cut in two.
 */
export function planBlocks(points: readonly ModbusPointConfig[], rules: PlanRules = STRICT): Block[] {
  const sorted = [...points].sort((a, b) => a.table.localeCompare(b.table) || a.address - b.address);
  const blocks: (Block & { points: ModbusPointConfig[]; count: number })[] = [];
  for (const point of sorted) {
    const end = point.address + sizeOf(point);
    const limit = isBitTable(point) ? Math.min(rules.maxBits, MAX_BITS) : Math.min(rules.maxRegisters, MAX_REGISTERS);
    const open = blocks.at(-1);
    const near = open?.table === point.table && point.address <= open.address + open.count + rules.maxGap;
    if (open && near && end - open.address <= limit) {
      open.points.push(point);
      open.count = Math.max(open.count, end - open.address);
    } else {
      blocks.push({ table: point.table, address: point.address, count: sizeOf(point), points: [point] });
    }
  }
  return blocks;
}

/** For a block that the device refuses as a whole: without its gaps first, then point by point. */
export function splitBlock(block: Block): Block[] {
  const parts = planBlocks(block.points);
  return parts.length > 1 ? parts : block.points.flatMap((point) => planBlocks([point]));
}

/** The readings in the values of a block. */
export function readBlock(block: Block, data: Uint8Array): Reading[] {
  return block.points.map((point) => {
    const at = point.address - block.address;
    return isBitTable(point)
      ? decodeBit(point, data, at)
      : decodeRegisters(point, data.subarray(at * 2, (at + sizeOf(point)) * 2));
  });
}
