import type { ModbusDeviceConfig } from '../../contract/document/devices.ts';
import type { LinkConfig } from '../../contract/document/links.ts';
import { isReadOfBits } from './codec.ts';
import { characterMs, type Framing, frameBytes, framingOf } from './line-timing.ts';
import { planPolls } from './poll-plan.ts';

/** One request that a device makes again and again. */
export interface Wanted {
  readonly unit: number;
  readonly everyMs: number;
  /** Time of its bytes and of its answer's on the line, in ms. */
  readonly bytesMs: number;
}

/** All requests of a device's polls. */
export function wantedOf(config: ModbusDeviceConfig): Wanted[] {
  const framing = framingOf(config.adapter);
  return planPolls(config).flatMap(({ everyMs, blocks }) =>
    blocks.map(({ table, count }) => ({
      unit: config.unit,
      everyMs,
      bytesMs: bytesMs(framing, config.link, isReadOfBits(table) ? Math.ceil(count / 8) : count * 2),
    })),
  );
}

const REQUEST_PDU = 5;
const bytesMs = (framing: Framing, link: LinkConfig, values: number): number =>
  (frameBytes(framing, REQUEST_PDU) + frameBytes(framing, 2 + values)) * characterMs(link);

export interface Budget {
  /** Time on the line that falls due in each shortest round, in ms. */
  readonly roundMs: number;
  readonly wantedRoundMs: number;
  /** Empty where it fits. */
  readonly words: string;
}

const seconds = (ms: number): string => `${Number((ms / 1000).toPrecision(3))} s`;

/**
 * Whether the polls fit on the line. `heldMs` gives what a request of a unit needs beyond its bytes; undefined: the unit is parked and
 * needs nothing. Requests that are wanted less often count for their share of a round.
 */
export function budgetOf(wanted: readonly Wanted[], heldMs: (unit: number) => number | undefined): Budget {
  const wantedRoundMs = wanted.length === 0 ? 0 : Math.min(...wanted.map(({ everyMs }) => everyMs));
  let roundMs = 0;
  for (const { unit, everyMs, bytesMs: ofBytes } of wanted) {
    const held = heldMs(unit);
    if (held !== undefined) roundMs += (ofBytes + held) * (wantedRoundMs / everyMs);
  }
  const words =
    roundMs > wantedRoundMs ? `This bus needs ${seconds(roundMs)} a round; you asked for ${seconds(wantedRoundMs)}.` : '';
  return { roundMs: Math.round(roundMs), wantedRoundMs, words };
}
