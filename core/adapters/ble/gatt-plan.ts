import { GatewayError } from '../../base/errors.ts';
import type { BleDeviceConfig, BlePointConfig } from '../../contract/document/wireless-devices.ts';
import type { BleConnection, GattCharacteristic } from '../../transports/bluetooth/radio.ts';
import { sourcesOf } from './characteristics.ts';

/** One characteristic of a connected device, and the points that it feeds. */
export interface Source {
  /** As `BleConnection` names it: `2a37`, or with its service where the document says so. */
  readonly name: string;
  readonly uuid: string;
  readonly by: 'notify' | 'read';
  readonly points: readonly BlePointConfig[];
}

const canNotify = ({ flags }: GattCharacteristic): boolean => flags.includes('notify') || flags.includes('indicate');

function characteristicOf(point: BlePointConfig, all: readonly GattCharacteristic[]): GattCharacteristic | undefined {
  const wanted = point.characteristic === undefined ? sourcesOf(point.value) : [point.characteristic];
  for (const uuid of wanted) {
    const found = all.find((one) => one.uuid === uuid && (point.service === undefined || one.service === point.service));
    if (found) return found;
  }
  return undefined;
}

/** What is asked of the device for its points. A point that it does not offer is named by a fault; where it offers none, that throws. */
export function planSources(
  config: BleDeviceConfig,
  { characteristics }: BleConnection,
  fault: (error: GatewayError) => void,
): Source[] {
  const sources = new Map<string, Source & { points: BlePointConfig[] }>();
  const missing: string[] = [];
  for (const point of config.points) {
    if (point.value === 'rssi' && point.characteristic === undefined) continue;
    const found = characteristicOf(point, characteristics);
    if (!found) {
      missing.push(point.name);
      continue;
    }
    const by = point.by ?? (canNotify(found) ? 'notify' : 'read');
    const name = point.service === undefined ? found.uuid : `${found.service}/${found.uuid}`;
    const known = sources.get(`${name} ${by}`);
    if (known) known.points.push(point);
    else sources.set(`${name} ${by}`, { name, uuid: found.uuid, by, points: [point] });
  }
  if (missing.length > 0) {
    const offered = characteristics.map(({ uuid }) => uuid).join(', ');
    const error = new GatewayError(
      'ble/gatt',
      `${config.name} offers nothing for ${missing.join(', ')}; it offers ${offered || 'nothing'}.`,
      {
        remedy: 'Look at what the device offers, and mend the points.',
      },
    );
    if (sources.size === 0) throw error;
    fault(error);
  }
  return [...sources.values()];
}
