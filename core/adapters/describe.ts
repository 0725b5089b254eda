import type { DeviceConfig } from '../contract/document/devices.ts';
import type { LinkConfig } from '../contract/document/links.ts';

const PARITY_LETTER = { none: 'N', even: 'E', odd: 'O' } as const;

function describeLink(link: LinkConfig): string {
  switch (link.kind) {
    case 'serial':
      return `${link.path}, ${link.baudRate} ${link.dataBits}${PARITY_LETTER[link.parity]}${link.stopBits}`;
    case 'tcp':
      return `${link.host}:${link.port}`;
    case 'rfc2217':
      return `${link.host}:${link.port} (RFC 2217), ${link.baudRate} ${link.dataBits}${PARITY_LETTER[link.parity]}${link.stopBits}`;
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
