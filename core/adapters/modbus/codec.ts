/** Requests and answers without framing (the PDU): Modbus application protocol V1.1b3, section 6. Pure. */

export const READ = { coil: 1, discrete: 2, holding: 3, input: 4 } as const;
export type Table = keyof typeof READ;
export const isReadOfBits = (table: Table): boolean => table === 'coil' || table === 'discrete';

/** Section 7. */
const EXCEPTIONS: Readonly<Record<number, string>> = {
  1: 'illegal function',
  2: 'illegal data address',
  3: 'illegal data value',
  4: 'device failure',
  5: 'acknowledge, still working',
  6: 'device busy',
  8: 'memory parity error',
  10: 'gateway path unavailable',
  11: 'gateway target device failed to respond',
};
export const exceptionText = (code: number): string => `exception ${code}, ${EXCEPTIONS[code] ?? 'unknown'}`;

/** Most that one request may read: registers, or bits. */
export const MAX_REGISTERS = 125;
export const MAX_BITS = 2000;

const u16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
const split = (value: number): [number, number] => [(value >> 8) & 0xff, value & 0xff];

export function encodeRead(table: Table, address: number, count: number): Uint8Array {
  return Uint8Array.of(READ[table], ...split(address), ...split(count));
}
export const encodeWriteCoil = (address: number, on: boolean): Uint8Array =>
  Uint8Array.of(5, ...split(address), on ? 0xff : 0, 0);
export const encodeWriteRegister = (address: number, word: Uint8Array): Uint8Array =>
  Uint8Array.of(6, ...split(address), word[0] ?? 0, word[1] ?? 0);
export function encodeWriteCoils(address: number, bits: readonly boolean[]): Uint8Array {
  const packed = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((on, i) => {
    if (on) packed[i >> 3] = (packed[i >> 3] ?? 0) | (1 << (i & 7));
  });
  return Uint8Array.of(15, ...split(address), ...split(bits.length), packed.length, ...packed);
}
/** `words` are the register bytes as they stand on the wire. */
export const encodeWriteRegisters = (address: number, words: Uint8Array): Uint8Array =>
  Uint8Array.of(16, ...split(address), ...split(words.length / 2), words.length, ...words);

/** What an answer is to a request. `other` is a well-formed answer to something that was not asked. */
export type Verdict =
  | { readonly kind: 'data'; readonly data: Uint8Array }
  | { readonly kind: 'exception'; readonly code: number }
  | { readonly kind: 'other'; readonly why: string };

/** How many bytes of values a read request asks for. */
export const bytesAsked = (request: Uint8Array): number => {
  const count = u16(request, 3);
  return (request[0] ?? 0) <= 2 ? Math.ceil(count / 8) : count * 2;
};

/** Writes: the answer repeats address and value, or address and count. */
const ECHOED: ReadonlySet<number> = new Set([5, 6, 15, 16]);
/** Encapsulated interface transport (6.19): its second byte says what is in it. */
export const IDENTIFY = 0x2b;

/** Whether the answers to two requests have the same shape: one could be taken for the other. Never for a write: it repeats its address. */
export function answersAlike(a: Uint8Array, b: Uint8Array): boolean {
  const code = a[0] ?? 0;
  if (code !== b[0] || ECHOED.has(code)) return false;
  return code > 4 || bytesAsked(a) === bytesAsked(b);
}

/** Compares function, length, and for a write the echo of address and value, strictly; of functions beyond these, that it is the same one. Never throws. */
export function judgeAnswer(request: Uint8Array, answer: Uint8Array): Verdict {
  const asked = request[0] ?? 0;
  const got = answer[0] ?? 0;
  if (got === (asked | 0x80)) {
    if (answer.length !== 2) return { kind: 'other', why: `exception of ${answer.length} bytes` };
    return { kind: 'exception', code: answer[1] ?? 0 };
  }
  if (got !== asked) return { kind: 'other', why: `answer to function ${got}, asked was ${asked}` };
  if (asked >= 1 && asked <= 4) {
    const wanted = bytesAsked(request);
    if (answer[1] !== wanted || answer.length !== wanted + 2) {
      return { kind: 'other', why: `answer has ${answer.length - 2} bytes of values, asked were ${wanted}` };
    }
    return { kind: 'data', data: answer.subarray(2) };
  }
  if (!ECHOED.has(asked)) {
    const same = asked !== IDENTIFY || answer[1] === request[1];
    return same ? { kind: 'data', data: answer.subarray(1) } : { kind: 'other', why: 'answer to another question' };
  }
  const echo = request.subarray(0, 5);
  if (answer.length !== 5 || echo.some((byte, i) => byte !== answer[i])) {
    return { kind: 'other', why: 'the confirmation does not repeat what was written' };
  }
  return { kind: 'data', data: answer.subarray(1) };
}

const NAMES: Readonly<Record<number, string>> = {
  1: 'coils',
  2: 'discrete inputs',
  3: 'holding registers',
  4: 'input registers',
  15: 'coils',
  16: 'holding registers',
};
const hex4 = (value: number): string => `0x${value.toString(16).padStart(4, '0')}`;

/** A request in words, e.g. `unit 3: read 4 holding registers from 0x0010`. Never throws. */
export function describeRequest(unit: number, pdu: Uint8Array): string {
  const code = pdu[0] ?? 0;
  const at = hex4(u16(pdu, 1));
  const value = u16(pdu, 3);
  if (code >= 1 && code <= 4) return `unit ${unit}: read ${value} ${NAMES[code]} from ${at}`;
  if (code === 5) return `unit ${unit}: switch coil ${at} ${value === 0 ? 'off' : 'on'}`;
  if (code === 6) return `unit ${unit}: write ${value} to holding register ${at}`;
  if (code === IDENTIFY && pdu[1] === 0x0e) return `unit ${unit}: read the identification from object ${pdu[3] ?? 0}`;
  if (code === 15 || code === 16) return `unit ${unit}: write ${value} ${NAMES[code]} from ${at}`;
  return `unit ${unit}: function ${code}`;
}
