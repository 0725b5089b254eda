/** Reads a row of bytes from the front. Past its end every number is 0 and `short` says so, so that a decoder asks once, at its end. */
export interface Cursor {
  readonly left: number;
  readonly short: boolean;
  /** Little endian unless told. */
  unsigned(bytes: 1 | 2 | 3 | 4, order?: 'big' | 'little'): number;
  signed(bytes: 1 | 2 | 3 | 4, order?: 'big' | 'little'): number;
  take(count: number): Uint8Array;
}

export function createCursor(data: Uint8Array): Cursor {
  let at = 0;
  let short = false;
  function take(count: number): Uint8Array {
    if (at + count > data.length) short = true;
    const part = data.subarray(at, Math.min(data.length, at + count));
    at = Math.min(data.length, at + count);
    return part;
  }
  function unsigned(bytes: number, order: 'big' | 'little' = 'little'): number {
    const part = take(bytes);
    if (part.length < bytes) return 0;
    let value = 0;
    for (let step = 0; step < bytes; step += 1) {
      value = value * 256 + (part[order === 'big' ? step : bytes - 1 - step] ?? 0);
    }
    return value;
  }
  return {
    get left() {
      return data.length - at;
    },
    get short() {
      return short;
    },
    take,
    unsigned,
    signed(bytes, order) {
      const value = unsigned(bytes, order);
      return value >= 2 ** (bytes * 8 - 1) ? value - 2 ** (bytes * 8) : value;
    },
  };
}

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Six bytes as `AA:BB:CC:00:00:01`; `reversed` where the lowest byte was sent first. */
export function addressOf(bytes: Uint8Array, reversed: boolean): string {
  const row = reversed ? [...bytes].reverse() : [...bytes];
  return row.map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(':');
}

/** Text of a device: UTF-8, up to a zero, without control characters. Undefined where it is not UTF-8. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes).split('\0')[0] ?? '';
    return text.replace(/\p{Cc}/gu, '');
  } catch {
    return undefined;
  }
}
