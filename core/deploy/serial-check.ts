import type { DeviceConfig } from '../contract/document/devices.ts';
import type { FramesDeviceConfig, ScannerDeviceConfig } from '../contract/document/serial-devices.ts';
import type { CrossFault } from './cross-fault.ts';
import type { Path } from './document-path.ts';
import { fieldFaults } from './field-check.ts';

function scannerFaults(device: ScannerDeviceConfig, at: Path): readonly CrossFault[] {
  if (device.symbology !== 'table' || Object.keys(device.symbologies ?? {}).length > 0) return [];
  return [
    {
      path: [...at, 'symbologies'],
      message: 'The symbology stands in a table, and there is no table.',
      remedy: 'List the letters before the code and what they mean, or use "aim" or "none".',
    },
  ];
}

function framingFaults({ framing, checksum, ask, maxLength }: FramesDeviceConfig, at: Path): readonly CrossFault[] {
  const faults: CrossFault[] = [];
  if (framing.by === 'length' && framing.sync === undefined && checksum === undefined && ask === undefined) {
    faults.push({
      path: [...at, 'framing'],
      message: 'Frames that have only a length cannot be found again after one lost byte.',
      remedy: 'Name the bytes that they begin with (sync), or their checksum.',
    });
  }
  if (framing.by === 'length' && framing.length > maxLength) {
    faults.push({
      path: [...at, 'maxLength'],
      message: `Frames of ${framing.length} bytes are longer than maxLength.`,
      remedy: 'Raise maxLength.',
    });
  }
  if (framing.by === 'delimiter' && framing.start !== undefined && plain(framing.start) === plain(framing.end)) {
    faults.push({
      path: [...at, 'framing', 'start'],
      message: 'Start and end are the same: every other frame would be lost.',
      remedy: 'Leave the start out.',
    });
  }
  return faults;
}
const plain = (hex: string): string => hex.replace(/\s/g, '').toLowerCase();

/** What these kinds of device can do; the others have no actions. */
const ACTIONS: Readonly<Partial<Record<DeviceConfig['adapter'], readonly string[]>>> = {
  scale: ['tare', 'clear-tare', 'zero'],
  printer: ['print', 'cut', 'feed', 'drawer', 'test-page'],
  obd: ['clear-codes'],
};

function actionFaults(device: DeviceConfig, at: Path): readonly CrossFault[] {
  const known = ACTIONS[device.adapter] ?? [];
  return (device.commands ?? []).flatMap(({ do: what }, i): CrossFault[] =>
    what.kind !== 'action' || known.includes(what.action)
      ? []
      : [
          {
            path: [...at, 'commands', i, 'do', 'action'],
            ...(known.length === 0
              ? {
                  message: `This kind of device has no actions, so it cannot "${what.action}".`,
                  remedy: 'Use a command of the kind "write" with one of its points.',
                }
              : { message: `This kind of device cannot "${what.action}".`, remedy: `It can: ${known.join(', ')}.` }),
          },
        ],
  );
}

/** Faults of devices with serial protocols that a schema cannot see. */
export function serialFaults(device: DeviceConfig, at: Path): readonly CrossFault[] {
  if (device.adapter === 'scanner') return [...scannerFaults(device, at), ...actionFaults(device, at)];
  if (device.adapter !== 'frames') return actionFaults(device, at);
  const frame = device.framing.by === 'length' ? device.framing.length : undefined;
  return [
    ...framingFaults(device, at),
    ...actionFaults(device, at),
    ...device.points.flatMap(({ field }, i) => fieldFaults(field, frame, [...at, 'points', i, 'field'])),
  ];
}
