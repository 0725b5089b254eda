import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDeadBand } from '../../../../core/adapters/model/dead-band.ts';
import type { Reading } from '../../../../core/contract/reading.ts';
import { createManualClock } from '../../../fakes/manual-clock.ts';
import { device } from '../harness.ts';

const points = [
  { name: 't', table: 'holding', address: 0, deadband: 0.5, atLeastEveryMs: 10_000, limits: { high: 8 } },
  { name: 'free', table: 'holding', address: 1 },
];
const config = (publish: 'points' | 'record' = 'points') =>
  device({ adapter: 'modbus-tcp', link: { kind: 'tcp', host: 'h', port: 502 }, publish, points });
const good = (value: number | string | boolean, point = 't'): Reading => ({ point, value, quality: 'good' });
const bad: Reading = { point: 't', value: null, quality: 'bad', note: 'no answer' };

function setUp(publish?: 'points' | 'record') {
  const clock = createManualClock();
  const band = createDeadBand(clock, config(publish));
  return {
    clock,
    passes: (...readings: Reading[]) => band.filter({ readings, sampledAt: 0 })?.readings.map(({ point }) => point) ?? [],
  };
}

describe('a dead-band', () => {
  it('holds back what differs by less from what passed last, not from what came last', () => {
    const { passes } = setUp();
    expect([1, 1.4, 0.6, 1.49, 1.5, 1.9, 2].map((value) => passes(good(value)).length)).toEqual([1, 0, 0, 0, 1, 0, 1]);
  });
  it('lets every change of quality pass, and says a fault once', () => {
    const { passes } = setUp();
    expect([good(1), bad, bad, { ...bad, note: 'other' }, good(1), good(1)].map((one) => passes(one).length)).toEqual([
      1, 1, 0, 1, 1, 0,
    ]);
  });
  it('lets a value pass that crosses a limit', () => {
    const { passes } = setUp();
    expect([7.9, 8, 8.1, 7.9].map((value) => passes(good(value)).length)).toEqual([1, 1, 0, 1]);
  });
  it('lets a value pass when its time is over', async () => {
    const { passes, clock } = setUp();
    passes(good(1));
    await clock.advance(9999);
    expect(passes(good(1))).toEqual([]);
    await clock.advance(1);
    expect(passes(good(1))).toEqual(['t']);
    expect(passes(good(1))).toEqual([]);
  });
  it('holds back only its own point, but nothing of a record of which a part passes', () => {
    expect([1, 1].map((value) => [value, setUp().passes(good(value), good(5, 'free'))][1])).toEqual([
      ['t', 'free'],
      ['t', 'free'],
    ]);
    const single = setUp();
    single.passes(good(1));
    expect(single.passes(good(1), good(5, 'free'))).toEqual(['free']);
    const record = setUp('record');
    record.passes(good(1));
    expect(record.passes(good(1.1), good(5, 'free'))).toEqual(['t', 'free']);
    expect(record.passes(good(1.1))).toEqual([]);
  });
  it('never lets what was published be off by the band', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -20, max: 20, noNaN: true })), (values) => {
        const { passes } = setUp();
        let published: number | undefined;
        for (const value of values) {
          if (passes(good(value)).length > 0) published = value;
          expect(Math.abs((published ?? Number.NaN) - value)).toBeLessThan(0.5);
        }
      }),
    );
  });
});
