import { type DeviceConfig, isModbus, type ModbusDeviceConfig } from '../contract/document/devices.ts';
import type { LinkConfig } from '../contract/document/links.ts';
import type { CrossFault } from './cross-fault.ts';
import { samePort } from './shared-ports.ts';

function sameLine(a: LinkConfig, b: LinkConfig): boolean {
  if (a.kind === 'serial') return b.kind === 'serial' && samePort(a, b);
  if (a.kind === 'simulated' || b.kind === 'simulated' || b.kind === 'serial') return false;
  return a.host === b.host && a.port === b.port;
}

const registersOf = ({ points }: ModbusDeviceConfig): string =>
  [...new Set(points.map(({ table, address }) => `${table} ${address}`))].sort().join(', ');

/**
 * A device that was copied and kept the unit id of the first: both would show the values of one. Two devices that read different registers
 * of one unit are two parts of it, and sound.
 */
export function sameUnits(devices: readonly DeviceConfig[]): readonly CrossFault[] {
  const before: ModbusDeviceConfig[] = [];
  return devices.flatMap((device, i): CrossFault[] => {
    if (!device.enabled || !isModbus(device)) return [];
    const first = before.find(
      (one) => one.unit === device.unit && sameLine(one.link, device.link) && registersOf(one) === registersOf(device),
    );
    before.push(device);
    if (!first) return [];
    return [
      {
        path: ['devices', i, 'unit'],
        message: `"${first.id}" reads the same registers of unit ${device.unit} on this line already.`,
        remedy: 'Give the unit id that is set at this device, or remove one of the two.',
      },
    ];
  });
}
