import type { DeviceConfig } from '../contract/document/devices.ts';
import type { LinkConfig } from '../contract/document/links.ts';
import { lineSettings, linkLabel } from '../transports/link-label.ts';

function describeLink(link: LinkConfig): string {
  switch (link.kind) {
    case 'serial':
    case 'tcp':
      return linkLabel(link);
    case 'rfc2217':
      return `${link.host}:${link.port} (RFC 2217), ${lineSettings(link)}`;
    case 'simulated':
      return `simulated ${link.model}`;
  }
}

/** The connection of a device for people: `/dev/ttyUSB0, 9600 8N1, unit 3`. */
export function describeConnection(config: DeviceConfig): string {
  switch (config.adapter) {
    case 'modbus-rtu':
    case 'modbus-tcp':
    case 'modbus-ascii':
      return `${describeLink(config.link)}, unit ${config.unit}`;
    case 'line':
    case 'nmea':
    case 'obd':
    case 'scanner':
    case 'scale':
    case 'printer':
    case 'frames':
      return describeLink(config.link);
    case 'simulated':
      return `simulated ${config.model}`;
    case 'ble':
      return `Bluetooth ${config.address}, ${config.mode === 'advert' ? 'advertisements' : 'connected'}`;
    case 'mqtt':
      return config.client === undefined ? 'local broker' : `local broker, client ${config.client}`;
    case 'sparkplug':
      return `Sparkplug ${[config.group, config.node, ...(config.device === undefined ? [] : [config.device])].join('/')}`;
  }
}
