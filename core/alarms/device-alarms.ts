import { limitWords } from '../contract/limit-words.ts';
import type { DeviceView, PointView } from '../contract/views.ts';
import type { AlarmCondition } from './alarms.ts';

type Device = Pick<DeviceView, 'id' | 'name' | 'ne107' | 'points' | 'health' | 'pausedBy'>;

const PRIORITIES: Readonly<Partial<Record<NonNullable<PointView['limit']>, AlarmCondition['priority']>>> = {
  'high-high': 'high',
  'low-low': 'high',
  high: 'low',
  low: 'low',
};
/** The text does not hold the value: it would be a new alarm with each reading. */
function limitCondition(device: Device, point: PointView): readonly AlarmCondition[] {
  const priority = point.limit === null ? undefined : PRIORITIES[point.limit];
  if (priority === undefined) return [];
  const message = `${device.name}: ${limitWords(point)}.`;
  return [{ source: `device:${device.id}`, code: 'point/limit', key: point.name, priority, message }];
}

/** A device that says of itself that it has failed or needs maintenance. One that is gone has an alarm of its own already. */
function stateCondition({ id, name, ne107, health, pausedBy }: Device): readonly AlarmCondition[] {
  if (health === 'offline' || pausedBy !== null || (ne107.state !== 'failure' && ne107.state !== 'maintenance')) return [];
  const words = ne107.state === 'failure' ? 'has failed' : 'needs maintenance';
  const priority = ne107.state === 'failure' ? 'high' : 'low';
  return [{ source: `device:${id}`, code: 'device/state', priority, message: `${name} ${words}: ${ne107.why}.` }];
}

/** What the values of the devices say that somebody should act on: limits, and states that devices report of themselves. */
export const deviceAlarms = (devices: Iterable<Device>): readonly AlarmCondition[] =>
  [...devices].flatMap((device) => [
    ...device.points.flatMap((point) => limitCondition(device, point)),
    ...stateCondition(device),
  ]);
