import type { Draft } from '../../../../core/contract/commission-views.ts';
import type { LinkConfig } from '../../../../core/contract/document/links.ts';
import { kinds as text } from '../../../text/add-device.ts';

export const KINDS = ['serial', 'tcp', 'server', 'nmea', 'scanner', 'scale', 'obd', 'printer', 'simulated'] as const;
export type Kind = (typeof KINDS)[number];
export const isKind = (text: string | undefined): text is Kind => KINDS.some((kind) => kind === text);

interface KindStart {
  readonly title: string;
  readonly body: string;
  readonly adapter: string;
  /** Which question "where" is. */
  readonly place: 'port' | 'network' | 'model';
  readonly baudRate: number;
  readonly extra: Draft;
}

const point = (value: string, label: string, more: Draft = {}): Draft => ({
  name: value.replace(/[^a-z0-9]+/g, '-'),
  label,
  value,
  ...more,
});

const serial = (adapter: string, title: string, body: string, baudRate: number, extra: Draft): KindStart => ({
  title,
  body,
  adapter,
  place: 'port',
  baudRate,
  extra,
});

/** What a device of this kind begins with; the usual values of its protocol, to be changed in the step "Names". */
export const START: Readonly<Record<Kind, KindStart>> = {
  serial: serial('modbus-rtu', text.serial, text.serialBody, 9600, {}),
  tcp: { title: text.tcp, body: text.tcpBody, adapter: 'modbus-tcp', place: 'network', baudRate: 9600, extra: {} },
  server: { title: text.server, body: text.serverBody, adapter: 'modbus-rtu', place: 'network', baudRate: 9600, extra: {} },
  nmea: serial('nmea', text.nmea, text.nmeaBody, 4800, {
    publish: 'record',
    points: [
      point('latitude', 'Latitude', { unit: '°', decimals: 6 }),
      point('longitude', 'Longitude', { unit: '°', decimals: 6 }),
      point('speed', 'Speed', { unit: 'km/h', decimals: 1 }),
      point('course', 'Course', { unit: '°', decimals: 1 }),
      point('satellites', 'Satellites'),
      point('fix', 'Fix'),
    ],
  }),
  scanner: serial('scanner', text.scanner, text.scannerBody, 9600, {
    points: [point('code', 'Code'), point('count', 'Codes so far')],
  }),
  scale: serial('scale', text.scale, text.scaleBody, 9600, {
    protocol: 'sics',
    points: [point('weight', 'Weight', { unit: 'kg', decimals: 3 }), point('stable', 'Stable'), point('state', 'State')],
    commands: [
      { name: 'tare', label: 'Tare', do: { kind: 'action', action: 'tare' } },
      {
        name: 'zero',
        label: 'Zero',
        confirm: 'Set the scale to zero? It must be empty.',
        do: { kind: 'action', action: 'zero' },
      },
    ],
  }),
  obd: serial('obd', text.obd, text.obdBody, 38_400, {
    points: [
      { name: 'engine-speed', label: 'Engine speed', unit: 'rpm', value: 'pid:0C' },
      { name: 'vehicle-speed', label: 'Vehicle speed', unit: 'km/h', value: 'pid:0D' },
      { name: 'coolant', label: 'Coolant temperature', unit: '°C', value: 'pid:05' },
      { name: 'codes', label: 'Trouble codes', value: 'codes' },
      { name: 'voltage', label: 'Battery', unit: 'V', decimals: 1, value: 'voltage' },
    ],
  }),
  printer: serial('printer', text.printer, text.printerBody, 9600, {
    points: [point('online', 'Online'), point('paper', 'Paper'), point('cover', 'Cover')],
    commands: [{ name: 'test-page', label: 'Print a test page', do: { kind: 'action', action: 'test-page' } }],
  }),
  simulated: { title: text.simulated, body: text.simulatedBody, adapter: 'simulated', place: 'model', baudRate: 9600, extra: {} },
};

export interface Model {
  readonly id: string;
  readonly title: string;
  readonly adapter: string;
  readonly link: LinkConfig | null;
  readonly extra: Draft;
}

/** Devices that exist only in the gateway. */
export const MODELS: readonly Model[] = [
  {
    id: 'cold-store-thermometer',
    title: 'Cold store thermometer',
    adapter: 'simulated',
    link: null,
    extra: {
      model: 'cold-store-thermometer',
      points: [
        { name: 'temperature', label: 'Temperature', unit: '°C', decimals: 1 },
        { name: 'humidity', label: 'Humidity', unit: '%', decimals: 0 },
      ],
    },
  },
  {
    id: 'heart-rate-sensor',
    title: 'Heart rate sensor',
    adapter: 'simulated',
    link: null,
    extra: { model: 'heart-rate-sensor', points: [{ name: 'bpm', label: 'Heart rate', unit: 'bpm', decimals: 0 }] },
  },
  {
    id: 'door-contact',
    title: 'Door contact',
    adapter: 'simulated',
    link: null,
    extra: { model: 'door-contact', points: [{ name: 'open', label: 'Door open' }] },
  },
  {
    id: 'energy-meter',
    title: 'Modbus energy meter',
    adapter: 'modbus-rtu',
    link: { kind: 'simulated', model: 'energy-meter' },
    extra: {},
  },
];
