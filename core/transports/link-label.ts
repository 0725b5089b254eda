import type { LinkConfig, SerialLinkConfig } from '../contract/document/links.ts';

const PARITY_LETTER = { none: 'N', even: 'E', odd: 'O' } as const;

/** `9600 8N1` */
export const lineSettings = (config: Pick<SerialLinkConfig, 'baudRate' | 'dataBits' | 'parity' | 'stopBits'>): string =>
  `${config.baudRate} ${config.dataBits}${PARITY_LETTER[config.parity]}${config.stopBits}`;

/** A link for people: `/dev/ttyUSB0, 9600 8N1`, `10.0.0.5:502`. */
export function linkLabel(config: LinkConfig): string {
  switch (config.kind) {
    case 'serial':
      return `${config.path}, ${lineSettings(config)}`;
    case 'rfc2217':
      return `${config.host}:${config.port}, ${lineSettings(config)}`;
    case 'tcp':
      return `${config.host}:${config.port}`;
    case 'simulated':
      return config.model;
  }
}
