import { createCipheriv } from 'node:crypto';
import type { AdvertParts } from '../../../../core/adapters/ble/fact.ts';
import { hex } from './adverts.ts';

/** The key and the address of the example in bthome.io/encryption. */
export const KEY = '231d39c1d7cc1ab1aee224cd096db932';
export const ADDRESS = '54:48:E6:8F:80:A5';

/** What a BTHome device of this address sends: objects as hex, encrypted as the specification says. */
export function bthome(objects: string, counter: number, key = KEY): ReadonlyMap<string, Uint8Array> {
  const head = Buffer.from('41', 'hex');
  const count = Buffer.alloc(4);
  count.writeUInt32LE(counter);
  const nonce = Buffer.concat([hex(ADDRESS.replaceAll(':', '')), hex('D2FC'), head, count]);
  const cipher = createCipheriv('aes-128-ccm', hex(key), nonce, { authTagLength: 4 });
  const data = cipher.update(hex(objects));
  cipher.final();
  return new Map([['fcd2', Uint8Array.from(Buffer.concat([head, data, count, cipher.getAuthTag()]))]]);
}

export const sealed = (service: string, address: string, text: string): AdvertParts => ({
  address,
  manufacturer: new Map(),
  services: new Map([[service, hex(text)]]),
});
