import { type DeviceConfig, isModbus } from '../contract/document/devices.ts';
import type { PortBindingConfig, SerialLinkConfig } from '../contract/document/links.ts';
import { bindingKey } from '../transports/ports/port-match.ts';
import type { CrossFault } from './cross-fault.ts';

/** Settings of a port that all who share it must agree on, in words. */
function settingsOf(link: SerialLinkConfig): string {
  const { baudRate, dataBits, parity, stopBits, rtscts, xonxoff, rs485 } = link;
  const more = [rtscts && ' RTS/CTS', xonxoff && ' XON/XOFF', rs485 && ` RS-485 (${rs485.mode})`].filter(Boolean).join('');
  return `${baudRate} ${dataBits}${parity[0]?.toUpperCase()}${stopBits}${more}`;
}

/** Whether one of udev's stable names is that of what a link is bound to: the socket, or the serial number and the interface. */
function isNameOf(path: string, bind: PortBindingConfig): boolean {
  if (bind.by === 'physical') return path.endsWith(`/serial/by-path/${bind.path}`);
  if (bind.serial === undefined || !path.includes('/serial/by-id/')) return false;
  return path.includes(`_${bind.serial}-if${String(bind.interface ?? 0).padStart(2, '0')}`);
}

/**
 * As far as a document tells. What is bound twice to different adapters are two ports, though both may have had one name when they were
 * commissioned; a plain name is taken for the port that had it then.
 */
export function samePort(a: SerialLinkConfig, b: SerialLinkConfig): boolean {
  if (a.bind && b.bind) return bindingKey(a.bind) === bindingKey(b.bind);
  const bind = a.bind ?? b.bind;
  return a.path === b.path || (bind !== undefined && isNameOf(a.bind ? b.path : a.path, bind));
}

interface First {
  readonly device: DeviceConfig;
  readonly link: SerialLinkConfig;
}

/** Two devices on one serial port (those that are switched off do not count) must agree on its settings, and only Modbus units can share it. */
export function sharedPorts(devices: readonly DeviceConfig[]): readonly CrossFault[] {
  const firsts: First[] = [];
  return devices.flatMap((device, i): CrossFault[] => {
    if (!device.enabled || !('link' in device) || device.link.kind !== 'serial') return [];
    const { link } = device;
    const known = firsts.find((one) => samePort(one.link, link));
    if (!known) {
      firsts.push({ device, link });
      return [];
    }
    if (!isModbus(device) || known.device.adapter !== device.adapter) {
      return [
        {
          path: ['devices', i, 'link', 'path'],
          message: `The port ${link.path} is used by "${known.device.id}" already.`,
          remedy: 'Only Modbus units of one framing can share a port.',
        },
      ];
    }
    const [theirs, own] = [settingsOf(known.link), settingsOf(link)];
    if (theirs === own) return [];
    return [
      {
        path: ['devices', i, 'link'],
        message: `The port ${link.path} is ${theirs} for "${known.device.id}" and ${own} here.`,
        remedy: 'Give all units on one port the same settings.',
      },
    ];
  });
}
