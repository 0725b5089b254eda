import type { DeviceConfig } from '../contract/document/devices.ts';
import { hasOwnSize, sizeOfField } from '../contract/document/field-size.ts';
import type { FieldFormatConfig } from '../contract/document/points.ts';
import type { FramesDeviceConfig, ScannerDeviceConfig } from '../contract/document/serial-devices.ts';
import type { CrossFault } from './cross-fault.ts';
import type { Path } from './document-path.ts';

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

/** Mistakes in the description of a field. `frame`: the length of the frames where it is known. */
function fieldFaults(field: FieldFormatConfig, frame: number | undefined, at: Path): readonly CrossFault[] {
  const faults: CrossFault[] = [];
  const add = (key: string, message: string, remedy: string): void => void faults.push({ path: [...at, key], message, remedy });
  const size = sizeOfField(field) ?? 1;
  if (hasOwnSize(field.type) && field.length !== undefined && field.length !== size) {
    add('length', `The type ${field.type} has ${size} bytes.`, 'Leave the length out, or use another type.');
  }
  if (field.mask !== undefined && !/^u?int\d/.test(field.type)) {
    add('mask', `A mask is for integers, not for ${field.type}.`, 'Leave the mask out.');
  }
  if (field.bit !== undefined && field.type !== 'bool') {
    add('bit', `One bit is a bool, not ${field.type}.`, 'Use the type bool, or a mask.');
  }
  if (field.type === 'bool' && (size > 4 || (field.bit ?? 0) >= size * 8)) {
    add('bit', `There is no bit ${field.bit ?? 0} in ${size} bytes that can be used.`, 'Use up to 4 bytes, bits from 0.');
  }
  if (field.scale === 0) add('scale', 'A scale of 0 makes every value 0.', 'Give the factor, e.g. 0.1.');
  const from = field.at < 0 && frame !== undefined ? frame + field.at : field.at;
  if ((frame !== undefined && (from < 0 || from + size > frame)) || (field.at < 0 && -field.at < size)) {
    add(
      'at',
      `The field reaches beyond the frame${frame === undefined ? '' : ` of ${frame} bytes`}.`,
      'Count from 0, or from the end with -1.',
    );
  }
  return faults;
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

/** What these kinds of device can do; the others take no actions of this level. */
const ACTIONS: Readonly<Partial<Record<DeviceConfig['adapter'], readonly string[]>>> = {
  scale: ['tare', 'clear-tare', 'zero'],
  printer: ['print', 'cut', 'feed', 'drawer', 'test-page'],
  obd: ['clear-codes'],
};

function actionFaults(device: DeviceConfig, at: Path): readonly CrossFault[] {
  const known = ACTIONS[device.adapter];
  if (!known) return [];
  return (device.commands ?? []).flatMap(({ do: what }, i): CrossFault[] =>
    what.kind !== 'action' || known.includes(what.action)
      ? []
      : [
          {
            path: [...at, 'commands', i, 'do', 'action'],
            message: `This kind of device cannot "${what.action}".`,
            remedy: `It can: ${known.join(', ')}.`,
          },
        ],
  );
}

/** Faults of devices with serial protocols that a schema cannot see. */
export function serialFaults(device: DeviceConfig, at: Path): readonly CrossFault[] {
  if (device.adapter === 'scanner') return scannerFaults(device, at);
  if (device.adapter !== 'frames') return actionFaults(device, at);
  const frame = device.framing.by === 'length' ? device.framing.length : undefined;
  return [
    ...framingFaults(device, at),
    ...device.points.flatMap(({ field }, i) => fieldFaults(field, frame, [...at, 'points', i, 'field'])),
  ];
}
