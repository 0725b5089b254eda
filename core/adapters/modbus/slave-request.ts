import { IDENTIFY, MAX_BITS, MAX_REGISTERS, READ, type Table } from './codec.ts';

/** Exceptions that a slave gives (application protocol V1.1b3, section 7). */
export const EXCEPTION = { function: 1, address: 2, value: 3, failure: 4, noTarget: 11 } as const;

/** A request as a slave understands it. `refused`: the exception that it deserves whatever the slave has. */
export type SlaveRequest =
  | { readonly kind: 'read'; readonly table: Table; readonly address: number; readonly count: number }
  | {
      readonly kind: 'write';
      readonly table: 'holding' | 'coil';
      readonly address: number;
      /** Registers, or 0 and 1. */
      readonly values: readonly number[];
    }
  | { readonly kind: 'identify'; readonly level: number; readonly from: number }
  | { readonly kind: 'refused'; readonly exception: number };

/** Most that one request may write (6.11, 6.12). */
const MAX_WRITE_REGISTERS = 123;
const MAX_WRITE_BITS = 1968;
const ON = 0xff00;

const refused = (exception: number): SlaveRequest => ({ kind: 'refused', exception });
const u16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);

const TABLES = new Map<number, Table>([
  [READ.coil, 'coil'],
  [READ.discrete, 'discrete'],
  [READ.holding, 'holding'],
  [READ.input, 'input'],
]);

function readOf(pdu: Uint8Array, table: Table): SlaveRequest {
  const count = u16(pdu, 3);
  const most = table === 'coil' || table === 'discrete' ? MAX_BITS : MAX_REGISTERS;
  if (pdu.length !== 5 || count < 1 || count > most) return refused(EXCEPTION.value);
  const address = u16(pdu, 1);
  return address + count > 65_536 ? refused(EXCEPTION.address) : { kind: 'read', table, address, count };
}

function singleWrite(pdu: Uint8Array): SlaveRequest {
  const value = u16(pdu, 3);
  if (pdu.length !== 5) return refused(EXCEPTION.value);
  if (pdu[0] === 6) return { kind: 'write', table: 'holding', address: u16(pdu, 1), values: [value] };
  if (value !== 0 && value !== ON) return refused(EXCEPTION.value);
  return { kind: 'write', table: 'coil', address: u16(pdu, 1), values: [value === ON ? 1 : 0] };
}

function multipleWrite(pdu: Uint8Array): SlaveRequest {
  const address = u16(pdu, 1);
  const count = u16(pdu, 3);
  const bits = pdu[0] === 15;
  const size = bits ? Math.ceil(count / 8) : count * 2;
  if (count < 1 || count > (bits ? MAX_WRITE_BITS : MAX_WRITE_REGISTERS)) return refused(EXCEPTION.value);
  if (pdu[5] !== size || pdu.length !== 6 + size) return refused(EXCEPTION.value);
  if (address + count > 65_536) return refused(EXCEPTION.address);
  const at = (i: number): number => (bits ? ((pdu[6 + (i >> 3)] ?? 0) >> (i & 7)) & 1 : u16(pdu, 6 + i * 2));
  return { kind: 'write', table: bits ? 'coil' : 'holding', address, values: Array.from({ length: count }, (_, i) => at(i)) };
}

/** Reads a request's PDU as a slave does: functions 1 to 6, 15, 16 and 43/14. Never throws. */
export function parseRequest(pdu: Uint8Array): SlaveRequest {
  const code = pdu[0] ?? 0;
  const table = TABLES.get(code);
  if (table) return readOf(pdu, table);
  if (code === 5 || code === 6) return singleWrite(pdu);
  if (code === 15 || code === 16) return multipleWrite(pdu);
  if (code !== IDENTIFY || pdu[1] !== 0x0e) return refused(EXCEPTION.function);
  const level = pdu[2] ?? 0;
  if (pdu.length !== 4 || level < 1 || level > 4) return refused(EXCEPTION.value);
  return { kind: 'identify', level, from: pdu[3] ?? 0 };
}

/** The answer that refuses a request. */
export const exceptionPdu = (request: Uint8Array, exception: number): Uint8Array =>
  Uint8Array.of((request[0] ?? 0) | 0x80, exception);

/** The answer to a read. `values` are registers, or 0 and 1. */
export function readPdu(request: Uint8Array, table: Table, values: readonly number[]): Uint8Array {
  const bits = table === 'coil' || table === 'discrete';
  const data = new Uint8Array(bits ? Math.ceil(values.length / 8) : values.length * 2);
  values.forEach((value, i) => {
    if (!bits) data.set([(value >> 8) & 0xff, value & 0xff], i * 2);
    else if (value !== 0) data[i >> 3] = (data[i >> 3] ?? 0) | (1 << (i & 7));
  });
  return Uint8Array.of(request[0] ?? 0, data.length, ...data);
}

/** The answer to a write: it repeats address and value, or address and count. */
export const writtenPdu = (request: Uint8Array): Uint8Array => request.slice(0, 5);

/** Objects that level 1, 2 and 3 end with; level 4 asks for one. */
const LAST_OBJECT = [0, 2, 0x7f, 0xff, 0xff] as const;
const MAX_OBJECTS = 245;

/**
 * The answer to a request for identification (6.21), of `objects` by their number; all of them have room in one answer, as who serves them
 * keeps them short.
 */
export function identificationPdu(level: number, from: number, objects: ReadonlyMap<number, string>): Uint8Array | undefined {
  const single = level === 4;
  const last = LAST_OBJECT[level] ?? 0;
  const begin = !single && (from > last || !objects.has(from)) ? 0 : from;
  const chosen = [...objects].filter(([id]) => (single ? id === from : id >= begin && id <= last)).sort(([a], [b]) => a - b);
  if (chosen.length === 0) return undefined;
  const parts: number[] = [];
  let count = 0;
  for (const [id, text] of chosen) {
    const bytes = Buffer.from(text, 'latin1').subarray(0, MAX_OBJECTS - 2);
    if (parts.length + 2 + bytes.length > MAX_OBJECTS) break;
    parts.push(id, bytes.length, ...bytes);
    count += 1;
  }
  const next = chosen[count];
  // 0x82: regular identification, as a stream and one by one.
  return Uint8Array.of(IDENTIFY, 0x0e, level, 0x82, next ? 0xff : 0, next?.[0] ?? 0, count, ...parts);
}
