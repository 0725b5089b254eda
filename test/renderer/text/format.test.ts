import { describe, expect, it } from 'vitest';
import {
  formatAgo,
  formatBytes,
  formatDuration,
  formatMillis,
  formatNumber,
  formatRate,
  formatValue,
} from '../../../renderer/text/format.ts';

describe('format', () => {
  it.each([
    [0, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [3_599_000, '59 min'],
    [3_600_000, '1 h'],
    [12_000_000, '3 h 20 min'],
    [86_400_000, '1 d'],
    [190_800_000, '2 d 5 h'],
    [-5, '0 s'],
  ])('says %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('says when something was or will be', () => {
    expect(formatAgo(1000, 1500)).toBe('now');
    expect(formatAgo(1000, 61_000)).toBe('1 min ago');
    expect(formatAgo(10_000, 5000)).toBe('in 5 s');
  });

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1240, '1.24 kB'],
    [148_000_000, '148 MB'],
    [18_400_000_000, '18.4 GB'],
  ])('says %d bytes as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it('keeps the decimals of a point and drops meaningless ones of a rate', () => {
    expect(formatNumber(12.5, 2)).toBe('12.50');
    expect(formatNumber(Number.NaN)).toBe('–');
    expect(formatRate(4)).toBe('4');
    expect(formatRate(0.256)).toBe('0.26');
    expect(formatRate(1240.4)).toBe('1,240');
    expect(formatMillis(0.42)).toBe('0.42 ms');
    expect(formatMillis(1250)).toBe('1.25 s');
  });

  it('shows any kind of value', () => {
    expect(formatValue(null, 1)).toBe('–');
    expect(formatValue(true, null)).toBe('yes');
    expect(formatValue('open', null)).toBe('open');
    expect(formatValue(-18.25, 1)).toBe('-18.3');
  });
});
