import { describe, expect, it } from 'vitest';
import { sameUnits } from '../../../core/deploy/same-unit.ts';
import { device } from '../adapters/harness.ts';

const serial = { kind: 'serial', path: '/dev/ttyUSB0' };
const point = { name: 'a', table: 'holding', address: 0 };
const found = (...own: Record<string, unknown>[]): string[] =>
  sameUnits(
    own.map((more, i) => device({ id: `m${i}`, adapter: 'modbus-rtu', link: serial, unit: 1, points: [point], ...more })),
  ).map(({ path, message }) => `${path.join('.')}: ${message}`);

describe('a unit that stands twice in a document', () => {
  it.each<[string, Record<string, unknown>]>([
    ['on one serial line', {}],
    ['whatever the points are called', { points: [{ ...point, name: 'other' }] }],
  ])('is named where both read the same registers: %s', (_what, second) => {
    expect(found({}, second)).toEqual(['devices.1.unit: "m0" reads the same registers of unit 1 on this line already.']);
  });
  it('is named behind one address, too', () => {
    const link = { kind: 'tcp', host: 'plc', port: 502 };
    const own = { adapter: 'modbus-tcp', link };
    expect(found(own, own)).toHaveLength(1);
    expect(found(own, { ...own, link: { ...link, port: 503 } })).toEqual([]);
  });
  it.each<[string, Record<string, unknown>]>([
    ['another unit', { unit: 2 }],
    ['another line', { link: { ...serial, path: '/dev/ttyUSB1' } }],
    ['other registers of the same device', { points: [point, { name: 'b', table: 'holding', address: 9 }] }],
    ['a device that is switched off', { enabled: false }],
  ])('is sound where the second is %s', (_what, second) => {
    expect(found({}, second)).toEqual([]);
  });
});
