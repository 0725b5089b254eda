import type { ModbusPointConfig } from '../../contract/document/devices.ts';
import type { Reading } from '../../contract/reading.ts';

const SHOWN = 8;

/** `power = 1234.5 W, state = no value, and 3 more` */
export function describeReadings(points: readonly ModbusPointConfig[], readings: readonly Reading[]): string {
  const parts = readings.slice(0, SHOWN).map(({ point, value, note }) => {
    const unit = points.find((one) => one.name === point)?.unit;
    return `${point} = ${value === null ? (note ?? 'no value') : String(value)}${unit && value !== null ? ` ${unit}` : ''}`;
  });
  return parts.join(', ') + (readings.length > SHOWN ? `, and ${readings.length - SHOWN} more` : '');
}
