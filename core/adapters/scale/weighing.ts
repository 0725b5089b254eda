import type { ScaleDeviceConfig } from '../../contract/document/serial-devices.ts';
import type { Reading } from '../../contract/reading.ts';
import { convertMass } from './mass.ts';

type ScalePoint = ScaleDeviceConfig['points'][number];

/** A weight, or the reason why there is none. */
export type Mass = { readonly value: number; readonly unit: string } | { readonly missing: string };

/** What a scale says at one moment, whatever it speaks. */
export interface Weighing {
  /** As on the display: net where a tare is set. */
  readonly weight: Mass;
  readonly gross: Mass;
  readonly net: Mass;
  readonly tare: Mass;
  /** Undefined where the scale did not say. */
  readonly stable: boolean | undefined;
  readonly state: 'stable' | 'moving' | 'overload' | 'underload' | 'out-of-range' | 'not-zeroed' | 'busy';
}

/** The sum of two weights that the same scale gave; the reason of the first that is none. */
export function plus(a: Mass, b: Mass, sign: 1 | -1 = 1): Mass {
  if ('missing' in a) return a;
  if ('missing' in b) return b;
  const other = convertMass(b.value, b.unit, a.unit);
  if (other === undefined) return { missing: `the tare is in ${b.unit}, the weight in ${a.unit}` };
  return { value: Number((a.value + sign * other).toPrecision(12)), unit: a.unit };
}

function massReading(point: ScalePoint, mass: Mass): Reading {
  const bad = (note: string): Reading => ({ point: point.name, value: null, quality: 'bad', note });
  if ('missing' in mass) return bad(mass.missing);
  const value = convertMass(mass.value, mass.unit, point.unit);
  if (value === undefined) return bad(`the scale shows ${mass.unit || 'no unit'}, the point is in ${point.unit}`);
  return { point: point.name, value: value === 0 ? 0 : value, quality: 'good' };
}

function flagReading(point: ScalePoint, value: boolean | undefined, said: Weighing): Reading {
  return value === undefined
    ? { point: point.name, value: null, quality: 'bad', note: `the scale says only: ${said.state}` }
    : { point: point.name, value, quality: 'good' };
}

function readingOf(point: ScalePoint, said: Weighing): Reading {
  switch (point.value) {
    case 'weight':
    case 'gross':
    case 'net':
    case 'tare':
      return massReading(point, said[point.value]);
    case 'stable':
      return flagReading(point, said.stable, said);
    case 'motion':
      return flagReading(point, said.stable === undefined ? undefined : !said.stable, said);
    case 'zero':
      return flagReading(point, 'missing' in said.weight ? undefined : said.weight.value === 0 && said.stable === true, said);
    case 'state':
      return { point: point.name, value: said.state, quality: 'good' };
    case 'unit':
      return 'missing' in said.weight
        ? { point: point.name, value: null, quality: 'bad', note: said.weight.missing }
        : { point: point.name, value: said.weight.unit, quality: 'good' };
  }
}

/** A reading for each point. Weights are given in the point's unit where it has one. */
export const readingsOf = (points: readonly ScalePoint[], said: Weighing): Reading[] =>
  points.map((point) => readingOf(point, said));

/** `12.5 kg, stable` for the screen. */
export const describeWeighing = ({ weight, state }: Weighing): string =>
  `${'missing' in weight ? weight.missing : `${weight.value} ${weight.unit}`}, ${state}`;
