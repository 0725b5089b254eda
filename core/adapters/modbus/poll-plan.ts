import type { ModbusDeviceConfig, ModbusPointConfig } from '../../contract/document/devices.ts';
import { type Block, planBlocks } from './plan.ts';

/** Points that are read at one interval, with the requests for them. */
export interface PollGroup {
  readonly everyMs: number;
  readonly blocks: Block[];
}

/** The polls of a device, the fastest first. Points of different intervals share no request. */
export function planPolls(config: ModbusDeviceConfig): PollGroup[] {
  const groups = new Map<number, ModbusPointConfig[]>();
  for (const point of config.points) {
    const everyMs = point.pollMs ?? config.pollMs;
    groups.set(everyMs, [...(groups.get(everyMs) ?? []), point]);
  }
  return [...groups]
    .sort(([a], [b]) => a - b)
    .map(([everyMs, points]) => ({ everyMs, blocks: planBlocks(points, config.blocks) }));
}

/** A short request that shows whether the unit is there: the first value of a block. */
export const probeOf = ({ points }: Block): Block | undefined => points[0] && planBlocks([points[0]])[0];
