import {
  encodeRead,
  encodeWriteCoil,
  encodeWriteCoils,
  encodeWriteRegister,
  encodeWriteRegisters,
  isReadOfBits,
  MAX_BITS,
  MAX_REGISTERS,
} from '../../adapters/modbus/codec.ts';
import { GatewayError } from '../../base/errors.ts';
import type { Input } from '../../contract/api.ts';

type Ask = Exclude<Input<'tool.modbus'>['ask'], { do: 'identify' }>;

/** Longest PDU: 253 bytes (application protocol V1.1b3, 4.1). */
const MAX_PDU = 253;

const wrong = (message: string): GatewayError => new GatewayError('api/bad-input', message);

function rawPdu(text: string): Uint8Array {
  const pdu = Uint8Array.from(Buffer.from(text, 'base64'));
  if (pdu.length < 1 || pdu.length > MAX_PDU || Buffer.from(pdu).toString('base64') !== text) {
    throw wrong('A raw request is 1 to 253 bytes in base64, from the function code on.');
  }
  return pdu;
}

function writePdu(ask: Extract<Ask, { do: 'write' }>): Uint8Array {
  const { address, values, multiple } = ask;
  if (address + values.length > 65_536) throw wrong('The last address is 65535.');
  if (ask.table === 'coil') {
    const bits = values.map((value) => value !== 0);
    return multiple || bits.length > 1 ? encodeWriteCoils(address, bits) : encodeWriteCoil(address, bits[0] === true);
  }
  const words = Uint8Array.from(values.flatMap((value) => [value >> 8, value & 0xff]));
  return multiple || values.length > 1 ? encodeWriteRegisters(address, words) : encodeWriteRegister(address, words);
}

/** The request for what was asked. Throws `api/bad-input` for what no request can hold. `raw` is in base64, from the function code on. */
export function pduOf(ask: Ask): Uint8Array {
  if (ask.do === 'raw') return rawPdu(ask.pdu);
  if (ask.do === 'write') return writePdu(ask);
  const most = isReadOfBits(ask.table) ? MAX_BITS : MAX_REGISTERS;
  if (ask.count > most) throw wrong(`One request reads at most ${most}.`);
  if (ask.address + ask.count > 65_536) throw wrong('The last address is 65535.');
  return encodeRead(ask.table, ask.address, ask.count);
}

/** The registers or bits in the answer to a read; nothing for anything else. `pdu` begins with the function code. */
export function valuesIn(ask: Ask, pdu: Uint8Array): number[] {
  if (ask.do !== 'read') return [];
  const data = pdu.subarray(2);
  const valueAt = (i: number): number =>
    isReadOfBits(ask.table) ? ((data[i >> 3] ?? 0) >> (i & 7)) & 1 : ((data[i * 2] ?? 0) << 8) | (data[i * 2 + 1] ?? 0);
  return Array.from({ length: ask.count }, (_, i) => valueAt(i));
}

/** The answer in words. */
export function answerWords(unit: number, ask: Ask, values: readonly number[], pdu: Uint8Array): string {
  if (ask.do === 'read') return `Unit ${unit}: ${values.length} ${isReadOfBits(ask.table) ? 'bits' : 'registers'}`;
  if (ask.do === 'write')
    return `Unit ${unit} has confirmed ${ask.values.length === 1 ? 'the value' : `${ask.values.length} values`}.`;
  return `Unit ${unit} answered ${pdu.length} bytes.`;
}
