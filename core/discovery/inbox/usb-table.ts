import type { GuessView } from '../../contract/commission-views.ts';

/** What a USB id says of what hangs on it. */
export interface UsbKnown {
  /** `FTDI FT232R` */
  readonly chip: string;
  /** A plain adapter from USB to a serial line, or a device with a USB socket of its own. */
  readonly is: 'adapter' | 'gps' | 'scanner' | 'printer' | 'scale' | 'board';
}

/** By `vendor:product` as in the public list of USB ids; adapters first, by how often they are met. */
const PRODUCTS: Readonly<Record<string, UsbKnown>> = {
  '0403:6001': { chip: 'FTDI FT232R', is: 'adapter' },
  '0403:6010': { chip: 'FTDI FT2232, two ports', is: 'adapter' },
  '0403:6011': { chip: 'FTDI FT4232, four ports', is: 'adapter' },
  '0403:6014': { chip: 'FTDI FT232H', is: 'adapter' },
  '0403:6015': { chip: 'FTDI FT-X', is: 'adapter' },
  '10c4:ea60': { chip: 'Silicon Labs CP210x', is: 'adapter' },
  '10c4:ea70': { chip: 'Silicon Labs CP2105, two ports', is: 'adapter' },
  '10c4:ea71': { chip: 'Silicon Labs CP2108, four ports', is: 'adapter' },
  '067b:2303': { chip: 'Prolific PL2303', is: 'adapter' },
  '067b:23a3': { chip: 'Prolific PL2303GC', is: 'adapter' },
  '1a86:7523': { chip: 'WCH CH340', is: 'adapter' },
  '1a86:5523': { chip: 'WCH CH341', is: 'adapter' },
  '1a86:55d3': { chip: 'WCH CH343', is: 'adapter' },
  '1a86:55d4': { chip: 'WCH CH9102', is: 'adapter' },
  '04d8:00df': { chip: 'Microchip MCP2200', is: 'adapter' },
  '9710:7840': { chip: 'MosChip MCS7820/7840', is: 'adapter' },
  '0557:2008': { chip: 'ATEN UC-232A', is: 'adapter' },
  '1546:01a5': { chip: 'u-blox 5', is: 'gps' },
  '1546:01a6': { chip: 'u-blox 6', is: 'gps' },
  '1546:01a7': { chip: 'u-blox 7', is: 'gps' },
  '1546:01a8': { chip: 'u-blox 8', is: 'gps' },
  '1546:01a9': { chip: 'u-blox 9', is: 'gps' },
  '2341:0043': { chip: 'Arduino Uno', is: 'board' },
  '2341:0042': { chip: 'Arduino Mega 2560', is: 'board' },
  '2e8a:0005': { chip: 'Raspberry Pi Pico with MicroPython', is: 'board' },
  '303a:1001': { chip: 'Espressif ESP32, serial by USB', is: 'board' },
};

/** Makers whose devices with a serial port are all of one kind. */
const VENDORS: Readonly<Record<string, UsbKnown>> = {
  '1546': { chip: 'u-blox receiver', is: 'gps' },
  '0c2e': { chip: 'Honeywell scanner', is: 'scanner' },
  '05f9': { chip: 'Datalogic scanner', is: 'scanner' },
  '05e0': { chip: 'Zebra (Symbol) scanner', is: 'scanner' },
  '04b8': { chip: 'Epson receipt printer', is: 'printer' },
  '0eb8': { chip: 'Mettler-Toledo scale', is: 'scale' },
};

/** What this USB id is; undefined where the table does not know. */
export const usbKnown = (vendor: string, product: string): UsbKnown | undefined =>
  PRODUCTS[`${vendor}:${product}`] ?? VENDORS[vendor];

export type SerialGuess = Pick<GuessView, 'what' | 'confidence' | 'adapter' | 'draft'>;

const point = (name: string, label: string, value: string, unit?: string, decimals?: number) => ({
  name,
  label,
  value,
  ...(unit !== undefined && { unit }),
  ...(decimals !== undefined && { decimals }),
});

/** What speaks on a port, by kind, with a device to begin with. */
export const SERIAL_KINDS = {
  gps: {
    what: 'GPS receiver',
    confidence: 'sure',
    adapter: 'nmea',
    draft: {
      adapter: 'nmea',
      points: [
        point('latitude', 'Latitude', 'latitude', '°', 5),
        point('longitude', 'Longitude', 'longitude', '°', 5),
        point('speed', 'Speed', 'speed', 'km/h', 1),
        point('satellites', 'Satellites', 'satellites'),
      ],
    },
  },
  scanner: {
    what: 'Barcode scanner',
    confidence: 'likely',
    adapter: 'scanner',
    draft: { adapter: 'scanner', points: [point('code', 'Code', 'code'), point('symbology', 'Symbology', 'symbology')] },
  },
  scale: {
    what: 'Weighing scale',
    confidence: 'likely',
    adapter: 'scale',
    draft: {
      adapter: 'scale',
      protocol: 'sics',
      points: [point('weight', 'Weight', 'weight', 'kg', 3), point('stable', 'Stable', 'stable')],
    },
  },
  printer: {
    what: 'Receipt printer',
    confidence: 'likely',
    adapter: 'printer',
    draft: { adapter: 'printer', points: [point('online', 'Online', 'online'), point('paper', 'Paper', 'paper')] },
  },
  obd: {
    what: 'ELM327 adapter for vehicles',
    confidence: 'likely',
    adapter: 'obd',
    draft: {
      adapter: 'obd',
      points: [
        point('rpm', 'Engine speed', 'pid:0C', 'rpm', 0),
        point('speed', 'Vehicle speed', 'pid:0D', 'km/h', 0),
        point('coolant', 'Coolant temperature', 'pid:05', '°C', 0),
        point('codes', 'Trouble codes', 'codes'),
      ],
    },
  },
  modbus: {
    what: 'Modbus devices on a serial line',
    confidence: 'maybe',
    adapter: 'modbus-rtu',
    draft: { adapter: 'modbus-rtu' },
  },
  text: {
    what: 'A device that sends lines of text',
    confidence: 'maybe',
    adapter: 'line',
    draft: { adapter: 'line', pattern: '(?<line>.+)', points: [{ name: 'line', label: 'Line', type: 'text' }] },
  },
} as const satisfies Readonly<Record<string, SerialGuess>>;
