const TIMES: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
];

/** `3 h 2 min`, the two largest units. */
export function duration(ms: number): string {
  const first = TIMES.findIndex(([, size]) => ms >= size);
  if (first === -1) return '0 s';
  const parts = TIMES.slice(first, first + 2).map(([unit, size], i) => {
    const above = i === 0 ? ms : ms % (TIMES[first]?.[1] ?? 1);
    return [Math.floor(above / size), unit] as const;
  });
  return parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

const SIZES = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** Bytes in the unit to say them in, in powers of 1000: the next larger one begins at so many (`from`) of a unit. */
export function inUnit(bytes: number, from: number): readonly [value: number, unit: string] {
  let value = bytes;
  let unit = 0;
  while (value >= from && unit < SIZES.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return [value, SIZES[unit] ?? 'B'];
}

/** `1.5 GB`, in powers of 1000, as the console shows sizes and disks are sold. */
export function byteSize(bytes: number): string {
  const [value, unit] = inUnit(bytes, 1000);
  return `${unit === 'B' || value >= 100 ? Math.round(value) : Number(value.toFixed(1))} ${unit}`;
}

/** `1 message`, `2 messages`. */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
