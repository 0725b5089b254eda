import type { DeviceConfig } from '../../contract/document/devices.ts';
import type { TcpLinkConfig } from '../../contract/document/links.ts';

/** A Modbus TCP device of the document. */
export type TcpDevice = Extract<DeviceConfig, { readonly adapter: 'modbus-tcp' }> & { readonly link: TcpLinkConfig };

export const isTcpDevice = (device: DeviceConfig): device is TcpDevice =>
  device.adapter === 'modbus-tcp' && device.link.kind === 'tcp';

export const placeOf = ({ host, port }: { readonly host: string; readonly port: number }): string => `${host}:${port}`;

/** What tells hardware apart from other hardware of its kind. */
export interface Hardware {
  readonly by: 'mac' | 'serial';
  /** A MAC address, or `<vendor>/<product>/<serial number>`. */
  readonly is: string;
}

/** Hardware with the unit in it: a gateway has many units behind one MAC address. `mac:00:80:f4:12:34:56 1`, `serial:ACME/PLC-9/4711 1`. */
export const identityOf = ({ by, is }: Hardware, unit: number): string => `${by}:${is} ${unit}`;

const LONGEST = 190;

/** By its serial number, for which its maker and product stand: serial numbers of two makers may be the same. */
export function serialHardware(who: {
  readonly vendor: string;
  readonly product: string;
  readonly serial?: string | undefined;
}): Hardware | undefined {
  if (who.serial === undefined || who.vendor === '' || who.product === '') return undefined;
  const is = [who.vendor, who.product, who.serial].join('/');
  return is.length > LONGEST ? undefined : { by: 'serial', is };
}

/** What a device of the document was recognised by when it was commissioned; undefined where that is nothing but its place. */
export function hardwareOf({
  identity = '',
}: Pick<DeviceConfig, 'identity'>): (Hardware & { readonly unit: number }) | undefined {
  const [, by, is, unit] = /^(mac|serial):(.+) (\d{1,3})$/.exec(identity) ?? [];
  if (is === undefined || (by !== 'mac' && by !== 'serial')) return undefined;
  return { by, is, unit: Number(unit) };
}

/** Whether an identity was made by the gateway of what a device is or where it was, and may be made anew. What a person wrote is not. */
export const isOurs = (identity: string | undefined): boolean =>
  identity === undefined || identity.startsWith('modbus-tcp:') || hardwareOf({ identity }) !== undefined;

/** Words for a person: `MAC address 00:80:f4:12:34:56`. */
export const hardwareWords = ({ by, is }: Hardware): string =>
  by === 'mac' ? `MAC address ${is}` : `serial number ${is.slice(is.lastIndexOf('/') + 1)}`;
