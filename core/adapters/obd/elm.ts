/** What an ELM327 gave for one request, up to its prompt. */
export type ElmAnswer =
  /** One message from each control unit that answered. */
  | { readonly kind: 'data'; readonly messages: readonly Uint8Array[] }
  /** The answer to an AT command. */
  | { readonly kind: 'text'; readonly text: string }
  /** The adapter works, the vehicle does not answer. */
  | { readonly kind: 'no-vehicle'; readonly why: string }
  | { readonly kind: 'no-data' }
  /** The adapter does not know the command. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'damaged'; readonly why: string };

/** Words of the data sheet ("Error Messages and Alerts"), and what a technician is told. */
const NO_VEHICLE: readonly (readonly [RegExp, string])[] = [
  [/^UNABLE TO CONNECT/, 'no protocol fits: is the ignition on?'],
  [/BUS INIT: ?(\.\.\.)?ERROR|^BUS ?INIT.*ERROR/, 'the bus could not be started: is the ignition on?'],
  [/^CAN ERROR/, 'the CAN bus does not answer: is the ignition on, and the plug in?'],
  [/^BUS ERROR/, 'the bus has the wrong level: check the plug'],
  [/^BUS BUSY/, 'the bus is too busy'],
  [/^FB ERROR/, 'the adapter cannot drive the bus'],
];
const DAMAGED: readonly (readonly [RegExp, string])[] = [
  [/DATA ERROR/, 'the adapter heard a damaged message'],
  [/<RX ERROR/, 'the adapter heard a damaged message'],
  [/BUFFER FULL/, 'more came than the adapter can hold'],
  [/^STOPPED/, 'the adapter was interrupted'],
  [/^LV RESET/, 'the adapter was reset: its supply was too low'],
  [/^(ACT ALERT|!ACT ALERT|LP ALERT|!LP ALERT)/, 'the adapter goes to sleep'],
  [/^ERR\d\d/, 'the adapter reports an internal error'],
];
const HEX = /^(?:[0-9A-F]{2})+$/;
const MAX_MESSAGE = 4095;

const findWords = (lines: readonly string[], table: readonly (readonly [RegExp, string])[]): string | undefined =>
  table.find(([pattern]) => lines.some((line) => pattern.test(line)))?.[1];

const toBytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

/** Lines without the echo, and without what the adapter says while it looks for the protocol. */
function linesOf(text: string, command: string): string[] {
  const plain = command.replace(/\s/g, '').toUpperCase();
  return text
    .replace(/\0/g, '') // the data sheet warns that a stray zero byte may be inserted
    .split(/[\r\n]+/)
    .map((line) =>
      line
        .trim()
        .toUpperCase()
        .replace(/^SEARCHING\.*\s*/, '')
        .replace(/^BUS INIT: ?\.*OK\s*/, ''),
    )
    .filter((line) => line !== '' && line.replace(/\s/g, '') !== plain);
}

/** `014`, `0: 49 02 01 ...`, `1: ...`: a message in several frames (ISO 15765-2) as the adapter shows it without headers. */
function joinFrames(lines: readonly string[]): Uint8Array | string {
  const length = Number.parseInt(lines[0] ?? '', 16);
  let hex = '';
  for (const [i, line] of lines.slice(1).entries()) {
    const match = /^([0-9A-F]): ?((?:[0-9A-F]{2} ?)*)$/.exec(line);
    if (!match || Number.parseInt(match[1] ?? '', 16) !== i % 16) return 'the parts of a message are not in order';
    hex += (match[2] ?? '').replace(/ /g, '');
  }
  if (length > MAX_MESSAGE || hex.length < length * 2) return 'a message is not whole';
  return toBytes(hex.slice(0, length * 2));
}

function dataOf(lines: readonly string[]): ElmAnswer {
  if (/^[0-9A-F]{3}$/.test(lines[0] ?? '')) {
    const joined = joinFrames(lines);
    return typeof joined === 'string' ? { kind: 'damaged', why: joined } : { kind: 'data', messages: [joined] };
  }
  const hex = lines.map((line) => line.replace(/ /g, ''));
  if (!hex.every((line) => HEX.test(line))) return { kind: 'damaged', why: 'the answer is not made of hex digits' };
  return { kind: 'data', messages: hex.map(toBytes) };
}

/**
 * What stands before the prompt `>`, by the ELM327 data sheet (v1.0 to v2.3 and what imitates it): echo on or off, spaces on or off,
 * headers off. Pure; never throws.
 */
export function decodeElm(text: string, command: string): ElmAnswer {
  const lines = linesOf(text, command);
  if (lines.some((line) => line === '?')) return { kind: 'unknown' };
  const damaged = findWords(lines, DAMAGED);
  if (damaged !== undefined) return { kind: 'damaged', why: damaged };
  const noVehicle = findWords(lines, NO_VEHICLE);
  if (noVehicle !== undefined) return { kind: 'no-vehicle', why: noVehicle };
  if (lines.some((line) => line.startsWith('NO DATA'))) return { kind: 'no-data' };
  if (/^AT/i.test(command)) return { kind: 'text', text: lines.join(' ') };
  return lines.length === 0 ? { kind: 'damaged', why: 'the answer is empty' } : dataOf(lines);
}

/** The messages that answer this mode (and PID), without those two bytes. A message `7F` is a refusal and answers nothing. */
export function payloadsOf(messages: readonly Uint8Array[], mode: number, pid?: number): Uint8Array[] {
  return messages.flatMap((message) => {
    if (message[0] !== mode + 0x40 || (pid !== undefined && message[1] !== pid)) return [];
    return [message.subarray(pid === undefined ? 1 : 2)];
  });
}
