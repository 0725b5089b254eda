import type { Framer, Heard } from './framer.ts';

const COLON = 0x3a;
const CR = 0x0d;
const LF = 0x0a;
/** Colon, 2 x (unit, PDU of at most 253, LRC), CR, LF (2.5.2.1). */
const MAX_FRAME = 513;
/** Noise without an end is reported in pieces of this size. */
const MAX_GARBAGE = 256;

/** Longitudinal redundancy check: the two's complement of the sum (6.2.1). */
export function lrc(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum += byte;
  return -sum & 0xff;
}

/** Bytes of hex digits in either case; undefined where there is anything else. */
function unhex(digits: string): Uint8Array | undefined {
  if (digits.length % 2 !== 0 || !/^[0-9A-Fa-f]*$/.test(digits)) return undefined;
  return Uint8Array.from(Buffer.from(digits, 'hex'));
}

/** A line from its colon to its line feed as a frame, or why it is none. */
function readLine(line: Uint8Array): Heard {
  const garbage = (fault: 'crc' | 'framing', why: string): Heard => ({ kind: 'garbage', bytes: line, fault, why });
  // Sloppy devices leave the carriage return out.
  const end = line[line.length - 2] === CR ? -2 : -1;
  const bytes = unhex(Buffer.from(line.subarray(1, end)).toString('latin1'));
  if (!bytes || bytes.length < 3) return garbage('framing', `${line.length} bytes that are not a frame`);
  const body = bytes.subarray(0, -1);
  if (lrc(body) !== bytes[bytes.length - 1]) return garbage('crc', 'the check sum (LRC) is wrong');
  return { kind: 'frame', unit: body[0] ?? 0, transaction: 0, pdu: body.subarray(1), bytes: line };
}

/**
 * Modbus ASCII (serial line V1.02, 2.5.2): a colon, hex digits, the LRC, CR LF. A colon always begins anew. The parity bit that a 7 bit line
 * leaves in the eighth bit is ignored.
 */
export function createAsciiFramer(): Framer {
  let held: number[] = [];
  const take = (): Uint8Array => {
    const bytes = Uint8Array.from(held);
    held = [];
    return bytes;
  };
  const discard = (): Heard[] =>
    held.length === 0 ? [] : [{ kind: 'garbage', bytes: take(), fault: 'framing', why: 'characters that are not a frame' }];

  function hear(byte: number, out: Heard[]): void {
    const character = byte & 0x7f;
    if (character === COLON) out.push(...discard());
    held.push(character);
    const inFrame = held[0] === COLON;
    if (inFrame && character === LF) out.push(readLine(take()));
    else if (held.length >= (inFrame ? MAX_FRAME : MAX_GARBAGE)) out.push(...discard());
  }

  return {
    wrap(unit, _transaction, pdu) {
      const body = Uint8Array.of(unit, ...pdu);
      const digits = Buffer.from([...body, lrc(body)])
        .toString('hex')
        .toUpperCase();
      return Uint8Array.from(Buffer.from(`:${digits}\r\n`, 'latin1'));
    },
    push(chunk) {
      const out: Heard[] = [];
      for (const byte of chunk) hear(byte, out);
      return out;
    },
    silence: discard,
    get pending() {
      return held.length > 0;
    },
  };
}
