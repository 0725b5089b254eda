import { GatewayError } from '../../base/errors.ts';
import type { Framing } from './line-timing.ts';

/** Unit 0 of a serial line is all units at once (serial line V1.02, 2.1). With Modbus TCP it is a unit like any other. */
export const isForAll = (framing: Framing, unit: number): boolean => unit === 0 && framing !== 'tcp';

/** Throws `api/bad-input` where a question is for all units of a serial line: none of them answers. */
export function refuseForAll(framing: Framing, unit: number): void {
  if (!isForAll(framing, unit)) return;
  throw new GatewayError(
    'api/bad-input',
    'Unit 0 is all units of a serial line at once: none of them answers, so it cannot be read.',
    {
      remedy: 'Give the unit id that is set at the device, 1 to 247; a scan of the line finds it.',
    },
  );
}
