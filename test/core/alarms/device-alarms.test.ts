import { expect, it } from 'vitest';
import { deviceAlarms } from '../../../core/alarms/device-alarms.ts';
import type { DeviceView, PointView } from '../../../core/contract/views.ts';

const point = (limit: PointView['limit'], value: number): PointView => ({
  name: 't',
  label: 'Temperature',
  unit: '°C',
  decimals: 1,
  value,
  quality: 'good',
  note: null,
  at: 1,
  series: 'devices/store/t',
  writable: false,
  limits: { lowLow: null, low: 0, high: 8, highHigh: 12 },
  limit,
  deadband: null,
});
type Device = Parameters<typeof deviceAlarms>[0] extends Iterable<infer D> ? D : never;
const store = (more: Partial<Device>): Device => ({
  id: 'store',
  name: 'Cold store',
  health: 'ok' as DeviceView['health'],
  pausedBy: null,
  ne107: { state: 'ok', why: '', since: 0 },
  points: [],
  ...more,
});

it('a value beyond a limit is an alarm of its point, heavier for the outer limits, with the same words for every value', () => {
  expect(deviceAlarms([store({ points: [point('high', 9)] })])).toEqual([
    {
      source: 'device:store',
      code: 'point/limit',
      key: 't',
      priority: 'low',
      message: 'Cold store: Temperature is above its high limit of 8 °C.',
    },
  ]);
  expect(deviceAlarms([store({ points: [point('high-high', 13)] })])).toMatchObject([{ priority: 'high' }]);
  expect(deviceAlarms([store({ points: [point('high', 9.5)] })])).toEqual(deviceAlarms([store({ points: [point('high', 9)] })]));
  expect(deviceAlarms([store({ points: [point('normal', 5), point(null, 5)] })])).toEqual([]);
});

it('a device that says it has failed or needs maintenance is one; out of specification and paused are not', () => {
  const with107 = (state: DeviceView['ne107']['state'], more: Partial<Device> = {}) =>
    deviceAlarms([store({ ne107: { state, why: 'Fault: true', since: 0 }, ...more })]);
  expect(with107('failure')).toMatchObject([
    { code: 'device/state', priority: 'high', message: 'Cold store has failed: Fault: true.' },
  ]);
  expect(with107('maintenance')).toMatchObject([{ priority: 'low' }]);
  expect(with107('out-of-spec')).toEqual([]);
  expect(with107('failure', { health: 'offline' })).toEqual([]);
  expect(with107('maintenance', { pausedBy: 'Terminal' })).toEqual([]);
});
