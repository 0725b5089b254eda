import type { ADVERT_DECODERS } from './wireless-devices.ts';

/** Facts of the standard characteristics by their short UUID; where several give one fact, the best stands first. */
export const GATT_FACTS: Readonly<Record<string, readonly string[]>> = {
  '2a37': ['heart-rate', 'contact', 'energy-kj', 'rr-interval'],
  '2a1c': ['temperature', 'temperature-type', 'device-time'],
  '2a35': [
    'systolic',
    'diastolic',
    'mean-arterial',
    'pulse-rate',
    'user',
    'body-movement',
    'cuff-loose',
    'irregular-pulse',
    'device-time',
  ],
  '2a5f': ['spo2', 'pulse-rate', 'pulse-amplitude', 'spo2-fast', 'spo2-slow', 'pulse-rate-fast', 'pulse-rate-slow'],
  '2a5e': ['spo2', 'pulse-rate', 'pulse-amplitude', 'device-time'],
  '2a18': ['glucose', 'glucose-mass', 'sequence', 'device-time'],
  '2a9d': ['weight', 'bmi', 'height', 'user', 'device-time'],
  '2a19': ['battery'],
  '2a6e': ['temperature'],
  '2a1f': ['temperature'],
  '2a1e': ['temperature', 'temperature-type', 'device-time'],
  '2a36': ['cuff-pressure', 'pulse-rate', 'user', 'body-movement', 'cuff-loose', 'irregular-pulse', 'device-time'],
  '2a6f': ['humidity'],
  '2a6d': ['pressure'],
  '2a6c': ['elevation'],
  '2a70': ['wind-speed'],
  '2a71': ['wind-direction'],
  '2a72': ['apparent-wind-speed'],
  '2a73': ['apparent-wind-direction'],
  '2a74': ['gust-factor'],
  '2a76': ['uv-index'],
  '2a77': ['irradiance'],
  '2a78': ['rainfall'],
  '2a79': ['wind-chill'],
  '2a7a': ['heat-index'],
  '2a7b': ['dew-point'],
  '2a00': ['device-name'],
  '2a29': ['maker'],
  '2a24': ['model'],
  '2a25': ['serial-number'],
  '2a26': ['firmware'],
  '2a27': ['hardware'],
  '2a28': ['software'],
  '2a38': ['body-location'],
  '2a50': ['pnp-id'],
};

type Decoder = Exclude<(typeof ADVERT_DECODERS)[number], 'auto'>;

const words = (text: string): readonly string[] => text.trim().split(/\s+/);
const RUUVI = words('temperature humidity pressure acceleration-x acceleration-y acceleration-z battery-voltage');
const ATC = words('temperature humidity battery battery-voltage packet');

/** Facts of the formats of advertisements. One that may come twice in a frame is numbered: `temperature-2`. */
export const ADVERT_FACTS: Readonly<Record<Decoder, readonly string[]>> = {
  'bthome-v2': words(`
    packet battery temperature humidity pressure illuminance mass mass-lb dew-point count energy power voltage pm2-5 pm10 generic
    power-on opening co2 tvoc moisture battery-low battery-charging carbon-monoxide cold connectivity door garage-door gas-detected
    heat light unlocked moisture-detected motion moving occupancy plug presence problem running safety smoke sound tamper vibration
    window button dimmer dimmer-steps rotation distance-mm distance duration current speed uv-index volume volume-ml flow gas water
    time acceleration gyroscope text raw volume-stored conductivity direction precipitation channel rotational-speed device-type
    firmware`),
  'ruuvi-3': RUUVI,
  'ruuvi-5': [...RUUVI, 'tx-power', 'movements', 'sequence'],
  ibeacon: ['uuid', 'major', 'minor', 'power-at-1m'],
  eddystone: words('power-at-0m namespace instance url battery-voltage temperature advertisements uptime'),
  xiaomi: words('temperature humidity illuminance moisture conductivity battery packet'),
  atc: ATC,
  pvvx: [...ATC, 'reed-switch'],
  'service-data': words('battery pressure temperature humidity'),
};

/** Whether a name is one of these facts, or the second or a later one of its kind in a frame. */
export const isFactOf = (known: readonly string[], name: string): boolean =>
  known.includes(name) || known.includes(name.replace(/-(?:[2-9]|[1-9]\d)$/, ''));
