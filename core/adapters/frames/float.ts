/** What stands in 16 or 32 bits of a health device: a number, or the reason why there is none. */
export type HealthFloat = { readonly ok: true; readonly value: number } | { readonly ok: false; readonly why: string };

/** The mantissas that are no numbers, at exponent 0, counted from half of the mantissa's range (IEEE 11073-20601, annex F). */
const RESERVED: Readonly<Record<number, string>> = {
  [-2]: 'the device reports + infinity',
  [-1]: 'the device reports "not a number"',
  0: 'the device reports "not at this resolution"',
  1: 'the device reports a reserved value',
  2: 'the device reports - infinity',
};

function healthFloat(raw: number, mantissaBits: 12 | 24, exponentBits: 4 | 8): HealthFloat {
  const half = 2 ** (mantissaBits - 1);
  const low = raw % (half * 2);
  const high = Math.floor(raw / (half * 2));
  const exponent = high >= 2 ** (exponentBits - 1) ? high - 2 ** exponentBits : high;
  const why = exponent === 0 ? RESERVED[low - half] : undefined;
  if (why !== undefined) return { ok: false, why };
  const mantissa = low >= half ? low - half * 2 : low;
  // Read as decimal text: 365 * 10 ** -1 is 36.5, where a multiplication by 0.1 may leave crumbs.
  const value = Number(`${mantissa}e${exponent}`);
  return { ok: true, value: value === 0 ? 0 : value };
}

/** SFLOAT of IEEE 11073-20601: 4 bits of decimal exponent, 12 bits of mantissa. `raw` is the unsigned 16-bit word. */
export const decodeSfloat = (raw: number): HealthFloat => healthFloat(raw, 12, 4);

/** FLOAT of IEEE 11073-20601: 8 bits of decimal exponent, 24 bits of mantissa. `raw` is the unsigned 32-bit word. */
export const decodeHealthFloat = (raw: number): HealthFloat => healthFloat(raw, 24, 8);

/** IEEE 754 binary16 from its unsigned 16-bit word; may be infinite or NaN. Few digits, as many as tell it from its neighbours. */
export function decodeFloat16(raw: number): number {
  const sign = raw & 0x8000 ? -1 : 1;
  const exponent = (raw >> 10) & 0x1f;
  const fraction = raw & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  const step = 2 ** (Math.max(exponent, 1) - 25);
  const value = sign * step * (exponent === 0 ? fraction : fraction + 0x400);
  if (Number.isInteger(value)) return value;
  const near = fraction === 0 ? step / 4 : step / 2; // below a power of two the neighbours stand closer
  for (const digits of [3, 4, 5]) {
    const short = Number(value.toPrecision(digits));
    if (Math.abs(short - value) < near) return short;
  }
  return value;
}

/** The fewest digits that give the same float32: 20.1, not 20.100000381469727. */
export function shortestFloat32(value: number): number {
  for (const digits of [7, 8, 9]) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value; // not a number, or infinite
}
