import { ADVERT_FACTS, GATT_FACTS, isFactOf } from '../contract/document/ble-facts.ts';
import type { DeviceConfig } from '../contract/document/devices.ts';
import type { BleDeviceConfig, BlePointConfig } from '../contract/document/wireless-devices.ts';
import { type CrossFault, knownWords } from './cross-fault.ts';
import type { Path } from './document-path.ts';
import { fieldFaults } from './field-check.ts';

const STRENGTH = 'rssi';
const HEARD_ONLY = 'A device that is only listened to has no characteristics, and cannot be written.';

/** What cannot be meant for a device that nothing is ever sent to. */
function connectedOnly(point: BlePointConfig): string | undefined {
  if (point.writable) return 'writable';
  return (['characteristic', 'service', 'field', 'by'] as const).find((key) => point[key] !== undefined);
}

function advertFaults({ decoder }: BleDeviceConfig, point: BlePointConfig, at: Path): readonly CrossFault[] {
  const key = connectedOnly(point);
  if (key !== undefined) {
    return [{ path: [...at, key], message: HEARD_ONLY, remedy: 'Remove it, or set the mode "gatt" to connect.' }];
  }
  const known = decoder === 'auto' ? [...new Set(Object.values(ADVERT_FACTS).flat())] : ADVERT_FACTS[decoder];
  if (point.value === STRENGTH || isFactOf(known, point.value)) return [];
  const message =
    decoder === 'auto'
      ? `No advertisement that can be decoded tells "${point.value}".`
      : `Advertisements of the format ${decoder} do not tell "${point.value}".`;
  return [{ path: [...at, 'value'], message, remedy: knownWords([...known, STRENGTH]) }];
}

/** A point that the standard characteristics must give: no bytes are described. */
function standardFaults({ value, characteristic }: BlePointConfig, at: Path): readonly CrossFault[] {
  if (characteristic === undefined) {
    const known = [...new Set(Object.values(GATT_FACTS).flat())];
    if (known.includes(value)) return [];
    const message =
      value === STRENGTH
        ? 'The strength of the signal is known only of advertisements, not of a connection.'
        : `No standard characteristic gives "${value}".`;
    return [
      { path: [...at, 'value'], message, remedy: `${knownWords(known)} Or name the characteristic and describe its bytes.` },
    ];
  }
  const given = GATT_FACTS[characteristic];
  if (!given) {
    const message = `The characteristic ${characteristic} is not a standard one that can be decoded.`;
    return [{ path: [...at, 'characteristic'], message, remedy: 'Describe its bytes in "field".' }];
  }
  if (given.includes(value)) return [];
  return [
    {
      path: [...at, 'value'],
      message: `The characteristic ${characteristic} does not give "${value}".`,
      remedy: knownWords(given),
    },
  ];
}

function gattFaults(point: BlePointConfig, at: Path): readonly CrossFault[] {
  const { characteristic, field, writable } = point;
  if (field === undefined) {
    const unwritable: CrossFault = {
      path: [...at, 'writable'],
      message: 'Only a characteristic that is named, and whose bytes are described, can be written.',
      remedy: 'Set "characteristic" and "field", or remove "writable".',
    };
    return [...standardFaults(point, at), ...(writable ? [unwritable] : [])];
  }
  const missing: CrossFault = {
    path: [...at, 'field'],
    message: 'The bytes are described, but not the characteristic that they stand in.',
    remedy: 'Name it in "characteristic", e.g. 2a37.',
  };
  return [...(characteristic === undefined ? [missing] : []), ...fieldFaults(field, undefined, [...at, 'field'])];
}

const ENCRYPTED: readonly BleDeviceConfig['decoder'][] = ['auto', 'bthome-v2', 'xiaomi', 'pvvx'];

/** A key that could never open anything. */
function keyFaults({ keySecret, mode, decoder }: BleDeviceConfig, at: Path): readonly CrossFault[] {
  if (keySecret === undefined) return [];
  const path = [...at, 'keySecret'];
  if (mode === 'gatt') {
    return [{ path, message: 'A key opens advertisements; this device is connected.', remedy: 'Remove it, or set "pair".' }];
  }
  if (ENCRYPTED.includes(decoder)) return [];
  const message = `Advertisements of the format ${decoder} are not encrypted with a key that can be set here.`;
  return [{ path, message, remedy: 'Remove "keySecret", or set the decoder "bthome-v2", "xiaomi" or "pvvx".' }];
}

/** Points of Bluetooth devices that could never have a value, and keys of no use: what a schema cannot see. */
export function bleFaults(device: DeviceConfig, at: Path): readonly CrossFault[] {
  if (device.adapter !== 'ble') return [];
  const faults = device.points.flatMap((point, i) => {
    const path = [...at, 'points', i];
    return device.mode === 'advert' ? advertFaults(device, point, path) : gattFaults(point, path);
  });
  return [...keyFaults(device, at), ...faults];
}
