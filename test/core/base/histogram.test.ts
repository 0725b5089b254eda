import { describe, expect, it } from 'vitest';
import { createHistogram } from '../../../core/base/histogram.ts';

describe('histogram', () => {
  it('knows quantiles within a tenth', () => {
    const histogram = createHistogram(0.001, 10_000);
    for (let value = 1; value <= 1000; value += 1) histogram.record(value);
    for (const q of [0.5, 0.95, 0.99]) {
      expect(histogram.quantile(q)).toBeGreaterThan(q * 1000 * 0.9);
      expect(histogram.quantile(q)).toBeLessThan(q * 1000 * 1.1);
    }
  });

  it('is 0 while empty and keeps within its ends', () => {
    const histogram = createHistogram(1, 100);
    expect(histogram.quantile(0.5)).toBe(0);
    histogram.record(0);
    expect(histogram.quantile(0.5)).toBe(1);
    histogram.record(1e9);
    expect(histogram.quantile(1)).toBeCloseTo(100, -1);
  });

  it('lets old values fade', () => {
    const histogram = createHistogram(1, 1000);
    for (let i = 0; i < 100; i += 1) histogram.record(500);
    for (let i = 0; i < 8; i += 1) histogram.fade();
    for (let i = 0; i < 10; i += 1) histogram.record(2);
    expect(histogram.quantile(0.5)).toBeLessThan(3);
    for (let i = 0; i < 30; i += 1) histogram.fade();
    expect(histogram.count).toBe(0);
  });
});
