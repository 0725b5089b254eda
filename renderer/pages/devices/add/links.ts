import type { LinkConfig, PortBindingConfig } from '../../../../core/contract/document/links.ts';
import type { PortView } from '../../../../core/contract/field-views.ts';

export type BindBy = 'usb' | 'physical' | 'path';

export interface LineSettings {
  readonly baudRate: number;
  readonly parity: 'none' | 'even' | 'odd';
  readonly stopBits: 1 | 2;
  readonly dataBits: 7 | 8;
}

/** How a port can be remembered, the surest first: an adapter with a serial number is known everywhere. */
export function bindsOf(port: PortView): readonly BindBy[] {
  const usb = /^[0-9a-f]{4}:[0-9a-f]{4}$/.test(port.usbId);
  const binds: BindBy[] = [];
  if (usb && port.serialNumber !== '') binds.push('usb');
  if (port.physicalPath !== '') binds.push('physical');
  if (usb && port.serialNumber === '') binds.push('usb');
  binds.push('path');
  return binds;
}

function bindingOf(port: PortView, by: BindBy): PortBindingConfig | undefined {
  if (by === 'path') return undefined;
  if (by === 'physical') return { by: 'physical', path: port.physicalPath };
  const [vendor = '', product = ''] = port.usbId.split(':');
  // `usb:<vendor>:<product>:<serial>:<interface>`
  const number = Number(port.id.startsWith('usb:') ? port.id.split(':').at(-1) : Number.NaN);
  return {
    by: 'usb',
    vendor,
    product,
    ...(port.serialNumber === '' ? {} : { serial: port.serialNumber }),
    ...(Number.isInteger(number) && number > 0 ? { interface: number } : {}),
  };
}

export function serialLink(port: PortView, by: BindBy, settings: LineSettings): LinkConfig {
  const bind = bindingOf(port, by);
  return {
    kind: 'serial',
    path: by === 'path' && port.stablePath !== '' ? port.stablePath : port.path,
    ...(bind ? { bind } : {}),
    ...settings,
    rtscts: false,
  };
}

export function networkLink(kind: 'tcp' | 'rfc2217', host: string, port: number, settings: LineSettings): LinkConfig {
  const at = { host, port, connectTimeoutMs: 5000 };
  return kind === 'tcp' ? { kind, ...at } : { kind, ...at, ...settings };
}

/** The port that a link was made of, and how it is remembered; null where it is not there any more. */
export function portOfLink(link: LinkConfig | null, ports: readonly PortView[]): { port: PortView; by: BindBy } | null {
  if (link?.kind !== 'serial') return null;
  const port = ports.find((one) => one.path === link.path || one.stablePath === link.path);
  return port === undefined ? null : { port, by: link.bind?.by ?? 'path' };
}

/** A line with the place it is at, for the head of a step. */
export function placeOf(link: LinkConfig): string {
  switch (link.kind) {
    case 'serial':
      return link.path;
    case 'simulated':
      return link.model;
    default:
      return `${link.host}:${link.port}`;
  }
}
