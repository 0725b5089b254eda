import { GATT_FACTS } from '../../contract/document/ble-facts.ts';
import { createCursor, hexOf, textOf } from './bytes.ts';
import { type Fact, fact } from './fact.ts';
import {
  type Read,
  readBloodPressure,
  readCuffPressure,
  readGlucose,
  readHeartRate,
  readOximeter,
  readSpotOximeter,
  readThermometer,
  readWeight,
} from './health.ts';

/** A characteristic of the Bluetooth SIG that the gateway understands. */
export interface StandardCharacteristic {
  readonly name: string;
  read(bytes: Uint8Array): Read;
}

interface NumberForm {
  readonly bytes: 1 | 2 | 3 | 4;
  readonly signed?: true;
  /** The raw number is divided by it. */
  readonly per?: number;
  /** Raw value of "not known". */
  readonly none?: number;
  readonly most?: number;
}

/** One number, of exactly its length. */
function number(name: string, title: string, unit: string, form: NumberForm): StandardCharacteristic {
  return {
    name: title,
    read(bytes) {
      if (bytes.length !== form.bytes) return 'wrong length';
      const data = createCursor(bytes);
      const raw = form.signed ? data.signed(form.bytes) : data.unsigned(form.bytes);
      if (raw === form.none) return 'the device reports that it has no value';
      if (form.most !== undefined && raw > form.most) return `${raw} is more than it can be`;
      return [fact(name, raw / (form.per ?? 1), unit)];
    },
  };
}
function text(name: string, title: string): StandardCharacteristic {
  return {
    name: title,
    read(bytes) {
      const value = textOf(bytes);
      return value === undefined ? 'not a text' : [fact(name, value)];
    },
  };
}
const health = (name: string, read: (bytes: Uint8Array) => Read): StandardCharacteristic => ({ name, read });

/** PnP ID: who gave the number (1 the SIG, 2 the USB forum), maker, product, version. */
function readPnp(bytes: Uint8Array): Read {
  if (bytes.length !== 7) return 'wrong length';
  const data = createCursor(bytes);
  const source = data.unsigned(1) === 2 ? 'usb' : 'bluetooth';
  const [maker, product, version] = [data.unsigned(2), data.unsigned(2), data.unsigned(2)].map((part) =>
    part.toString(16).padStart(4, '0'),
  );
  return [fact('pnp-id', `${source}:${maker}:${product}:${version}`)];
}

/**
 * Characteristics of the standard services, by their short UUID. Formats: the services' specifications, and the GATT Specification
 * Supplement for the environmental ones.
 */
export const STANDARD: ReadonlyMap<string, StandardCharacteristic> = new Map<string, StandardCharacteristic>([
  ['2a37', health('Heart Rate Measurement', readHeartRate)],
  ['2a1c', health('Temperature Measurement', readThermometer)],
  ['2a35', health('Blood Pressure Measurement', readBloodPressure)],
  ['2a5f', health('Pulse Oximeter Continuous', readOximeter)],
  ['2a5e', health('Pulse Oximeter Spot-Check', readSpotOximeter)],
  ['2a18', health('Glucose Measurement', readGlucose)],
  ['2a9d', health('Weight Measurement', readWeight)],
  ['2a19', number('battery', 'Battery Level', '%', { bytes: 1, most: 100 })],
  ['2a6e', number('temperature', 'Temperature', '°C', { bytes: 2, signed: true, per: 100, none: -0x8000 })],
  ['2a1f', number('temperature', 'Temperature Celsius', '°C', { bytes: 2, signed: true, per: 10 })],
  ['2a1e', health('Intermediate Temperature', readThermometer)],
  ['2a36', health('Intermediate Cuff Pressure', readCuffPressure)],
  ['2a6f', number('humidity', 'Humidity', '%', { bytes: 2, per: 100, none: 0xffff })],
  ['2a6d', number('pressure', 'Pressure', 'hPa', { bytes: 4, per: 1000 })],
  ['2a6c', number('elevation', 'Elevation', 'm', { bytes: 3, signed: true, per: 100 })],
  ['2a70', number('wind-speed', 'True Wind Speed', 'm/s', { bytes: 2, per: 100 })],
  ['2a71', number('wind-direction', 'True Wind Direction', '°', { bytes: 2, per: 100 })],
  ['2a72', number('apparent-wind-speed', 'Apparent Wind Speed', 'm/s', { bytes: 2, per: 100 })],
  ['2a73', number('apparent-wind-direction', 'Apparent Wind Direction', '°', { bytes: 2, per: 100 })],
  ['2a74', number('gust-factor', 'Gust Factor', '', { bytes: 1, per: 10 })],
  ['2a76', number('uv-index', 'UV Index', '', { bytes: 1 })],
  ['2a77', number('irradiance', 'Irradiance', 'W/m²', { bytes: 2, per: 10 })],
  ['2a78', number('rainfall', 'Rainfall', 'mm', { bytes: 2 })],
  ['2a79', number('wind-chill', 'Wind Chill', '°C', { bytes: 1, signed: true })],
  ['2a7a', number('heat-index', 'Heat Index', '°C', { bytes: 1, signed: true })],
  ['2a7b', number('dew-point', 'Dew Point', '°C', { bytes: 1, signed: true })],
  ['2a00', text('device-name', 'Device Name')],
  ['2a29', text('maker', 'Manufacturer Name')],
  ['2a24', text('model', 'Model Number')],
  ['2a25', text('serial-number', 'Serial Number')],
  ['2a26', text('firmware', 'Firmware Revision')],
  ['2a27', text('hardware', 'Hardware Revision')],
  ['2a28', text('software', 'Software Revision')],
  ['2a38', number('body-location', 'Body Sensor Location', '', { bytes: 1 })],
  ['2a50', health('PnP ID', readPnp)],
]);

const SERVICES: Readonly<Record<string, string>> = {
  '1800': 'Generic Access',
  '1801': 'Generic Attribute',
  '1808': 'Glucose',
  '1809': 'Health Thermometer',
  '180a': 'Device Information',
  '180d': 'Heart Rate',
  '180f': 'Battery',
  '1810': 'Blood Pressure',
  '181a': 'Environmental Sensing',
  '181d': 'Weight Scale',
  '1822': 'Pulse Oximeter',
};

export const serviceName = (uuid: string): string => SERVICES[uuid] ?? '';
export const characteristicName = (uuid: string): string => STANDARD.get(uuid)?.name ?? '';

/** Characteristics that may give a fact, the best first. */
export const sourcesOf = (name: string): string[] => Object.keys(GATT_FACTS).filter((uuid) => GATT_FACTS[uuid]?.includes(name));

/** Facts of a characteristic's value; a text says why there are none. Undefined: not one of the standard ones. */
export function readCharacteristic(uuid: string, bytes: Uint8Array): readonly Fact[] | string | undefined {
  return STANDARD.get(uuid)?.read(bytes);
}

const PRINTABLE = /^[\x20-\x7e]{2,}$/;

/** A value in words for the screen: facts where it is a standard one, else its text, else its bytes. */
export function wordsOf(uuid: string, bytes: Uint8Array): string {
  const read = readCharacteristic(uuid, bytes);
  if (typeof read === 'string') return `${hexOf(bytes)} (${read})`;
  if (read) return read.map(({ name, value, unit }) => `${name} ${value}${unit === '' ? '' : ` ${unit}`}`).join(', ');
  const plain = textOf(bytes);
  return plain !== undefined && PRINTABLE.test(plain) && plain.length === bytes.length ? `"${plain}"` : hexOf(bytes);
}
