import { crc16 } from './crc.ts';
import type { Heard } from './framer.ts';

/** A request that somebody else has put on the line. */
export interface ForeignRequest {
  readonly unit: number;
  readonly pdu: Uint8Array;
  readonly bytes: Uint8Array;
}

const READ_BYTES = 5;
const MULTIPLE_HEAD = 6;

/**
 * True for what can only be a request, never an answer: reads, and writes of several values (application protocol V1.1b3, section 6). The
 * request and the answer of a single write are the same bytes.
 */
export function isRequest(pdu: Uint8Array): boolean {
  const code = pdu[0] ?? 0;
  // An answer with five bytes has three bytes of values: so have no registers, but bits.
  if (code === 3 || code === 4) return pdu.length === READ_BYTES;
  if (code === 1 || code === 2) return pdu.length === READ_BYTES && pdu[1] !== 3;
  return (code === 15 || code === 16) && pdu.length === MULTIPLE_HEAD + (pdu[5] ?? 0);
}

/** Unit, PDU and CRC of the request that may begin at `at`; undefined where there is none. */
function requestAt(bytes: Uint8Array, at: number): ForeignRequest | undefined {
  const code = bytes[at + 1] ?? 0;
  const length = (code === 15 || code === 16 ? MULTIPLE_HEAD + (bytes[at + 6] ?? 0) : READ_BYTES) + 3;
  const end = at + length;
  if (end > bytes.length || !isRequest(bytes.subarray(at + 1, end - 2))) return undefined;
  if (crc16(bytes, at, end - 2) !== ((bytes[end - 2] ?? 0) | ((bytes[end - 1] ?? 0) << 8))) return undefined;
  return { unit: bytes[at] ?? 0, pdu: bytes.slice(at + 1, end - 2), bytes: bytes.slice(at, end) };
}

/** The sound RTU requests in bytes that are no answer. Pure. */
export function requestsIn(bytes: Uint8Array): ForeignRequest[] {
  const found: ForeignRequest[] = [];
  for (let at = 0; at + READ_BYTES + 3 <= bytes.length; at += 1) {
    const request = requestAt(bytes, at);
    if (!request) continue;
    found.push(request);
    at += request.bytes.length - 1;
  }
  return found;
}

/** The requests in what a master has heard: among bytes that are no answer, or a frame of which both have one form (ASCII). */
export function foreignIn(heard: Heard): ForeignRequest[] {
  if (heard.kind === 'garbage') return requestsIn(heard.bytes);
  return isRequest(heard.pdu) ? [heard] : [];
}
