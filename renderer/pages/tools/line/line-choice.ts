import type { Input } from '../../../../core/contract/api.ts';
import type { PortView } from '../../../../core/contract/field-views.ts';

export type LinkInput = Input<'tool.open'>['link'];
export type Parity = 'none' | 'even' | 'odd';

/** What a person chose on the screen; becomes a link when it is whole. */
export interface LineChoice {
  readonly kind: 'serial' | 'tcp' | 'rfc2217';
  /** Id of the port in the view `ports`. */
  readonly port: string;
  readonly host: string;
  readonly tcpPort: string;
  readonly baudRate: string;
  readonly dataBits: '7' | '8';
  readonly parity: Parity;
  readonly stopBits: '1' | '2';
}

export const BAUD_RATES = [
  '1200',
  '2400',
  '4800',
  '9600',
  '19200',
  '38400',
  '57600',
  '115200',
  '230400',
  '460800',
  '921600',
] as const;

export const FIRST_CHOICE: LineChoice = {
  kind: 'serial',
  port: '',
  host: '',
  tcpPort: '',
  baudRate: '9600',
  dataBits: '8',
  parity: 'none',
  stopBits: '1',
};

const PARITY: Readonly<Record<string, Parity>> = { N: 'none', E: 'even', O: 'odd' };

/** The line settings that a port shows, `19200 8E1`; null where it shows none. */
export function settingsOf(words: string): Pick<LineChoice, 'baudRate' | 'dataBits' | 'parity' | 'stopBits'> | null {
  const found = /^(\d+) ([78])([NEO])([12])$/.exec(words);
  const [, baudRate, dataBits, letter = '', stopBits] = found ?? [];
  const parity = PARITY[letter];
  if (baudRate === undefined || parity === undefined) return null;
  return { baudRate, dataBits: dataBits === '7' ? '7' : '8', parity, stopBits: stopBits === '2' ? '2' : '1' };
}

/** The choice with another port, and the settings with which that is used now. */
export function withPort(choice: LineChoice, port: PortView): LineChoice {
  return { ...choice, kind: 'serial', port: port.id, ...settingsOf(port.settings) };
}

const isWhole = (text: string, least: number, most: number): boolean =>
  /^\d{1,7}$/.test(text) && Number(text) >= least && Number(text) <= most;

/** How long a device server may take to accept. */
const CONNECT_MS = 5000;

export type ChoiceFault = 'port' | 'gone' | 'host' | 'tcp-port' | 'baud';

/** The link of a choice, or which part of it is missing. */
export function linkOf(
  choice: LineChoice,
  ports: readonly PortView[],
): { readonly link: LinkInput } | { readonly fault: ChoiceFault } {
  const settings = {
    baudRate: Number(choice.baudRate),
    dataBits: choice.dataBits === '7' ? 7 : 8,
    parity: choice.parity,
    stopBits: choice.stopBits === '2' ? 2 : 1,
  } as const;
  if (choice.kind !== 'tcp' && !isWhole(choice.baudRate, 50, 4_000_000)) return { fault: 'baud' };
  if (choice.kind === 'serial') {
    const port = ports.find(({ id }) => id === choice.port);
    if (!port) return { fault: 'port' };
    return port.present ? { link: { kind: 'serial', path: port.path, ...settings, rtscts: false } } : { fault: 'gone' };
  }
  const host = choice.host.trim();
  if (host === '') return { fault: 'host' };
  if (!isWhole(choice.tcpPort, 1, 65_535)) return { fault: 'tcp-port' };
  const at = { host, port: Number(choice.tcpPort), connectTimeoutMs: CONNECT_MS };
  return { link: choice.kind === 'tcp' ? { kind: 'tcp', ...at } : { kind: 'rfc2217', ...at, ...settings } };
}

const LETTER: Readonly<Record<Parity, string>> = { none: 'N', even: 'E', odd: 'O' };

/** A link in one line: `/dev/ttyUSB0, 9600 8N1`, `10.0.0.7:4001`. */
export function lineWords(link: LinkInput): string {
  if (link.kind === 'simulated') return link.model;
  const at = link.kind === 'serial' ? link.path : `${link.host}:${link.port}`;
  if (link.kind === 'tcp') return at;
  return `${at}, ${link.baudRate} ${link.dataBits}${LETTER[link.parity]}${link.stopBits}`;
}
