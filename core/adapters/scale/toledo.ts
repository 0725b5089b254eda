import type { ScaleDeviceConfig } from '../../contract/document/serial-devices.ts';
import { type Mass, plus, type Weighing } from './weighing.ts';

const STX = 0x02;
const CR = 0x0d;
/** STX, three status words, six digits of weight, six of tare, CR. */
const LONG = 17;
/** The same without the tare. */
const SHORT = 11;
/** In the first word bit 5 is always 1 and bit 6 always 0; of the others not all makers hold to it, but bit 7 is never set. */
const ALWAYS = 0x20;

const UNITS: Readonly<Record<number, string>> = { 1: 'g', 2: 't', 3: 'oz', 4: 'ozt', 5: 'dwt', 6: 'ton' };

export type ToledoFrame =
  | { readonly ok: true; readonly bytes: Uint8Array; readonly weighing: Weighing; readonly net: boolean }
  | { readonly ok: false; readonly bytes: Uint8Array; readonly why: string };

/** The two's complement of the sum of the seven lower bits of all that stands before it, STX and CR included. */
export function toledoChecksum(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum += byte & 0x7f;
  return -sum & 0x7f;
}

/** Six characters: blanks, then digits. */
function digitsOf(bytes: Uint8Array): number | undefined {
  const text = Buffer.from(bytes).toString('latin1');
  return /^ *\d+$/.test(text) ? Number(text) : undefined;
}

/** The digits with their decimal point, by bits 0 to 2 of word A; `kept`: what to do with zeros that the scale always shows. */
function massOf(digits: number, unit: string, place: number, kept: ScaleDeviceConfig['fixedZeros']): Mass {
  if (place >= 2) return { value: Number(`${digits}e-${place - 2}`), unit };
  if (kept === undefined) return { missing: 'the scale counts in tens or hundreds: set fixedZeros as its display shows it' };
  return { value: kept === 'sent' ? digits : digits * 10 ** (2 - place), unit };
}

function stateOf(b: number): Weighing['state'] {
  if (b & 0x40) return 'not-zeroed';
  if (b & 0x04) return 'out-of-range';
  return b & 0x08 ? 'moving' : 'stable';
}

const WORDS: Readonly<Partial<Record<Weighing['state'], string>>> = {
  'out-of-range': 'over capacity or under zero',
  'not-zeroed': 'the scale was not zeroed after it was switched on',
};

/** A frame without its checksum. Mettler Toledo, "continuous output", as in the manuals of its terminals and of many that imitate it. */
export function decodeToledo(frame: Uint8Array, kept: ScaleDeviceConfig['fixedZeros']): ToledoFrame {
  const [, a = 0, b = 0, c = 0] = frame;
  const bad = (why: string): ToledoFrame => ({ ok: false, bytes: frame, why });
  if ((a & 0xe0) !== ALWAYS || (b & 0x80) !== 0 || (c & 0xa0) !== ALWAYS) {
    return bad('the status words are not sound: check data bits and parity (7 bits, even as a rule)');
  }
  const digits = digitsOf(frame.subarray(4, 10));
  const tareDigits = frame.length === LONG ? digitsOf(frame.subarray(10, 16)) : undefined;
  const blank = frame.length === LONG && frame.subarray(10, 16).every((byte) => byte === 0x20);
  if (frame.length === LONG && tareDigits === undefined && !blank) return bad('the tare is not made of digits');
  const state = stateOf(b);
  if (digits === undefined && state !== 'out-of-range') return bad('the weight is not made of digits');
  const unit = UNITS[c & 7] ?? ((c & 7) === 7 ? '' : b & 0x10 ? 'kg' : 'lb');
  const sound = state === 'stable' || state === 'moving';
  const why = c & 0x10 ? 'the display is expanded by ten: switch that off at the scale' : sound ? undefined : WORDS[state];
  const place = a & 7;
  const sized = massOf((digits ?? 0) * (b & 0x02 ? -1 : 1), unit, place, kept);
  const weight: Mass = why === undefined ? sized : { missing: why };
  const tare: Mass =
    tareDigits === undefined ? { missing: 'the scale does not send its tare' } : massOf(tareDigits, unit, place, kept);
  const net = (b & 0x01) === 1;
  const weighing: Weighing = {
    weight,
    gross: net ? plus(weight, tare) : weight,
    net: net || ('value' in tare && tare.value === 0) ? weight : { missing: 'the scale shows gross' },
    tare,
    stable: state === 'stable' || state === 'moving' ? state === 'stable' : undefined,
    state,
  };
  return { ok: true, bytes: frame, weighing, net };
}

/** Cuts the stream into frames and decodes them. Holds at most one frame. */
export function createToledoFramer(config: Pick<ScaleDeviceConfig, 'checksum' | 'fixedZeros'>): {
  push(chunk: Uint8Array): ToledoFrame[];
} {
  const extra = config.checksum ? 1 : 0;
  let held: Buffer = Buffer.alloc(0);
  /** Bytes since the last sound frame, or since they were told, that begin no frame. */
  let strays = 0;

  /** The frame at the begin of `held`, or undefined while more must come. */
  function next(): ToledoFrame | undefined {
    const size = held[SHORT - 1] === CR ? SHORT : LONG;
    if (held.length < size + extra) return undefined;
    const frame = Uint8Array.from(held.subarray(0, size));
    if (frame[size - 1] !== CR) return { ok: false, bytes: frame, why: 'no carriage return where the frame ends' };
    const given = (held[size] ?? 0) & 0x7f;
    if (extra === 1 && given !== toledoChecksum(frame)) return { ok: false, bytes: frame, why: 'the checksum is wrong' };
    return decodeToledo(frame, config.fixedZeros);
  }
  return {
    push(chunk) {
      held = Buffer.concat([held, chunk]);
      const out: ToledoFrame[] = [];
      while (true) {
        const start = held.indexOf(STX);
        const away = held.subarray(0, start === -1 ? held.length : start);
        held = held.subarray(away.length);
        strays += away.length;
        // A byte or two between frames is a checksum that nobody has declared, or a line feed; more is noise.
        if (strays >= SHORT) {
          out.push({ ok: false, bytes: Uint8Array.from(away), why: 'bytes that begin no frame: check baud rate and parity' });
          strays = 0;
        }
        const frame = held.length >= SHORT ? next() : undefined;
        if (!frame) break;
        out.push(frame);
        strays = frame.ok ? 0 : -frame.bytes.length; // the rest of a damaged frame is told with it
        // After a damaged frame the next STX may stand inside it.
        held = held.subarray(frame.ok ? frame.bytes.length + extra : 1);
      }
      held = Buffer.from(held);
      return out;
    },
  };
}
