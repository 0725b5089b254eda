import { addressOf, type Cursor, createCursor } from './bytes.ts';
import { type AdvertParts, type Fact, type Found, fact, numbered } from './fact.ts';

const MIBEACON = 'fe95';
const ENVIRONMENT = '181a';
/** Bits of the frame control word. */
const IS = { encrypted: 0x08, withAddress: 0x10, withCapability: 0x20, withObject: 0x40, mesh: 0x80 };
const CAPABILITY_IO = 0x20;
const PLANT_SENSOR = 0x0098;
const PRODUCTS = new Map([
  [0x01aa, 'LYWSDCGQ'],
  [0x045b, 'LYWSD02'],
  [0x055b, 'LYWSD03MMC'],
  [PLANT_SENSOR, 'HHCCJCY01'],
]);

/** Facts of one object; an unknown object gives none. Undefined: its length is not the one of its type. */
function readObject(type: number, bytes: Uint8Array, product: number): Fact[] | undefined {
  const data = createCursor(bytes);
  const sized = (length: number, facts: () => Fact[]): Fact[] | undefined => (bytes.length === length ? facts() : undefined);
  switch (type) {
    case 0x1004:
      return sized(2, () => [fact('temperature', data.signed(2) / 10, '°C')]);
    case 0x1006:
      return sized(2, () => [fact('humidity', data.unsigned(2) / 10, '%')]);
    case 0x1007: // lux only of this product; of others it means light or dark
      return product === PLANT_SENSOR ? sized(3, () => [fact('illuminance', data.unsigned(3), 'lx')]) : [];
    case 0x1008:
      return sized(1, () => [fact('moisture', data.unsigned(1), '%')]);
    case 0x1009:
      return sized(2, () => [fact('conductivity', data.unsigned(2), 'µS/cm')]);
    case 0x100a:
      return sized(1, () => [fact('battery', data.unsigned(1), '%')]);
    case 0x100d:
      return sized(4, () => [fact('temperature', data.signed(2) / 10, '°C'), fact('humidity', data.unsigned(2) / 10, '%')]);
    default:
      return [];
  }
}

function readObjects(data: Cursor, product: number): Fact[] | string {
  const facts: Fact[] = [];
  while (data.left > 0) {
    const type = data.unsigned(2);
    const bytes = data.take(data.unsigned(1));
    if (data.short) return 'an object is cut off';
    const read = readObject(type, bytes, product);
    if (!read) return `object 0x${type.toString(16)} has the wrong length`;
    facts.push(...read);
  }
  return facts;
}

/**
 * Xiaomi MiBeacon versions 2 to 5, unencrypted objects (as described by the community, github.com/Bluetooth-Devices/xiaomi-ble):
 * service data 0xFE95. The address inside must be the one that it came from. Encrypted frames are only named.
 */
export function decodeXiaomi({ services, address }: AdvertParts): Found | undefined {
  const bytes = services.get(MIBEACON);
  if (!bytes) return undefined;
  const data = createCursor(bytes);
  const control = data.unsigned(2);
  const product = data.unsigned(2);
  const packet = data.unsigned(1);
  const format = `Xiaomi ${PRODUCTS.get(product) ?? `0x${product.toString(16).padStart(4, '0')}`}`;
  const found = (read: Fact[] | string): Found =>
    typeof read === 'string'
      ? { decoder: 'xiaomi', format, facts: [], problem: read }
      : { decoder: 'xiaomi', format, facts: numbered(read) };
  if (data.short) return found('a frame that is too short');
  if ((control & IS.mesh) !== 0 || control >> 12 < 2) return found('a version that is not known');
  if ((control & IS.withAddress) !== 0 && addressOf(data.take(6), true) !== address)
    return found('the address of another device');
  if ((control & IS.encrypted) !== 0) return found('encrypted');
  if ((control & IS.withCapability) !== 0 && (data.unsigned(1) & CAPABILITY_IO) !== 0)
    return found('a capability that is not known');
  if (data.short) return found('a frame that is too short');
  if ((control & IS.withObject) === 0) return found([]);
  const read = readObjects(data, product);
  return found(typeof read === 'string' ? read : [...read, fact('packet', packet)]);
}

const percent = (value: number): boolean => value <= 100;

/** Thermometers with the ATC firmware of atc1441 (README of ATC_MiThermometer): service data 0x181A, 13 bytes, big endian. */
export function decodeAtc({ services, address }: AdvertParts): Found | undefined {
  const bytes = services.get(ENVIRONMENT);
  if (bytes?.length !== 13) return undefined;
  const data = createCursor(bytes);
  if (addressOf(data.take(6), false) !== address) return undefined;
  const temperature = data.signed(2, 'big') / 10;
  const humidity = data.unsigned(1);
  const battery = data.unsigned(1);
  const what = { decoder: 'atc', format: 'ATC thermometer' } as const;
  if (!percent(humidity) || !percent(battery)) return { ...what, facts: [], problem: 'a share above 100 %' };
  return {
    ...what,
    facts: [
      fact('temperature', temperature, '°C'),
      fact('humidity', humidity, '%'),
      fact('battery', battery, '%'),
      fact('battery-voltage', data.unsigned(2, 'big') / 1000, 'V'),
      fact('packet', data.unsigned(1)),
    ],
  };
}

/** The custom format of pvvx's firmware (README of pvvx/ATC_MiThermometer): service data 0x181A, 15 bytes, little endian. */
export function decodePvvx({ services, address }: AdvertParts): Found | undefined {
  const bytes = services.get(ENVIRONMENT);
  if (bytes?.length !== 15) return undefined;
  const data = createCursor(bytes);
  if (addressOf(data.take(6), true) !== address) return undefined;
  const temperature = data.signed(2) / 100;
  const humidity = data.unsigned(2) / 100;
  const millivolts = data.unsigned(2);
  const battery = data.unsigned(1);
  const what = { decoder: 'pvvx', format: 'pvvx thermometer' } as const;
  if (!percent(humidity) || !percent(battery)) return { ...what, facts: [], problem: 'a share above 100 %' };
  return {
    ...what,
    facts: [
      fact('temperature', temperature, '°C'),
      fact('humidity', humidity, '%'),
      fact('battery', battery, '%'),
      fact('battery-voltage', millivolts / 1000, 'V'),
      fact('packet', data.unsigned(1)),
      fact('reed-switch', (data.unsigned(1) & 1) === 1),
    ],
  };
}
