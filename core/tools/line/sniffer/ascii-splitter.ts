import { answerLength, requestLength, UNKNOWN } from './frame-lengths.ts';
import { type HeldBytes, holdBytes, type Listener, type Piece, type Splitter } from './piece.ts';

const COLON = 0x3a;
const LF = 0x0a;
/** A frame has at most 513 characters (Modbus over serial line V1.02, 2.5.2). */
const LONGEST = 513;

type Decoded = { readonly unit: number; readonly pdu: Uint8Array } | string;

/** Unit and PDU of `:<hex>LRC CR LF`, or what is wrong. The LRC makes the sum of all bytes zero. */
function decode(line: Uint8Array): Decoded {
  const text = Buffer.from(line)
    .toString('latin1')
    .replace(/\r?\n$/, '');
  if (!/^:([0-9A-F]{2}){3,}$/i.test(text)) return `${line.length} bytes that are no frame`;
  const bytes = Buffer.from(text.slice(1), 'hex');
  if (bytes.reduce((sum, byte) => (sum + byte) & 0xff, 0) !== 0) return 'the LRC is wrong';
  return { unit: bytes[0] ?? 0, pdu: bytes.subarray(1, -1) };
}

/** Whether a PDU has the length that its header says; with two bytes more it would be an RTU frame. */
function fits(length: number, pdu: Uint8Array): boolean {
  return length === UNKNOWN || length === pdu.length + 3;
}

/** Modbus ASCII, both directions of a bus mixed: a frame begins with a colon and ends with a line feed. */
export function createAsciiSplitter(listener: Pick<Listener, 'take'>): Splitter {
  const held = holdBytes();
  function cut(count: number): void {
    listener.take(read(held.take(count)));
  }
  function read(part: ReturnType<HeldBytes['take']>): Piece {
    const found = decode(part.bytes);
    if (typeof found === 'string') return { kind: 'noise', ...part, why: found };
    const whole = Uint8Array.of(found.unit, ...found.pdu);
    const asRequest = fits(requestLength(whole, 0), found.pdu);
    const asAnswer = fits(answerLength(whole, 0), found.pdu);
    if (!asRequest && !asAnswer) return { kind: 'noise', ...part, why: 'its length is not that of a request or an answer' };
    return { kind: 'frame', ...found, ...part, asRequest, asAnswer };
  }
  function scan(): void {
    for (;;) {
      const { bytes } = held;
      const end = bytes.indexOf(LF);
      // A colon always begins a frame: what stands before the last one of a line is the rest of another.
      const start = bytes.subarray(0, end < 0 ? bytes.length : end).lastIndexOf(COLON);
      if (start > 0) cut(start);
      else if (end >= 0) cut(end + 1);
      else if (bytes.length > LONGEST) cut(bytes.length);
      else return;
    }
  }
  return {
    push(chunk, at) {
      held.add(chunk, at);
      scan();
    },
    silence() {
      if (held.bytes.length > 0) cut(held.bytes.length);
    },
    get pending() {
      return held.bytes.length > 0;
    },
  };
}
