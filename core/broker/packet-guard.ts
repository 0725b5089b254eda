/**
 * Follows the framing of an MQTT byte stream (fixed header and remaining length, MQTT 3.1.1 section 2.2) without keeping any of it,
 * so that a packet that is too large is refused at its header, before anything is buffered.
 */
export interface PacketGuard {
  /** `ok`, or why the connection must be closed: `too-large` (bytes announced in `announced`) or `malformed`. */
  accept(chunk: Uint8Array): 'ok' | 'too-large' | 'malformed';
  /** The length that the last packet header announced. */
  readonly announced: number;
}

export function createPacketGuard(maxPacketBytes: number): PacketGuard {
  /** Bytes of the current packet still to come; negative while inside its header. */
  let left = -1;
  let length = 0;
  let shift = 0;
  let inLength = false;
  return {
    accept(chunk) {
      let at = 0;
      while (at < chunk.length) {
        if (left > 0) {
          const step = Math.min(left, chunk.length - at);
          at += step;
          left -= step;
          if (left === 0) left = -1;
          continue;
        }
        const byte = chunk[at] ?? 0;
        at += 1;
        if (!inLength) {
          // 0 is reserved, 15 is AUTH, which is MQTT 5 only.
          if (byte >> 4 === 0 || byte >> 4 === 15) return 'malformed';
          inLength = true;
          length = 0;
          shift = 0;
          continue;
        }
        length += (byte & 0x7f) * 2 ** shift;
        shift += 7;
        if (byte & 0x80) {
          if (shift > 21) return 'malformed';
          continue;
        }
        inLength = false;
        if (length > maxPacketBytes) return 'too-large';
        left = length > 0 ? length : -1;
      }
      return 'ok';
    },
    get announced() {
      return length;
    },
  };
}
