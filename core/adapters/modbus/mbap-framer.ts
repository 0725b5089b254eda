import type { Framer, Heard } from './framer.ts';

const HEADER = 7;
/** Length field: unit id and PDU. */
const MIN_LENGTH = 2;
const MAX_LENGTH = 254;

/**
 * Modbus TCP (messaging on TCP/IP V1.0b, 3.1.3). A header that cannot be one means that the stream is out of step: all that has come is
 * discarded, and so is what follows until the line has been silent; then the next byte is taken as the begin of a header.
 */
export function createMbapFramer(): Framer {
  let held: Uint8Array = new Uint8Array(0);
  let lost = false;

  function discard(why: string): Heard[] {
    const bytes = held;
    held = new Uint8Array(0);
    return bytes.length === 0 ? [] : [{ kind: 'garbage', bytes, fault: 'framing', why }];
  }

  return {
    wrap(unit, transaction, pdu) {
      const bytes = new Uint8Array(HEADER + pdu.length);
      const length = pdu.length + 1;
      bytes.set([transaction >> 8, transaction & 0xff, 0, 0, length >> 8, length & 0xff, unit]);
      bytes.set(pdu, HEADER);
      return bytes;
    },
    push(chunk) {
      const joined = new Uint8Array(held.length + chunk.length);
      joined.set(held);
      joined.set(chunk, held.length);
      held = joined;
      if (lost) return discard('bytes after a broken header');
      const out: Heard[] = [];
      while (held.length >= 6) {
        const view = new DataView(held.buffer, held.byteOffset, held.length);
        const length = view.getUint16(4);
        if (view.getUint16(2) !== 0 || length < MIN_LENGTH || length > MAX_LENGTH) {
          lost = true;
          out.push(...discard('not a Modbus TCP header'));
          break;
        }
        if (held.length < 6 + length) break;
        const bytes = held.slice(0, 6 + length);
        out.push({ kind: 'frame', unit: bytes[6] ?? 0, transaction: view.getUint16(0), pdu: bytes.subarray(HEADER), bytes });
        held = held.slice(6 + length);
      }
      return out;
    },
    silence() {
      lost = false;
      return discard('a frame that was never completed');
    },
    get pending() {
      return held.length > 0 || lost;
    },
  };
}
