/**
 * Lengths of Modbus RTU frames with unit and CRC, by the header of the PDU (Modbus application protocol V1.1b3, section 6). 0: the header is
 * not complete yet. -1: it cannot be told; only the silence behind it ends such a frame.
 */

const PARTIAL = 0;
export const UNKNOWN = -1;

const FIXED_REQUEST: Readonly<Record<number, number>> = {
  1: 8,
  2: 8,
  3: 8,
  4: 8,
  5: 8,
  6: 8,
  7: 4,
  8: 8,
  11: 4,
  12: 4,
  17: 4,
  22: 10,
  24: 6,
};
/** Where the count of bytes stands, and how long the frame is without them. */
const COUNTED_REQUEST: Readonly<Record<number, readonly [at: number, rest: number]>> = {
  15: [6, 9],
  16: [6, 9],
  20: [2, 5],
  21: [2, 5],
  23: [10, 13],
};
const FIXED_ANSWER: Readonly<Record<number, number>> = { 5: 8, 6: 8, 7: 5, 8: 8, 11: 8, 15: 8, 16: 8, 22: 10 };
const COUNTED_ANSWER: ReadonlySet<number> = new Set([1, 2, 3, 4, 12, 17, 20, 21, 23]);

const IDENTIFY = 43;
const READ_DEVICE_ID = 14;

/** Length of the request that begins at `at`. */
export function requestLength(bytes: Uint8Array, at: number): number {
  const code = bytes[at + 1];
  if (code === undefined) return PARTIAL;
  const fixed = FIXED_REQUEST[code];
  if (fixed !== undefined) return fixed;
  const counted = COUNTED_REQUEST[code];
  if (counted) {
    const count = bytes[at + counted[0]];
    return count === undefined ? PARTIAL : counted[1] + count;
  }
  if (code === IDENTIFY) {
    const kind = bytes[at + 2];
    return kind === undefined ? PARTIAL : kind === READ_DEVICE_ID ? 7 : UNKNOWN;
  }
  return UNKNOWN;
}

/** Objects follow each other: number, length, bytes. Section 6.21. */
function identificationLength(bytes: Uint8Array, at: number): number {
  const objects = bytes[at + 7];
  if (objects === undefined) return PARTIAL;
  let end = at + 8;
  for (let i = 0; i < objects; i += 1) {
    const length = bytes[end + 1];
    if (length === undefined) return PARTIAL;
    end += 2 + length;
  }
  return end - at + 2;
}

/** Length of the answer that begins at `at`. */
export function answerLength(bytes: Uint8Array, at: number): number {
  const code = bytes[at + 1];
  if (code === undefined) return PARTIAL;
  if (code >= 0x80) return 5;
  const fixed = FIXED_ANSWER[code];
  if (fixed !== undefined) return fixed;
  const second = bytes[at + 2];
  if (second === undefined) return PARTIAL;
  if (COUNTED_ANSWER.has(code)) return second === 0 ? UNKNOWN : 5 + second;
  if (code === 24) {
    const low = bytes[at + 3];
    return low === undefined ? PARTIAL : 6 + second * 256 + low;
  }
  return code === IDENTIFY && second === READ_DEVICE_ID ? identificationLength(bytes, at) : UNKNOWN;
}
