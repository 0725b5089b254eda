import type { Clock } from '../../base/clock.ts';
import { GatewayError } from '../../base/errors.ts';
import type { ModbusPointConfig } from '../../contract/document/devices.ts';
import type { ReadingBatch } from '../../contract/reading.ts';
import type { CommandOutcome } from '../adapter.ts';
import { encodeRead } from './codec.ts';
import type { Answer } from './exchange.ts';
import { planBlocks, readBlock } from './plan.ts';
import { wireFor } from './write.ts';

export interface ReadBack {
  readonly outcome: CommandOutcome;
  /** What was read, as a reading. */
  readonly batch: ReadingBatch;
  readonly heardAt: number;
}

/** Whether the registers hold what was written; of a register of which only some bits were written, those bits. */
function holds(point: ModbusPointConfig, wanted: Uint8Array, mask: Uint8Array, got: Uint8Array): boolean {
  if (point.table === 'coil') return ((got[0] ?? 0) & 1) === (wanted[0] ?? 0);
  return wanted.every((byte, i) => (byte & (mask[i] ?? 0xff)) === ((got[i] ?? 0) & (mask[i] ?? 0xff)));
}

/**
 * Reads a point that was just written and compares the registers. Rejects with `adapter/not-confirmed` where the device has another value
 * or cannot be read there, or with what `ask` rejects with when the line is gone.
 */
export async function readBack(
  point: ModbusPointConfig,
  value: number | string | boolean,
  clock: Clock,
  ask: (pdu: Uint8Array) => Promise<Answer>,
): Promise<ReadBack> {
  const [block] = planBlocks([point]);
  if (!block) throw new GatewayError('gateway/internal', `${point.name}: nothing to read`);
  const answer = await ask(encodeRead(block.table, block.address, block.count)).catch((cause: unknown) => {
    if (cause instanceof GatewayError && cause.code.startsWith('link/')) throw cause;
    throw new GatewayError('adapter/not-confirmed', `${point.name}: it was written, but could not be read back`, {
      cause,
      remedy: 'Read the point again. Where this register cannot be read, switch "readBack" off.',
    });
  });
  const readings = readBlock(block, answer.data);
  const is = readings[0]?.value ?? null;
  const { wire, mask } = wireFor(point, value);
  if (!holds(point, wire, mask, answer.data)) {
    throw new GatewayError('adapter/not-confirmed', `${point.name}: ${String(value)} was written, the device has ${String(is)}`, {
      details: { written: String(value), has: String(is) },
    });
  }
  const unit = point.unit === undefined ? '' : ` ${point.unit}`;
  return {
    outcome: { state: 'confirmed', words: `${point.name} is ${String(is)}${unit}.`, value: is },
    batch: { readings, sampledAt: clock.now() },
    heardAt: answer.heardAt,
  };
}
