import { crc16 } from '../../../adapters/modbus/crc.ts';
import { answerLength, requestLength, UNKNOWN } from './frame-lengths.ts';
import { holdBytes, type Listener, type Splitter } from './piece.ts';

/** The shortest frame: unit, function, CRC. */
const SHORTEST = 4;
/** The longest that the standard allows. */
const LONGEST = 256;
/** Noise without an end is told in pieces of this size. */
const MOST_NOISE = 256;

function sound(bytes: Uint8Array, at: number, length: number): boolean {
  const end = at + length;
  return crc16(bytes, at, end - 2) === ((bytes[end - 2] ?? 0) | ((bytes[end - 1] ?? 0) << 8));
}

/** What begins at a place: the length of a sound frame, `wait` for more bytes, or 0. */
type Found = number | 'wait';

function prove(bytes: Uint8Array, at: number, length: number, final: boolean): Found {
  const rest = bytes.length - at;
  if (length > LONGEST) return 0;
  if (length === UNKNOWN) {
    // Only the silence tells where a frame of an unknown function ends.
    if (!final) return 'wait';
    return rest >= SHORTEST && rest <= LONGEST && sound(bytes, at, rest) ? rest : 0;
  }
  if (length === 0 || length > rest) return final ? 0 : 'wait';
  return sound(bytes, at, length) ? length : 0;
}

/**
 * Modbus RTU, both directions of a bus mixed. Frames are found by the lengths that a request or an answer may have, proved by the CRC; pauses
 * alone do not cut them, since USB adapters deliver in bursts. One frame in 256 has a good CRC one byte too early, too: so the form that is
 * due is waited for. Behind noise the search goes on byte by byte.
 */
export function createRtuSplitter(listener: Listener): Splitter {
  const held = holdBytes();
  /** So many bytes at the front are noise already. */
  let noise = 0;

  function flushNoise(): void {
    if (noise === 0) return;
    const { bytes, from, to } = held.take(noise);
    const length = Math.max(requestLength(bytes, 0), answerLength(bytes, 0));
    const why = length === bytes.length ? 'the CRC is wrong' : `${bytes.length} bytes that are no frame`;
    listener.take({ kind: 'noise', bytes, from, to, why });
    noise = 0;
  }
  function look(final: boolean): { found: Found; request: Found; answer: Found } {
    const { bytes } = held;
    const length = { request: requestLength(bytes, noise), answer: answerLength(bytes, noise) };
    const request = prove(bytes, noise, length.request, final);
    const answer = prove(bytes, noise, length.answer, final);
    const expected = listener.expects(bytes[noise] ?? 0, bytes[noise + 1] ?? 0);
    const [first, second] = expected ? [answer, request] : [request, answer];
    const firstLength = expected ? length.answer : length.request;
    const patient = first === 'wait' && (firstLength !== UNKNOWN || typeof second !== 'number' || second === 0);
    return { found: first === 0 || (first === 'wait' && !patient) ? second : first, request, answer };
  }
  function scan(final: boolean): void {
    while (noise < held.bytes.length) {
      const { found, request, answer } = look(final);
      if (found === 'wait' && held.bytes.length - noise < LONGEST) break;
      if (found === 0 || found === 'wait') {
        noise += 1;
        continue;
      }
      flushNoise();
      const part = held.take(found);
      const { bytes } = part;
      const role = { asRequest: request === found, asAnswer: answer === found };
      listener.take({ kind: 'frame', unit: bytes[0] ?? 0, pdu: bytes.subarray(1, -2), ...part, ...role });
    }
    if (final || noise >= MOST_NOISE) flushNoise();
  }
  return {
    push(chunk, at) {
      held.add(chunk, at);
      scan(false);
    },
    silence: () => scan(true),
    get pending() {
      return held.bytes.length > 0;
    },
  };
}
