import type { LineTry } from '../../contract/commission-views.ts';
import type { LinkConfig } from '../../contract/document/links.ts';

const PARITY_LETTER = { none: 'N', even: 'E', odd: 'O' } as const;

/** A line for people, without its settings: `/dev/ttyUSB0`, `10.0.0.7:502`. */
export function lineName(link: LinkConfig): string {
  switch (link.kind) {
    case 'serial':
      return link.path;
    case 'tcp':
    case 'rfc2217':
      return `${link.host}:${link.port}`;
    case 'simulated':
      return `simulated ${link.model}`;
  }
}

/** Whether baud rate and parity mean anything on this link. */
export const hasSettings = (link: LinkConfig): link is Extract<LinkConfig, { readonly baudRate: number }> =>
  link.kind === 'serial' || link.kind === 'rfc2217';

/** One way of talking, to be read after "asks": `at 19200 8E1`, `with Modbus ASCII at 9600 7E1`, `with Modbus TCP`. */
export function tryWords(line: LineTry, link: LinkConfig): string {
  const framing = `with Modbus ${line.framing.toUpperCase()}`;
  if (!hasSettings(link)) return framing;
  const settings = `at ${line.baudRate} ${line.dataBits}${PARITY_LETTER[line.parity]}${line.stopBits}`;
  return line.framing === 'rtu' ? settings : `${framing} ${settings}`;
}

/** The link with the settings of one way of talking. */
export function linkFor(link: LinkConfig, line: LineTry): LinkConfig {
  if (!hasSettings(link)) return link;
  const { baudRate, dataBits, parity, stopBits } = line;
  return { ...link, baudRate, dataBits, parity, stopBits };
}

/** The adapter that speaks this framing. */
export const ADAPTER_OF = { rtu: 'modbus-rtu', ascii: 'modbus-ascii', tcp: 'modbus-tcp' } as const;
