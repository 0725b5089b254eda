import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
/** As NIST SP 800-38D recommends for GCM; drawn anew for every value, so that one never serves twice. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
export const KEY_BYTES = 32;

/** All base64. */
export interface Sealed {
  readonly nonce: string;
  readonly tag: string;
  readonly data: string;
}

/** Encrypts under a key of 32 bytes; `about` is not kept, but only the same text opens it again. */
export function seal(key: Uint8Array, about: string, value: Uint8Array): Sealed {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(about, 'utf8'));
  const data = Buffer.concat([cipher.update(value), cipher.final()]);
  return { nonce: nonce.toString('base64'), tag: cipher.getAuthTag().toString('base64'), data: data.toString('base64') };
}

/** null with a wrong key, another `about`, or when a bit of it was changed. */
export function unseal(key: Uint8Array, about: string, sealed: Sealed): Uint8Array | null {
  const [nonce, tag] = [Buffer.from(sealed.nonce, 'base64'), Buffer.from(sealed.tag, 'base64')];
  if (key.byteLength !== KEY_BYTES || nonce.byteLength !== NONCE_BYTES || tag.byteLength !== TAG_BYTES) return null;
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(about, 'utf8'));
  decipher.setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(Buffer.from(sealed.data, 'base64')), decipher.final()]);
  } catch {
    return null;
  }
}
