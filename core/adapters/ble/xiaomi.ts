import { addressOf, createCursor } from './bytes.ts';
import { type AdvertParts, type Fact, type Found, fact, numbered } from './fact.ts';
import type { Opener } from './opener.ts';
import { mibeaconPacket } from './sealed-packets.ts';

const MIBEACON = 'fe95';
/** Bits of the frame control word. */
const IS = { encrypted: 0x08, withAddress: 0x10, withCapability: 0x20, withObject: 0x40, mesh: 0x80 };
const CAPABILITY_IO = 0x20;
const PLANT_SENSOR = 0x0098;
const PRODUCTS = new Map([
  [0x01aa, 'LYWSDCGQ'],
  [0x045b, 'LYWSD02'],
  [0x055b, 'LYWSD03MMC'],
  [0x066f, 'CGDK2'],
  [0x0b48, 'CGG1'],
  [0x1203, 'XMWSDJ04MMC'],
  [0x16e4, 'LYWSD02MMC'],
  [0x2542, 'LYWSD02MMC'],
  [0x55b5, 'MJWSD06MMC'],
  [PLANT_SENSOR, 'HHCCJCY01'],
]);

/** A number of four bytes, to two decimals; none where it is not a number. */
function floatFact(name: string, bytes: Uint8Array, unit: string): Fact[] {
  const value = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getFloat32(0, true);
  return Number.isFinite(value) ? [fact(name, Math.round(value * 100) / 100, unit)] : [];
}

/** Facts of one object; an unknown object gives none. Undefined: its length is not the one of its type. */
function readObject(type: number, bytes: Uint8Array, product: number): Fact[] | undefined {
  const data = createCursor(bytes);
  const sized = (length: number, facts: () => Fact[]): Fact[] | undefined => (bytes.length === length ? facts() : undefined);
  switch (type) {
    case 0x1004:
      return sized(2, () => [fact('temperature', data.signed(2) / 10, '°C')]);
    case 0x1006:
      return sized(2, () => [fact('humidity', data.unsigned(2) / 10, '%')]);
    case 0x4801: // newer products, which encrypt all of it
    case 0x4c01:
      return sized(4, () => floatFact('temperature', bytes, '°C'));
    case 0x4802:
    case 0x4c02:
      return sized(1, () => [fact('humidity', data.unsigned(1), '%')]);
    case 0x4c08:
      return sized(4, () => floatFact('humidity', bytes, '%'));
    case 0x1007: // lux only of this product; of others it means light or dark
      return product === PLANT_SENSOR ? sized(3, () => [fact('illuminance', data.unsigned(3), 'lx')]) : [];
    case 0x1008:
      return sized(1, () => [fact('moisture', data.unsigned(1), '%')]);
    case 0x1009:
      return sized(2, () => [fact('conductivity', data.unsigned(2), 'µS/cm')]);
    case 0x100a:
    case 0x4803:
    case 0x4c03:
      return sized(1, () => [fact('battery', data.unsigned(1), '%')]);
    case 0x100d:
      return sized(4, () => [fact('temperature', data.signed(2) / 10, '°C'), fact('humidity', data.unsigned(2) / 10, '%')]);
    default:
      return [];
  }
}

type Objects = Pick<Found, 'facts' | 'problem'>;
const bad = (problem: string): Objects => ({ facts: [], problem });

function readObjects(bytes: Uint8Array, product: number, packet: number): Objects {
  const data = createCursor(bytes);
  const facts: Fact[] = [];
  while (data.left > 0) {
    const type = data.unsigned(2);
    const object = data.take(data.unsigned(1));
    if (data.short) return bad('an object is cut off');
    const read = readObject(type, object, product);
    if (!read) return bad(`object 0x${type.toString(16)} has the wrong length`);
    facts.push(...read);
  }
  return { facts: [...facts, fact('packet', packet)] };
}

interface Frame {
  readonly version: number;
  readonly product: number;
  readonly packet: number;
  /** Product and frame counter as they were sent. */
  readonly head: Uint8Array;
  readonly rest: Uint8Array;
}

/**
 * What was encrypted, with its counter; or why it stays closed. Versions 2 and 3 have no tag: a wrong key would give wrong values. In
 * version 4 some devices fill the upper bytes of the counter at random: it tells packets apart, but not old from new.
 */
function readSealed(
  address: string,
  { version, product, packet, head, rest }: Frame,
  opener: Opener | undefined,
): Objects & Pick<Found, 'seal' | 'counter'> {
  if (version < 4) return bad('encrypted in an old way that nothing can be proved by');
  const sealed = mibeaconPacket(address, head, rest);
  if (!sealed) return bad('an encrypted frame that is too short');
  if (!opener) return { facts: [], seal: 'no-key' };
  const opened = opener.open(sealed);
  if (!opened) return { facts: [], seal: 'wrong-key' };
  const read = readObjects(opened, product, packet);
  return version === 4 ? { ...read, seal: 'open' } : { ...read, seal: 'open', counter: sealed.counter };
}

/**
 * Xiaomi MiBeacon versions 2 to 5 (as described by the community, github.com/Bluetooth-Devices/xiaomi-ble): service data 0xFE95. The
 * address inside must be the one that it came from.
 */
export function decodeXiaomi({ services, address }: AdvertParts, opener?: Opener): Found | undefined {
  const bytes = services.get(MIBEACON);
  if (!bytes) return undefined;
  const data = createCursor(bytes);
  const control = data.unsigned(2);
  const product = data.unsigned(2);
  const packet = data.unsigned(1);
  const version = control >> 12;
  const format = `Xiaomi ${PRODUCTS.get(product) ?? `0x${product.toString(16).padStart(4, '0')}`}`;
  const found = ({ facts, ...more }: Omit<Found, 'decoder' | 'format'>): Found => ({
    decoder: 'xiaomi',
    format,
    facts: numbered(facts),
    ...more,
  });
  if (data.short) return found(bad('a frame that is too short'));
  if ((control & IS.mesh) !== 0 || version < 2) return found(bad('a version that is not known'));
  if ((control & IS.withAddress) !== 0 && addressOf(data.take(6), true) !== address)
    return found(bad('the address of another device'));
  if ((control & IS.withCapability) !== 0 && (data.unsigned(1) & CAPABILITY_IO) !== 0)
    return found(bad('a capability that is not known'));
  if (data.short) return found(bad('a frame that is too short'));
  if ((control & IS.withObject) === 0) return found({ facts: [] });
  const rest = data.take(data.left);
  if ((control & IS.encrypted) === 0) return found(readObjects(rest, product, packet));
  return found(readSealed(address, { version, product, packet, head: bytes.subarray(2, 5), rest }, opener));
}
