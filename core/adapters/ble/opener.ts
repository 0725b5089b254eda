import { createDecipheriv } from 'node:crypto';
import { hexOf } from './bytes.ts';

/** An encrypted part of an advertisement: AES-128 in CCM mode (RFC 3610) with a tag of four bytes. */
export interface SealedPacket {
  readonly nonce: Uint8Array;
  readonly data: Uint8Array;
  readonly tag: Uint8Array;
  /** What the tag covers too, without being sent. */
  readonly about?: Uint8Array;
}

/** Opens packets with one key. */
export interface Opener {
  /** What was encrypted; null where the tag does not fit: another key, or a packet that was changed. */
  open(packet: SealedPacket): Uint8Array | null;
}

const CIPHER = 'aes-128-ccm';
export const TAG_BYTES = 4;
/** A device that sends two or three packets in turns repeats each of them. */
const REMEMBERED = 4;

function decrypt(key: Uint8Array, { nonce, data, tag, about }: SealedPacket): Uint8Array | null {
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(tag);
  if (about) decipher.setAAD(about, { plaintextLength: data.length });
  try {
    const text = decipher.update(data);
    decipher.final();
    return text;
  } catch {
    return null; // nothing of it may be used
  }
}

/** For a key of 16 bytes. A packet is sent up to twenty times over: the newest few are remembered, so each is decrypted once. */
export function createOpener(key: Uint8Array): Opener {
  const known = new Map<string, Uint8Array | null>();
  return {
    open(packet) {
      const id = hexOf(Buffer.concat([packet.nonce, packet.data, packet.tag]));
      const before = known.get(id);
      if (before !== undefined) return before;
      const opened = decrypt(key, packet);
      known.set(id, opened);
      for (const oldest of known.keys()) {
        if (known.size <= REMEMBERED) break;
        known.delete(oldest);
      }
      return opened;
    },
  };
}
