import { describeRequest, exceptionText } from '../../../adapters/modbus/codec.ts';

/** Values that are shown of one answer. */
const MOST_VALUES = 16;

const IDENTIFY = 43;

/** A request in words. */
export const requestWords = (unit: number, pdu: Uint8Array): string => {
  const words = pdu[0] === IDENTIFY && pdu[1] === 14 ? `unit ${unit}: read device identification` : describeRequest(unit, pdu);
  return unit === 0 ? words.replace('unit 0', 'all units') : words;
};

const list = (values: readonly number[], all: number): string =>
  values.join(', ') + (all > values.length ? `, and ${all - values.length} more` : '');

function registers(data: Uint8Array): string {
  const all = data.length >> 1;
  const values = Array.from({ length: Math.min(all, MOST_VALUES) }, (_, i) => ((data[2 * i] ?? 0) << 8) | (data[2 * i + 1] ?? 0));
  return `${all} ${all === 1 ? 'register' : 'registers'}: ${list(values, all)}`;
}

/** `asked`: how many bits were asked for; the last byte is filled up with zeroes. */
function bits(data: Uint8Array, asked: number | undefined): string {
  const all = Math.min(asked ?? data.length * 8, data.length * 8);
  const values = Array.from({ length: Math.min(all, MOST_VALUES) }, (_, i) => ((data[i >> 3] ?? 0) >> (i & 7)) & 1);
  return `${all} ${all === 1 ? 'bit' : 'bits'}: ${list(values, all)}`;
}

/** Objects of device identification that are text, in their order. */
function identity(pdu: Uint8Array): string {
  const texts: string[] = [];
  let at = 7;
  for (let i = 0; i < (pdu[6] ?? 0) && at + 1 < pdu.length; i += 1) {
    const length = pdu[at + 1] ?? 0;
    texts.push(
      Buffer.from(pdu.subarray(at + 2, at + 2 + length))
        .toString('latin1')
        .replace(/[^\x20-\x7e]/g, '.'),
    );
    at += 2 + length;
  }
  return `identification: ${texts.join(', ')}`;
}

/** An answer in words; `request` is the PDU it answers, where that was heard. Never throws. */
export function answerWords(unit: number, pdu: Uint8Array, request: Uint8Array | undefined): string {
  const code = pdu[0] ?? 0;
  const asked = request && ((request[3] ?? 0) << 8) | (request[4] ?? 0);
  const words = (): string => {
    if (code >= 0x80) return exceptionText(pdu[1] ?? 0);
    if (code === 1 || code === 2) return bits(pdu.subarray(2), asked);
    if (code === 3 || code === 4 || code === 23) return registers(pdu.subarray(2));
    if (code === 5 || code === 6 || code === 15 || code === 16) return 'done';
    if (code === IDENTIFY) return identity(pdu);
    return `answer to function ${code}`;
  };
  return `unit ${unit}: ${words()}`;
}
