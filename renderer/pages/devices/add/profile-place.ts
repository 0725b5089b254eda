import type { Kind } from './kind-drafts.ts';

/** How the place of a device with this adapter is asked for; null: it can only be added from what was found. */
export function kindOfAdapter(adapter: string): Kind | 'ble' | null {
  switch (adapter) {
    case 'modbus-rtu':
    case 'modbus-ascii':
      return 'serial';
    case 'modbus-tcp':
      return 'tcp';
    case 'nmea':
    case 'scanner':
    case 'scale':
    case 'obd':
    case 'printer':
    case 'ble':
      return adapter;
    case 'line':
    case 'frames':
      return 'scanner'; // a port with line settings, as theirs
    default:
      return null;
  }
}
