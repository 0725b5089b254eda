import type { DeviceConfig } from './devices.ts';

/** MQTT points are written by publishing; all others say plainly that they may be written. */
export const isWritablePoint = (point: DeviceConfig['points'][number]): boolean =>
  ('writable' in point && point.writable) || ('write' in point && point.write !== undefined);
