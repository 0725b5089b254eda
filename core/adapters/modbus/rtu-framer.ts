import { crc16 } from './crc.ts';
import type { Framer, Heard } from './framer.ts';

const INCOMPLETE = 0;
const IMPOSSIBLE = -1;

/** Length of the answer that begins at `at`, with unit and CRC. */
function answerLength(bytes: Uint8Array, at: number): number {
  const code = bytes[at + 1];
  if (code === undefined) return INCOMPLETE;
  if (code >= 0x80) return code <= 0x90 ? 5 : IMPOSSIBLE;
  if (code >= 1 && code <= 4) {
    const count = bytes[at + 2];
    if (count === undefined) return INCOMPLETE;
    return count >= 1 && count <= 250 ? 5 + count : IMPOSSIBLE;
  }
  return code === 5 || code === 6 || code === 15 || code === 16 ? 8 : IMPOSSIBLE;
}

/** Length of the request that begins at `at`, with unit and CRC. */
function requestLength(bytes: Uint8Array, at: number): number {
  const code = bytes[at + 1];
  if (code === undefined) return INCOMPLETE;
  if (code >= 1 && code <= 6) return 8;
  if (code !== 15 && code !== 16) return IMPOSSIBLE;
  const count = bytes[at + 6];
  return count === undefined ? INCOMPLETE : 9 + count;
}

/** Noise without an end is reported in pieces of this size. */
const MAX_GARBAGE = 256;

function hasSoundCrc(bytes: Uint8Array, from: number, to: number): boolean {
  return crc16(bytes, from, to - 2) === ((bytes[to - 2] ?? 0) | ((bytes[to - 1] ?? 0) << 8));
}

const join = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
};

/**
 * Modbus RTU. The length is taken from the header and proved by the CRC; where the CRC is wrong the search goes on one byte later,
 * so a sound frame behind noise is still found. Frames are not cut by the 1.5 character gap: USB adapters deliver in bursts of 16 ms.
 */
export function createRtuFramer(direction: 'answers' | 'requests'): Framer {
  const lengthAt = direction === 'answers' ? answerLength : requestLength;
  let held: Uint8Array = new Uint8Array(0);
  /** So many bytes at the begin of `held` are garbage already; kept for a while so that it is reported in one piece. */
  let known = 0;

  function scan(final: boolean): Heard[] {
    const out: Heard[] = [];
    let from = 0;
    let at = known;
    const flushGarbage = (): void => {
      if (at > from) out.push({ kind: 'garbage', bytes: held.slice(from, at), why: describeGarbage(held, from, at) });
      from = at;
    };
    while (at < held.length) {
      const length = lengthAt(held, at);
      const complete = length > 0 && at + length <= held.length;
      if (length !== IMPOSSIBLE && !complete && !final) break;
      if (!complete || !hasSoundCrc(held, at, at + length)) {
        at += 1;
        continue;
      }
      flushGarbage();
      const bytes = held.slice(at, at + length);
      out.push({ kind: 'frame', unit: bytes[0] ?? 0, transaction: 0, pdu: bytes.subarray(1, -2), bytes });
      at += length;
      from = at;
    }
    if (final || at - from > MAX_GARBAGE) flushGarbage();
    held = held.slice(from);
    known = at - from;
    return out;
  }

  function describeGarbage(bytes: Uint8Array, from: number, to: number): string {
    return lengthAt(bytes, from) === to - from ? 'the CRC is wrong' : `${to - from} bytes that are not a frame`;
  }

  return {
    wrap(unit, _transaction, pdu) {
      const bytes = new Uint8Array(pdu.length + 3);
      bytes[0] = unit;
      bytes.set(pdu, 1);
      const crc = crc16(bytes, 0, pdu.length + 1);
      bytes[pdu.length + 1] = crc & 0xff;
      bytes[pdu.length + 2] = crc >> 8;
      return bytes;
    },
    push(chunk) {
      held = held.length === 0 ? chunk : join(held, chunk);
      return scan(false);
    },
    silence: () => scan(true),
    get pending() {
      return held.length > 0;
    },
  };
}
