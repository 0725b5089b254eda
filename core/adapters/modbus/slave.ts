import type { ByteLink } from '../../transports/byte-port.ts';
import { createRtuFramer } from './rtu-framer.ts';

/** What a slave has. A register that is undefined does not exist. Values are 16 bits, read when asked for. */
export interface SlaveRegisters {
  holding(address: number): number | undefined;
  input(address: number): number | undefined;
  /** Takes a value for a holding register; false where it may not be written. Without it all is read-only. */
  write?(address: number, value: number): boolean;
}

const ILLEGAL_FUNCTION = 1;
const ILLEGAL_ADDRESS = 2;
const ILLEGAL_VALUE = 3;
const BROADCAST = 0;

const refuse = (code: number, exception: number): Uint8Array => Uint8Array.of(code | 0x80, exception);
const u16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);

function answerRead(pdu: Uint8Array, read: (address: number) => number | undefined): Uint8Array {
  const code = pdu[0] ?? 0;
  const address = u16(pdu, 1);
  const count = u16(pdu, 3);
  if (count < 1 || count > 125) return refuse(code, ILLEGAL_VALUE);
  const answer = new Uint8Array(2 + count * 2);
  answer.set([code, count * 2]);
  for (let i = 0; i < count; i += 1) {
    const value = read(address + i);
    if (value === undefined) return refuse(code, ILLEGAL_ADDRESS);
    answer.set([(value >> 8) & 0xff, value & 0xff], 2 + i * 2);
  }
  return answer;
}

function answerWrite(pdu: Uint8Array, registers: SlaveRegisters): Uint8Array {
  const code = pdu[0] ?? 0;
  if (!registers.write) return refuse(code, ILLEGAL_FUNCTION);
  const address = u16(pdu, 1);
  const count = code === 6 ? 1 : u16(pdu, 3);
  const valuesAt = code === 6 ? 3 : 6;
  if (count < 1 || pdu.length !== valuesAt + count * 2) return refuse(code, ILLEGAL_VALUE);
  for (let i = 0; i < count; i += 1) {
    if (!registers.write(address + i, u16(pdu, valuesAt + i * 2))) return refuse(code, ILLEGAL_ADDRESS);
  }
  return pdu.slice(0, 5);
}

/** The answer to a request: functions 3, 4, 6 and 16; all else is refused by exception 1. Pure but for what `registers` do. */
export function answerRequest(pdu: Uint8Array, registers: SlaveRegisters): Uint8Array {
  switch (pdu[0]) {
    case 3:
      return answerRead(pdu, (address) => registers.holding(address));
    case 4:
      return answerRead(pdu, (address) => registers.input(address));
    case 6:
    case 16:
      return answerWrite(pdu, registers);
    default:
      return refuse(pdu[0] ?? 0, ILLEGAL_FUNCTION);
  }
}

/** Serves one unit on the link until the returned function is called. Silent on requests to other units, as on a real line. */
export function serveModbusRtu(link: ByteLink, unit: number, registers: SlaveRegisters): () => void {
  const framer = createRtuFramer('requests');
  return link.onData((chunk) => {
    for (const heard of framer.push(chunk)) {
      if (heard.kind !== 'frame' || (heard.unit !== unit && heard.unit !== BROADCAST)) continue;
      const answer = answerRequest(heard.pdu, registers);
      if (heard.unit === BROADCAST) continue;
      link.write(framer.wrap(unit, 0, answer)).catch(() => {}); // the master is gone; there is nobody to tell
    }
  });
}
