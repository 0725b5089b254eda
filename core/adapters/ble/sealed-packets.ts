import { type SealedPacket, TAG_BYTES } from './opener.ts';

/** A packet with the number that tells it from others, where that number is long enough to tell an old one. */
export interface CountedPacket extends SealedPacket {
  readonly counter: number;
}

const COUNTER_BYTES = 4;
const EXTENSION_BYTES = 3;
/** Xiaomi's formats, and those that follow them, let the tag cover this byte too. */
const ABOUT = Uint8Array.of(0x11);
const BTHOME_UUID = Uint8Array.of(0xd2, 0xfc);
/** Of the advertisement around the service data: its kind, and its UUID as it is sent. */
const SERVICE_16 = Uint8Array.of(0x16, 0x1a, 0x18);

const bytesOf = (address: string): Uint8Array => Uint8Array.from(Buffer.from(address.replaceAll(':', ''), 'hex'));
const little = (bytes: Uint8Array): number => bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);

/** BTHome version 2 (bthome.io/encryption): head, encrypted objects, counter, tag. Undefined where there is no room for an object. */
export function bthomePacket(address: string, bytes: Uint8Array): CountedPacket | undefined {
  const end = bytes.length - COUNTER_BYTES - TAG_BYTES;
  if (end < 3) return undefined;
  const count = bytes.subarray(end, end + COUNTER_BYTES);
  return {
    nonce: Buffer.concat([bytesOf(address), BTHOME_UUID, bytes.subarray(0, 1), count]),
    data: bytes.subarray(1, end),
    tag: bytes.subarray(end + COUNTER_BYTES),
    counter: little(count),
  };
}

/**
 * Xiaomi MiBeacon versions 4 and 5: `head` is product and frame counter as they were sent, `rest` what follows address and capability:
 * encrypted objects, the upper three bytes of the counter, tag. Undefined where there is no room for an object.
 */
export function mibeaconPacket(address: string, head: Uint8Array, rest: Uint8Array): CountedPacket | undefined {
  const end = rest.length - EXTENSION_BYTES - TAG_BYTES;
  const [frame] = head.subarray(2);
  if (end < 3 || frame === undefined) return undefined;
  const extension = rest.subarray(end, end + EXTENSION_BYTES);
  return {
    nonce: Buffer.concat([bytesOf(address).reverse(), head, extension]),
    data: rest.subarray(0, end),
    tag: rest.subarray(end + EXTENSION_BYTES),
    about: ABOUT,
    counter: little(extension) * 256 + frame,
  };
}

/**
 * The encrypted custom format of pvvx's firmware: a counter of one byte, six encrypted bytes, tag. The counter comes round after 256
 * packets: it tells a repetition, but not an old packet from a new one.
 */
export function pvvxPacket(address: string, bytes: Uint8Array): SealedPacket {
  const end = bytes.length - TAG_BYTES;
  const length = bytes.length + SERVICE_16.length; // as it stands in the advertisement, and in the nonce
  return {
    nonce: Buffer.concat([bytesOf(address).reverse(), Uint8Array.of(length), SERVICE_16, bytes.subarray(0, 1)]),
    data: bytes.subarray(1, end),
    tag: bytes.subarray(end),
    about: ABOUT,
  };
}
