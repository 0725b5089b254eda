/** One unit in kilograms, by its name as scales write it, in lower case. Exact by definition (NIST Handbook 44, appendix C). */
const KILOGRAMS: Readonly<Record<string, number>> = {
  kg: 1,
  g: 1e-3,
  mg: 1e-6,
  t: 1e3,
  lb: 0.453_592_37,
  oz: 0.028_349_523_125,
  ozt: 0.031_103_476_8,
  dwt: 0.001_555_173_84,
  ct: 2e-4,
  ton: 907.184_74,
};

const nameOf = (unit: string): string => unit.trim().toLowerCase();

/**
 * A weight in another unit; undefined where one of the two is no known unit of mass and they differ. Without a wish (`to` is empty) the
 * weight stays as it is.
 */
export function convertMass(value: number, from: string, to: string | undefined): number | undefined {
  if (to === undefined || to === '' || nameOf(from) === nameOf(to)) return value;
  const [a, b] = [KILOGRAMS[nameOf(from)], KILOGRAMS[nameOf(to)]];
  return a === undefined || b === undefined ? undefined : Number(((value * a) / b).toPrecision(12));
}
