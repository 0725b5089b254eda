import type { DeviceConfig } from '../../contract/document/devices.ts';

const NMEA_STALE_MS = 10_000;
const BLE_STALE_MS = 60_000;
const STALE_POLLS = 3;
/** Below that the time of one event loop turn would make readings flicker. */
const STALE_AT_LEAST_MS = 1000;

/** How long the readings of a device stay fresh, in ms; undefined where it speaks only when something happens. */
export function staleAfter(config: DeviceConfig): number | undefined {
  if (config.staleAfterMs !== undefined) return config.staleAfterMs;
  switch (config.adapter) {
    case 'modbus-rtu':
    case 'modbus-tcp':
    case 'modbus-ascii':
    case 'obd':
    case 'scale':
      return Math.max(STALE_AT_LEAST_MS, config.pollMs * STALE_POLLS);
    case 'printer':
      return config.statusMs * STALE_POLLS;
    case 'frames':
      return config.ask && Math.max(STALE_AT_LEAST_MS, config.ask.everyMs * STALE_POLLS);
    case 'ble':
      return config.mode === 'gatt' ? Math.max(BLE_STALE_MS, config.pollMs * STALE_POLLS) : BLE_STALE_MS;
    case 'simulated':
      return Math.max(STALE_AT_LEAST_MS, config.intervalMs * STALE_POLLS);
    case 'nmea':
      return NMEA_STALE_MS;
    case 'line':
    case 'scanner':
    case 'mqtt':
    case 'sparkplug':
      return undefined;
  }
}
