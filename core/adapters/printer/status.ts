/** What a printer says of itself. Undefined: not said yet. */
export interface PrinterStatus {
  readonly online?: boolean;
  readonly paper?: 'ok' | 'near-end' | 'out';
  readonly cover?: 'closed' | 'open';
  readonly error?: 'none' | 'cutter' | 'recoverable' | 'unrecoverable';
  /** Level at pin 3 of the drawer's plug; what it means depends on the drawer. */
  readonly drawer?: 'low' | 'high';
}

/** One answer in the stream of a printer, told apart by fixed bits ("transmission status identification" of Epson's reference). */
export type PrinterSaid =
  /** One byte, to DLE EOT. */
  | { readonly kind: 'real-time'; readonly byte: number }
  /** Four bytes, by itself when something changes (GS a). */
  | { readonly kind: 'asb'; readonly bytes: Uint8Array }
  /** One byte, to GS r: comes when all that was sent before it is done. */
  | { readonly kind: 'in-turn'; readonly byte: number }
  | { readonly kind: 'foreign'; readonly byte: number };

const ASB_LENGTH = 4;
/** XON and XOFF may stand anywhere, even inside a status of four bytes. */
const FLOW: ReadonlySet<number> = new Set([0x11, 0x13]);
const isRealTime = (byte: number): boolean => (byte & 0x93) === 0x12;
const beginsAsb = (byte: number): boolean => (byte & 0x93) === 0x10;
const isLow = (byte: number): boolean => (byte & 0x90) === 0;

/** Takes the stream apart. Holds at most the begin of one status of four bytes. */
export function createStatusReader(): { push(chunk: Uint8Array): PrinterSaid[] } {
  let held: number[] = [];
  function take(byte: number): PrinterSaid[] {
    if (held.length > 0 && isLow(byte)) {
      held.push(byte);
      if (held.length < ASB_LENGTH) return [];
      const bytes = Uint8Array.from(held);
      held = [];
      return [{ kind: 'asb', bytes }];
    }
    const broken = held.map((one): PrinterSaid => ({ kind: 'foreign', byte: one }));
    held = [];
    if (beginsAsb(byte)) held = [byte];
    else if (isRealTime(byte)) broken.push({ kind: 'real-time', byte });
    else broken.push({ kind: isLow(byte) ? 'in-turn' : 'foreign', byte });
    return broken;
  }
  return { push: (chunk) => [...chunk].filter((byte) => !FLOW.has(byte)).flatMap(take) };
}

const errorOf = (byte: number): NonNullable<PrinterStatus['error']> =>
  byte & 0x20 ? 'unrecoverable' : byte & 0x08 ? 'cutter' : byte & 0x44 ? 'recoverable' : 'none';

/** The answer to DLE EOT `n`, 1 to 4 (ESC/POS, "transmit real-time status"). */
export function decodeRealTime(n: number, byte: number): PrinterStatus {
  switch (n) {
    case 1:
      return { online: (byte & 0x08) === 0, drawer: byte & 0x04 ? 'high' : 'low' };
    case 2:
      return { cover: byte & 0x04 ? 'open' : 'closed' };
    case 3:
      return { error: errorOf(byte) };
    default:
      return { paper: byte & 0x60 ? 'out' : byte & 0x0c ? 'near-end' : 'ok' };
  }
}

/** The four bytes of an automatic status (ESC/POS, "GS a"). */
export function decodeAsb([first = 0, second = 0, third = 0]: Uint8Array): PrinterStatus {
  return {
    online: (first & 0x08) === 0,
    drawer: first & 0x04 ? 'high' : 'low',
    cover: first & 0x20 ? 'open' : 'closed',
    error: errorOf(second),
    paper: third & 0x0c ? 'out' : third & 0x03 ? 'near-end' : 'ok',
  };
}

/** Why it cannot print now, in words; undefined where it can. */
export function whyNot({ online, paper, cover, error }: PrinterStatus): string | undefined {
  if (paper === 'out') return 'the paper is out';
  if (cover === 'open') return 'the cover is open';
  if (error === 'cutter') return 'the cutter is jammed';
  if (error === 'unrecoverable') return 'it reports a fault that only a repair ends';
  if (error === 'recoverable') return 'it reports a fault, as a rule an overheated head: wait';
  return online === false ? 'it is offline' : undefined;
}
