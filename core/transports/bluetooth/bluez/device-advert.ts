import type { Advert } from '../radio.ts';
import { bytesIn, type ObjectChange, type Properties, textIn, textsIn } from './objects.ts';

const BASE = /^0000([0-9a-f]{4})-0000-1000-8000-00805f9b34fb$/;
/** What BlueZ writes where the radio does not know the strength. */
const UNKNOWN_RSSI = 127;
const HEARD = ['RSSI', 'ManufacturerData', 'ServiceData'];

/** `2a37` for UUIDs of the Bluetooth SIG, in full and lower case for all others. */
export function shortUuid(uuid: string): string {
  const lower = uuid.toLowerCase();
  return BASE.exec(lower)?.[1] ?? lower;
}

/** `hci0` of `/org/bluez/hci0/dev_AA_...`. */
export const radioOf = (path: string): string => path.split('/')[3] ?? '';

/** Whether a change of a device means that it was heard just now. A device that was only remembered has no strength. */
export const isHeard = ({ kind, names }: ObjectChange): boolean =>
  kind === 'added' ? names.has('RSSI') : kind === 'changed' && HEARD.some((name) => names.has(name));

function strengthOf(properties: Properties, name: string): number | null {
  const value = properties.get(name);
  return typeof value === 'number' && value !== UNKNOWN_RSSI ? value : null;
}

/** A name that a device made up for itself: BlueZ writes the address with dashes where there is none. */
function nameOf(properties: Properties, address: string): string {
  const alias = textIn(properties, 'Name') || textIn(properties, 'Alias');
  return alias === address.replaceAll(':', '-') ? '' : alias.replace(/\p{Cc}/gu, '').slice(0, 64);
}

/** BlueZ keeps what a device sent before beside what it sends now: a device may send two frames in turns, or stop one of them. */
function staleOf({ names }: ObjectChange): Advert['stale'] {
  const [manufacturer, services] = [names.has('ManufacturerData'), names.has('ServiceData')];
  return manufacturer === services ? undefined : manufacturer ? 'services' : 'manufacturer';
}

/** What BlueZ knows of a device, as the advertisement that was heard last. Undefined where it is no device. */
export function advertOf(change: ObjectChange, properties: Properties, heardAt: number): Advert | undefined {
  const { path, names } = change;
  const address = textIn(properties, 'Address').toUpperCase();
  if (address === '') return undefined;
  const stale = staleOf(change);
  return {
    address,
    addressType: textIn(properties, 'AddressType') === 'public' ? 'public' : 'random',
    radio: radioOf(path),
    name: nameOf(properties, address),
    rssi: strengthOf(properties, 'RSSI'),
    txPower: strengthOf(properties, 'TxPower'),
    manufacturer: new Map(bytesIn(properties, 'ManufacturerData').map(([company, bytes]) => [Number(company), bytes])),
    services: new Map(bytesIn(properties, 'ServiceData').map(([uuid, bytes]) => [shortUuid(uuid), bytes])),
    uuids: textsIn(properties, 'UUIDs').map(shortUuid),
    // With `DuplicateData` BlueZ repeats these two whenever a packet had them, changed or not.
    strengthOnly: !names.has('ManufacturerData') && !names.has('ServiceData'),
    ...(stale && { stale }),
    heardAt,
  };
}
