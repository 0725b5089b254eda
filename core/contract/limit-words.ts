import type { PointView } from './views.ts';

const SIDES = {
  'high-high': { words: 'above its highest limit', limit: 'highHigh' },
  high: { words: 'above its high limit', limit: 'high' },
  low: { words: 'below its low limit', limit: 'low' },
  'low-low': { words: 'below its lowest limit', limit: 'lowLow' },
} as const;

/** `Temperature is above its high limit of 8 °C`; empty where it is normal. */
export function limitWords({ label, unit, limits, limit }: Pick<PointView, 'label' | 'unit' | 'limits' | 'limit'>): string {
  if (limit === null || limit === 'normal' || limits === null) return '';
  const { words, limit: name } = SIDES[limit];
  const bound = limits[name];
  const of = bound === null ? '' : ` of ${bound}${unit === '' ? '' : ` ${unit}`}`;
  return `${label} is ${words}${of}`;
}
