/** How an object of BTHome is read. `per`: the raw number is divided by it, so that 2506 becomes 25.06 and not 25.060000000000002. */
export type BthomeObject =
  | {
      readonly kind: 'number';
      readonly name: string;
      readonly bytes: 1 | 2 | 3 | 4;
      readonly signed: boolean;
      readonly per: number;
      readonly unit: string;
    }
  | { readonly kind: 'yes-no'; readonly name: string }
  | { readonly kind: 'text' | 'raw' | 'button' | 'dimmer' | 'time'; readonly name: string }
  | { readonly kind: 'version'; readonly name: string; readonly bytes: 3 | 4 };

type Bytes = 1 | 2 | 3 | 4;
const unsigned = (name: string, bytes: Bytes, per = 1, unit = ''): BthomeObject => ({
  kind: 'number',
  name,
  bytes,
  signed: false,
  per,
  unit,
});
const signed = (name: string, bytes: Bytes, per = 1, unit = ''): BthomeObject => ({
  kind: 'number',
  name,
  bytes,
  signed: true,
  per,
  unit,
});
const yesNo = (name: string): BthomeObject => ({ kind: 'yes-no', name });

/** Object ids of BTHome version 2 (bthome.io/format). What is not here ends the reading of a frame: its length is not known. */
export const BTHOME_OBJECTS: ReadonlyMap<number, BthomeObject> = new Map<number, BthomeObject>([
  [0x00, unsigned('packet', 1)],
  [0x01, unsigned('battery', 1, 1, '%')],
  [0x02, signed('temperature', 2, 100, '°C')],
  [0x03, unsigned('humidity', 2, 100, '%')],
  [0x04, unsigned('pressure', 3, 100, 'hPa')],
  [0x05, unsigned('illuminance', 3, 100, 'lx')],
  [0x06, unsigned('mass', 2, 100, 'kg')],
  [0x07, unsigned('mass-lb', 2, 100, 'lb')],
  [0x08, signed('dew-point', 2, 100, '°C')],
  [0x09, unsigned('count', 1)],
  [0x0a, unsigned('energy', 3, 1000, 'kWh')],
  [0x0b, unsigned('power', 3, 100, 'W')],
  [0x0c, unsigned('voltage', 2, 1000, 'V')],
  [0x0d, unsigned('pm2-5', 2, 1, 'µg/m³')],
  [0x0e, unsigned('pm10', 2, 1, 'µg/m³')],
  [0x0f, yesNo('generic')],
  [0x10, yesNo('power-on')],
  [0x11, yesNo('opening')],
  [0x12, unsigned('co2', 2, 1, 'ppm')],
  [0x13, unsigned('tvoc', 2, 1, 'µg/m³')],
  [0x14, unsigned('moisture', 2, 100, '%')],
  [0x15, yesNo('battery-low')],
  [0x16, yesNo('battery-charging')],
  [0x17, yesNo('carbon-monoxide')],
  [0x18, yesNo('cold')],
  [0x19, yesNo('connectivity')],
  [0x1a, yesNo('door')],
  [0x1b, yesNo('garage-door')],
  [0x1c, yesNo('gas-detected')],
  [0x1d, yesNo('heat')],
  [0x1e, yesNo('light')],
  [0x1f, yesNo('unlocked')], // the format calls it lock, and 1 means open
  [0x20, yesNo('moisture-detected')],
  [0x21, yesNo('motion')],
  [0x22, yesNo('moving')],
  [0x23, yesNo('occupancy')],
  [0x24, yesNo('plug')],
  [0x25, yesNo('presence')],
  [0x26, yesNo('problem')],
  [0x27, yesNo('running')],
  [0x28, yesNo('safety')],
  [0x29, yesNo('smoke')],
  [0x2a, yesNo('sound')],
  [0x2b, yesNo('tamper')],
  [0x2c, yesNo('vibration')],
  [0x2d, yesNo('window')],
  [0x2e, unsigned('humidity', 1, 1, '%')],
  [0x2f, unsigned('moisture', 1, 1, '%')],
  [0x3a, { kind: 'button', name: 'button' }],
  [0x3c, { kind: 'dimmer', name: 'dimmer' }],
  [0x3d, unsigned('count', 2)],
  [0x3e, unsigned('count', 4)],
  [0x3f, signed('rotation', 2, 10, '°')],
  [0x40, unsigned('distance-mm', 2, 1, 'mm')],
  [0x41, unsigned('distance', 2, 10, 'm')],
  [0x42, unsigned('duration', 3, 1000, 's')],
  [0x43, unsigned('current', 2, 1000, 'A')],
  [0x44, unsigned('speed', 2, 100, 'm/s')],
  [0x45, signed('temperature', 2, 10, '°C')],
  [0x46, unsigned('uv-index', 1, 10)],
  [0x47, unsigned('volume', 2, 10, 'L')],
  [0x48, unsigned('volume-ml', 2, 1, 'mL')],
  [0x49, unsigned('flow', 2, 1000, 'm³/h')],
  [0x4a, unsigned('voltage', 2, 10, 'V')],
  [0x4b, unsigned('gas', 3, 1000, 'm³')],
  [0x4c, unsigned('gas', 4, 1000, 'm³')],
  [0x4d, unsigned('energy', 4, 1000, 'kWh')],
  [0x4e, unsigned('volume', 4, 1000, 'L')],
  [0x4f, unsigned('water', 4, 1000, 'L')],
  [0x50, { kind: 'time', name: 'time' }],
  [0x51, unsigned('acceleration', 2, 1000, 'm/s²')],
  [0x52, unsigned('gyroscope', 2, 1000, '°/s')],
  [0x53, { kind: 'text', name: 'text' }],
  [0x54, { kind: 'raw', name: 'raw' }],
  [0x55, unsigned('volume-stored', 4, 1000, 'L')],
  [0x56, unsigned('conductivity', 2, 1, 'µS/cm')],
  [0x57, signed('temperature', 1, 1, '°C')],
  [0x58, signed('temperature', 1, 1 / 0.35, '°C')],
  [0x59, signed('count', 1)],
  [0x5a, signed('count', 2)],
  [0x5b, signed('count', 4)],
  [0x5c, signed('power', 4, 100, 'W')],
  [0x5d, signed('current', 2, 1000, 'A')],
  [0x5e, unsigned('direction', 2, 100, '°')],
  [0x5f, unsigned('precipitation', 2, 10, 'mm')],
  [0x60, unsigned('channel', 1)],
  [0x61, unsigned('rotational-speed', 2, 1, 'rpm')],
  [0x62, signed('speed', 4, 1_000_000, 'm/s')],
  [0x63, signed('acceleration', 4, 1_000_000, 'm/s²')],
  [0xf0, unsigned('device-type', 2)],
  [0xf1, { kind: 'version', name: 'firmware', bytes: 4 }],
  [0xf2, { kind: 'version', name: 'firmware', bytes: 3 }],
]);
