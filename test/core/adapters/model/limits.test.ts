import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LimitBand, limitBand } from '../../../../core/adapters/model/limits.ts';
import { limitWords } from '../../../../core/contract/limit-words.ts';

const limits = { lowLow: -10, low: 0, high: 20, highHigh: 30, hysteresis: 2 };
const walk = (values: readonly number[], own: Parameters<typeof limitBand>[0] = limits): LimitBand[] => {
  let band: LimitBand | null = null;
  return values.map((value) => {
    band = limitBand(own, value, band);
    return band;
  });
};

describe('a limit', () => {
  it('is violated at and beyond it, and over when the value has come back by more than the hysteresis', () => {
    expect(walk([19.9, 20, 18.1, 18, 17.9])).toEqual(['normal', 'high', 'high', 'high', 'normal']);
    expect(walk([0.1, 0, 1.9, 2, 2.1])).toEqual(['normal', 'low', 'low', 'low', 'normal']);
    expect(walk([30, 28, 27.9, 17.9])).toEqual(['high-high', 'high-high', 'high', 'normal']);
    expect(walk([-10, -8, -7.9, 2.1])).toEqual(['low-low', 'low-low', 'low', 'normal']);
  });
  it('of the other side ends it at once, whatever the hysteresis', () => {
    expect(walk([25, -1, 25], { low: 0, high: 20, hysteresis: 50 })).toEqual(['high', 'low', 'high']);
    expect(walk([31, -11], { ...limits, hysteresis: 100 })).toEqual(['high-high', 'low-low']);
  });
  it('may stand alone, without hysteresis', () => {
    expect(walk([5, 4.99, 5], { highHigh: 5 })).toEqual(['high-high', 'normal', 'high-high']);
    expect(walk([1, -1e9], {})).toEqual(['normal', 'normal']);
  });
  it('is never missed, and what is well inside is always normal', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 1 }), (values) => {
        walk(values).forEach((band, i) => {
          const value = values[i] ?? 0;
          if (value >= 30) expect(band).toBe('high-high');
          else if (value >= 20) expect(['high', 'high-high']).toContain(band);
          if (value <= -10) expect(band).toBe('low-low');
          if (value > 2 && value < 18) expect(band).toBe('normal');
        });
      }),
    );
  });
  it('is told in words with its bound', () => {
    const point = { label: 'Temperature', unit: '°C', limits: { lowLow: null, low: null, high: 20, highHigh: 30 } };
    expect(limitWords({ ...point, limit: 'high-high' })).toBe('Temperature is above its highest limit of 30 °C');
    expect(limitWords({ ...point, limit: 'normal' })).toBe('');
    expect(limitWords({ ...point, limit: null })).toBe('');
  });
});
