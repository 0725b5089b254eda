import type { ModbusDeviceConfig, ModbusPointConfig } from '../contract/document/devices.ts';
import type { CrossFault } from './cross-fault.ts';
import type { Path } from './document-path.ts';

/** Registers that a value of this type takes; a string takes its length. */
export const wordsOf = ({ type, length }: Pick<ModbusPointConfig, 'type'> & { readonly length?: number | undefined }): number =>
  type === 'string' ? (length ?? 1) : type.endsWith('64') ? 4 : type.endsWith('32') ? 2 : 1;

const NUMBERS_OF_16_BITS: readonly string[] = ['int16', 'uint16'];

/** What fits no type: a setting that would be passed over in silence. */
function settingFaults(point: ModbusPointConfig, path: Path): readonly CrossFault[] {
  const faults: CrossFault[] = [];
  if (point.mask !== undefined && !NUMBERS_OF_16_BITS.includes(point.type)) {
    faults.push({
      path: [...path, 'mask'],
      message: `A mask chooses bits of a 16-bit integer, not of ${point.type}.`,
      remedy: 'Use the type uint16, or bool with "bit".',
    });
  }
  if (point.length !== undefined && point.type !== 'string') {
    faults.push({
      path: [...path, 'length'],
      message: `Only a string has a length; ${point.type} has its own.`,
      remedy: 'Remove it, or use the type string.',
    });
  }
  if (point.type === 'string' && (point.scale !== 1 || point.offset !== 0)) {
    faults.push({
      path: [...path, point.scale === 1 ? 'offset' : 'scale'],
      message: 'A text has no scale and no offset.',
      remedy: 'Remove them, or use the type of a number.',
    });
  }
  return faults;
}

function pointFaults(point: ModbusPointConfig, path: Path): readonly CrossFault[] {
  const faults: CrossFault[] = [];
  const bits = point.table === 'coil' || point.table === 'discrete';
  if (bits && point.type !== 'bool') {
    faults.push({
      path: [...path, 'type'],
      message: `A ${point.table} holds one bit, not ${point.type}.`,
      remedy: 'Use the type bool.',
    });
  }
  if (!bits && point.type === 'bool' && point.bit === undefined) {
    faults.push({
      path: [...path, 'bit'],
      message: 'A bool in a register needs the number of its bit.',
      remedy: 'Set "bit" to 0..15.',
    });
  }
  if (point.address + wordsOf(point) > 65536) {
    faults.push({
      path: [...path, 'address'],
      message: `${point.type} at ${point.address} reaches beyond the last address 65535.`,
      remedy: 'Check the address: it is counted from 0.',
    });
  }
  if (point.writable && (point.table === 'input' || point.table === 'discrete')) {
    faults.push({
      path: [...path, 'writable'],
      message: `A point in the table "${point.table}" cannot be written.`,
      remedy: 'Use the table holding or coil, or remove "writable".',
    });
  }
  if (point.scale === 0)
    faults.push({
      path: [...path, 'scale'],
      message: 'A scale of 0 makes every value 0.',
      remedy: 'Give the factor, e.g. 0.1.',
    });
  return [...faults, ...settingFaults(point, path)];
}

/** Faults of a Modbus device that a schema cannot see. */
export function modbusFaults(device: ModbusDeviceConfig, at: Path): readonly CrossFault[] {
  const faults: CrossFault[] = [];
  if (device.adapter === 'modbus-tcp' && device.link.kind !== 'tcp') {
    faults.push({
      path: [...at, 'link', 'kind'],
      message: 'Modbus TCP needs a link of kind "tcp".',
      remedy: 'Use kind tcp, or the adapter modbus-rtu.',
    });
  }
  if (device.adapter !== 'modbus-tcp' && device.unit === 0) {
    faults.push({
      path: [...at, 'unit'],
      message: 'Unit 0 is all units of a serial line at once: none of them answers, so it cannot be polled.',
      remedy: 'Give the unit id that is set at the device, 1 to 247; a scan of the line finds it.',
    });
  }
  if (device.breaker && device.breaker.firstProbeMs > device.breaker.maxProbeMs) {
    faults.push({
      path: [...at, 'breaker', 'firstProbeMs'],
      message: 'The first probe comes later than probes may be apart at most.',
      remedy: 'Make firstProbeMs smaller than maxProbeMs.',
    });
  }
  return [...faults, ...device.points.flatMap((point, i) => pointFaults(point, [...at, 'points', i]))];
}
