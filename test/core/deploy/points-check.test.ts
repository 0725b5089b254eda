import { expect, it } from 'vitest';
import { pointFaults } from '../../../core/deploy/points-check.ts';
import { device } from '../adapters/harness.ts';

const link = { kind: 'tcp', host: 'h', port: 502 };
const modbus = (limits: object, more: object = {}) =>
  device({ adapter: 'modbus-tcp', link, points: [{ name: 't', table: 'holding', address: 0, limits }], ...more });
const paths = (own: Parameters<typeof pointFaults>[0]): string[] => pointFaults(own, []).map(({ path }) => path.join('.'));

it('limits stand in their order', () => {
  expect(paths(modbus({ lowLow: 1, low: 2, high: 3, highHigh: 4 }))).toEqual([]);
  expect(paths(modbus({ lowLow: 1, highHigh: 4 }))).toEqual([]);
  expect(paths(modbus({ low: 5, high: 5 }))).toEqual(['points.0.limits.high']);
  expect(paths(modbus({ high: 9, highHigh: 8 }))).toEqual(['points.0.limits.highHigh']);
});

it('limits are of numbers', () => {
  const limits = { high: 3 };
  const bits = device({
    adapter: 'modbus-tcp',
    link,
    points: [
      { name: 'a', table: 'coil', address: 0, type: 'bool', limits },
      { name: 'b', table: 'holding', address: 0, type: 'string', length: 2, limits },
      { name: 'c', table: 'holding', address: 4, limits },
    ],
  });
  expect(paths(bits)).toEqual(['points.0.limits', 'points.1.limits']);
  const points = [
    { name: 'a', field: { type: 'hex' }, limits },
    { name: 'b', field: { type: 'uint8' }, limits },
  ];
  expect(paths(device({ adapter: 'frames', link, framing: { by: 'silence', ms: 10 }, points }))).toEqual(['points.0.limits']);
  const text = device({ adapter: 'mqtt', points: [{ name: 'a', topic: 't', type: 'text', limits }] });
  expect(paths(text)).toEqual(['points.0.limits']);
});

it('commands write points that are there and writable, and have their own names', () => {
  const write = (name: string, point: string) => ({ name, do: { kind: 'write', point, value: 1 } });
  expect(paths(modbus({}, { commands: [write('a', 't'), write('b', 'u'), write('a', 't')] }))).toEqual([
    'commands.0.do.point',
    'commands.1.do.point',
    'commands.2.name',
    'commands.2.do.point',
  ]);
});

it('MQTT points are read in one way, and written to a topic that can be published to', () => {
  const own = device({
    adapter: 'mqtt',
    points: [
      { name: 'a', topic: 'x/+', json: 't', field: { type: 'uint8' } },
      { name: 'b', topic: 'x/y', write: { topic: 'x/+/set' } },
      { name: 'c', topic: 'x/y', json: 't', write: { topic: 'x/set' } },
      { name: 'd', topic: 'x/y', json: 'a..b' },
      { name: 'e', topic: 'x/y', field: { type: 'uint8', mask: 1, length: 2 } },
    ],
    commands: [{ name: 'c', do: { kind: 'write', point: 'c' } }],
  });
  expect(paths(own)).toEqual(['points.0.field', 'points.1.write.topic', 'points.3.json', 'points.4.field.length']);
});

it('a device has no id that is a place of the console', () => {
  expect(paths(modbus({}, { id: 'report' }))).toEqual(['id']);
  expect(paths(modbus({}, { id: 'reports' }))).toEqual([]);
});
