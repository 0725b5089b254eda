import type { BlePointConfig } from '../../contract/document/wireless-devices.ts';
import type { Reading } from '../../contract/reading.ts';
import type { Fact } from './fact.ts';

export const factWords = ({ name, value, unit }: Fact): string => `${name} = ${value}${unit === '' ? '' : ` ${unit}`}`;

/** The reading of a point that is a fact; none where the facts do not have it. */
export function factReading({ name, value }: BlePointConfig, facts: readonly Fact[]): Reading[] {
  const found = facts.find((fact) => fact.name === value);
  return found ? [{ point: name, value: found.value, quality: 'good' }] : [];
}

export const badReading = (point: string, note: string): Reading => ({ point, value: null, quality: 'bad', note });
