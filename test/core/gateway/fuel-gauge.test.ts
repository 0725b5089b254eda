import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FuelStream, fuelGauge, type Limits, ROW_BYTES } from '../../../core/gateway/fuel-gauge.ts';

const HOUR = 3_600_000;
const NONE: Limits = { messages: null, bytes: null, ageMs: null };
const stream = (more: Partial<FuelStream> = {}): FuelStream => ({
  name: 'a',
  limits: NONE,
  count: 0,
  bytes: 0,
  oldestAgeMs: null,
  messagesPerHour: 100,
  bytesPerHour: 10_000,
  overHours: 24,
  ...more,
});
const gauge = (streams: readonly FuelStream[], limits: Partial<Limits> = {}, diskLeftBytes: number | null = null) =>
  fuelGauge({ streams, limits: { ...NONE, ...limits }, diskLeftBytes });

describe('the fuel gauge', () => {
  it.each([
    ['bytes of a stream', [stream({ limits: { ...NONE, bytes: 100_000 } })], {}, null, 10, 'bytes', 'a'],
    ['bytes, with what waits', [stream({ bytes: 60_000, limits: { ...NONE, bytes: 100_000 } })], {}, null, 4, 'bytes', 'a'],
    ['messages of a stream', [stream({ limits: { ...NONE, messages: 250 } })], {}, null, 2.5, 'messages', 'a'],
    ['hours of an empty stream', [stream({ limits: { ...NONE, ageMs: 72 * HOUR } })], {}, null, 72, 'hours', 'a'],
    [
      'hours of what waits',
      [stream({ oldestAgeMs: 70 * HOUR, limits: { ...NONE, ageMs: 72 * HOUR } })],
      {},
      null,
      2,
      'hours',
      'a',
    ],
    ['the whole in bytes', [stream(), stream({ name: 'b', bytesPerHour: 30_000 })], { bytes: 200_000 }, null, 5, 'bytes', null],
    ['the whole in hours', [stream(), stream({ name: 'b', oldestAgeMs: HOUR })], { ageMs: 3 * HOUR }, null, 2, 'hours', null],
    ['the disk, rows included', [stream()], {}, 10 * (10_000 + 100 * ROW_BYTES), 10, 'disk', null],
    [
      'the nearest of all',
      [stream({ limits: { messages: 1000, bytes: 30_000, ageMs: 9 * HOUR } })],
      { bytes: 50_000 },
      1e9,
      3,
      'bytes',
      'a',
    ],
    ['a limit that is met already', [stream({ bytes: 90_000, limits: { ...NONE, bytes: 80_000 } })], {}, null, 0, 'bytes', 'a'],
    ['a disk without room', [stream()], { bytes: 1e9 }, 0, 0, 'disk', null],
    [
      'a stream that gets nothing',
      [stream({ messagesPerHour: 0, bytesPerHour: 0, limits: { ...NONE, ageMs: HOUR } })],
      {},
      null,
      null,
      'none',
      null,
    ],
    ['no limit at all', [stream()], {}, null, null, 'none', null],
    ['too little seen', [stream({ overHours: 0.01, limits: { ...NONE, bytes: 1 } })], {}, null, null, 'none', null],
    ['no stream', [], { bytes: 1000 }, 1000, null, 'none', null],
  ] as const)('tells %s', (_what, streams, limits, disk, hours, limitedBy, name) => {
    expect(gauge(streams, limits, disk)).toMatchObject({ hours, limitedBy, stream: name });
  });

  it('says from what it is made', () => {
    expect(gauge([stream(), stream({ name: 'b', overHours: 2 })])).toMatchObject({
      messagesPerHour: 200,
      bytesPerHour: 20_000,
      overHours: 24,
    });
  });

  it('agrees with a simulation, hour by hour, of what would come', () => {
    const one = fc.record({
      messagesPerHour: fc.integer({ min: 0, max: 1000 }),
      bytesPerHour: fc.integer({ min: 0, max: 100_000 }),
      count: fc.nat(5000),
      bytes: fc.nat(500_000),
      maxBytes: fc.option(fc.integer({ min: 1, max: 2_000_000 }), { nil: null }),
      maxMessages: fc.option(fc.integer({ min: 1, max: 20_000 }), { nil: null }),
    });
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 5_000_000 }), (all, whole) => {
        const streams = all.map(({ maxBytes, maxMessages, ...rest }, i) =>
          stream({ ...rest, name: `s${i}`, limits: { bytes: maxBytes, messages: maxMessages, ageMs: null } }),
        );
        const { hours } = gauge(streams, { bytes: whole });
        const met = (at: number): boolean =>
          streams.some(
            (s) =>
              s.bytes + at * s.bytesPerHour >= (s.limits.bytes ?? Number.POSITIVE_INFINITY) ||
              s.count + at * s.messagesPerHour >= (s.limits.messages ?? Number.POSITIVE_INFINITY),
          ) || streams.reduce((sum, s) => sum + s.bytes + at * s.bytesPerHour, 0) >= whole;
        if (hours === null) expect(met(1e6)).toBe(false);
        else {
          // Shown with three digits.
          expect(met(hours * 1.01 + 0.001)).toBe(true);
          if (hours > 0) expect(met(hours * 0.99 - 0.001)).toBe(false);
        }
      }),
    );
  });
});
