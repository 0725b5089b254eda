import { crc16 } from './crc.ts';
import type { Framer, Heard } from './framer.ts';

const INCOMPLETE = 0;
const IMPOSSIBLE = -1;
const MAX_FRAME = 256;
/** Unit, function and CRC. */
const MIN_FRAME = 4;

/** Answers whose length is fixed by their function (application protocol V1.1b3, section 6), with unit and CRC. */
const FIXED_ANSWERS: Readonly<Record<number, number>> = { 5: 8, 6: 8, 7: 5, 8: 8, 11: 8, 15: 8, 16: 8, 22: 10 };
/** Answers whose third byte counts what follows. */
const COUNTED_ANSWERS: ReadonlySet<number> = new Set([1, 2, 3, 4, 12, 17, 20, 21, 23]);

/** Length of an answer with identification objects (6.21): each has its number, its length and so many bytes. */
function identificationLength(bytes: Uint8Array, at: number): number {
  const objects = bytes[at + 7];
  if (objects === undefined) return INCOMPLETE;
  if (bytes[at + 2] !== 0x0e) return IMPOSSIBLE;
  let end = at + 8;
  for (let i = 0; i < objects; i += 1) {
    const size = bytes[end + 1];
    if (size === undefined) return INCOMPLETE;
    end += 2 + size;
    if (end - at > MAX_FRAME) return IMPOSSIBLE;
  }
  return end + 2 - at;
}

/** Length of the answer that begins at `at`, with unit and CRC. */
function answerLength(bytes: Uint8Array, at: number): number {
  const code = bytes[at + 1];
  if (code === undefined) return INCOMPLETE;
  if (code >= 0x80) return code <= 0x90 || code === 0xab ? 5 : IMPOSSIBLE;
  if (code === 0x2b) return identificationLength(bytes, at);
  if (COUNTED_ANSWERS.has(code)) {
    const count = bytes[at + 2];
    if (count === undefined) return INCOMPLETE;
    return count >= 1 && count <= 250 ? 5 + count : IMPOSSIBLE;
  }
  return FIXED_ANSWERS[code] ?? IMPOSSIBLE;
}

/** Length of the request that begins at `at`, with unit and CRC. */
function requestLength(bytes: Uint8Array, at: number): number {
  const code = bytes[at + 1];
  if (code === undefined) return INCOMPLETE;
  if (code >= 1 && code <= 6) return 8;
  if (code === 0x2b) return 7;
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
      if (at > from) out.push({ kind: 'garbage', bytes: held.slice(from, at), ...describeGarbage(held, from, at) });
      from = at;
    };
    while (at < held.length) {
      const length = wholeLength(at, at === from && final) || lengthAt(held, at);
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

  /** A function that we do not know ends where the line falls silent: all that is held, if its CRC is right. */
  function wholeLength(at: number, mayBe: boolean): number {
    const length = held.length - at;
    if (!mayBe || length < MIN_FRAME || length > MAX_FRAME || lengthAt(held, at) !== IMPOSSIBLE) return INCOMPLETE;
    return hasSoundCrc(held, at, held.length) ? length : INCOMPLETE;
  }

  function describeGarbage(bytes: Uint8Array, from: number, to: number): { fault: 'crc' | 'framing'; why: string } {
    if (lengthAt(bytes, from) === to - from) return { fault: 'crc', why: 'the CRC is wrong' };
    return { fault: 'framing', why: `${to - from} bytes that are not a frame` };
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
