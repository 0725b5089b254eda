import type { Row } from '../../core/contract/api.ts';
import type { PointView } from '../../core/contract/views.ts';

/** One device of the fake site: its points with the value they swing around. */
interface FakeDevice {
  readonly id: string;
  readonly name: string;
  readonly adapter: string;
  readonly connection: string;
  readonly health: Row<'devices'>['health'];
  readonly points: readonly (readonly [name: string, label: string, unit: string, middle: number, swing: number])[];
}

export const FAKE_DEVICES: readonly FakeDevice[] = [
  {
    id: 'meter',
    name: 'Energy meter',
    adapter: 'modbus-rtu',
    connection: '/dev/ttyUSB0, 9600 8N1, unit 3',
    health: 'ok',
    points: [
      ['total_power', 'Total power', 'W', 12_400, 900],
      ['voltage_l1', 'Voltage L1', 'V', 231, 2],
      ['frequency', 'Frequency', 'Hz', 50, 0.03],
    ],
  },
  {
    id: 'gps',
    name: 'GPS receiver',
    adapter: 'nmea',
    connection: '/dev/ttyUSB1, 4800 8N1',
    health: 'ok',
    points: [
      ['latitude', 'Latitude', '°', 52.5163, 0.0004],
      ['longitude', 'Longitude', '°', 13.3777, 0.0004],
    ],
  },
  {
    id: 'scanner',
    name: 'Barcode scanner, dock 2',
    adapter: 'line',
    connection: '/dev/ttyACM0, 115200 8N1',
    health: 'ok',
    points: [['code', 'Last code', '', 4_006_381_333_931, 900]],
  },
  {
    id: 'cold-store',
    name: 'Cold store thermometer',
    adapter: 'simulated',
    connection: 'simulated',
    health: 'ok',
    points: [
      ['temperature', 'Temperature', '°C', -18.2, 1.4],
      ['humidity', 'Humidity', '%', 62, 4],
    ],
  },
  {
    id: 'heart-rate',
    name: 'Heart rate strap',
    adapter: 'simulated',
    connection: 'simulated',
    health: 'ok',
    points: [['bpm', 'Pulse', 'bpm', 74, 9]],
  },
  {
    id: 'door',
    name: 'Cold store door',
    adapter: 'simulated',
    connection: 'simulated',
    health: 'ok',
    points: [['open', 'Open', '', 0, 0]],
  },
  {
    id: 'chiller',
    name: 'Chiller controller',
    adapter: 'modbus-tcp',
    connection: '192.168.20.14:502, unit 1',
    health: 'offline',
    points: [['supply', 'Supply temperature', '°C', 6.5, 0.2]],
  },
  {
    id: 'pump',
    name: 'Circulation pump',
    adapter: 'modbus-tcp',
    connection: '192.168.20.15:502, unit 7',
    health: 'degraded',
    points: [
      ['speed', 'Speed', 'rpm', 1450, 12],
      ['setpoint', 'Setpoint', 'rpm', 1450, 0],
    ],
  },
];

const FAULTS = {
  chiller: {
    code: 'link/timeout',
    message: '192.168.20.14:502 did not answer within 5 s',
    remedy: 'Check the network cable and the power.',
  },
  pump: {
    code: 'adapter/timeout',
    message: 'unit 7 answered 3 of the last 10 reads',
    remedy: 'Check the unit id and the wiring.',
  },
} as const;

/** A slow wave, the same for the same step, so that pictures of the console repeat. */
export const wave = (step: number, phase: number): number => Math.sin(step / 7 + phase);

function pointRow(device: FakeDevice, index: number, step: number, now: number): PointView {
  const [name, label, unit, middle, swing] = device.points[index] ?? ['value', 'Value', '', 0, 0];
  const isGone = device.health === 'offline';
  const value = name === 'open' ? wave(step, 0) > 0.7 : Number((middle + swing * wave(step, index)).toFixed(5));
  return {
    name,
    label,
    unit,
    decimals: name === 'code' ? 0 : Math.abs(middle) > 1000 ? 0 : swing < 0.01 ? 5 : 1,
    value,
    quality: isGone ? 'stale' : device.health === 'degraded' && index === 0 ? 'bad' : 'good',
    note: isGone ? 'no answer since the connection was lost' : null,
    at: isGone ? now - 840_000 : now,
    series: `devices/${device.id}/${name}`,
    writable: name === 'setpoint',
    limits: name === 'temperature' ? { lowLow: -25, low: -22, high: -15, highHigh: -10 } : null,
    limit: name === 'temperature' ? 'normal' : null,
    deadband: null,
  };
}

const FAKE_COMMAND: Row<'devices'>['commands'][number] = {
  name: 'stop',
  label: 'Stop the pump',
  confirm: 'The pump stops and the circuit cools down. Stop it?',
  asks: 'nothing',
  point: 'setpoint',
};

function fakeNe107(device: FakeDevice, startedAt: number): Row<'devices'>['ne107'] {
  if (device.health === 'offline') return { state: 'failure', why: 'It does not answer.', since: startedAt };
  if (device.health === 'degraded')
    return { state: 'out-of-spec', why: 'Total power is above its high limit.', since: startedAt };
  return { state: 'ok', why: '', since: startedAt };
}

export function deviceRow(device: FakeDevice, step: number, now: number, startedAt: number): Row<'devices'> {
  const fault = device.health === 'offline' ? FAULTS.chiller : device.health === 'degraded' ? FAULTS.pump : null;
  const isGone = device.health === 'offline';
  return {
    id: device.id,
    name: device.name,
    adapter: device.adapter,
    connection: device.connection,
    health: device.health,
    ne107: fakeNe107(device, startedAt),
    pausedBy: null,
    commands: device.id === 'pump' ? [FAKE_COMMAND] : [],
    profile: device.id === 'meter' ? 'eastron-sdm630@1' : null,
    bus: device.adapter.startsWith('modbus') ? 'usb:0403:6001:A1B2:0' : null,
    since: isGone ? startedAt - 840_000 : startedAt,
    lastSeenAt: isGone ? startedAt - 840_000 : now,
    lastError: fault && { ...fault, at: startedAt - 840_000 },
    reconnects: isGone ? 14 : 0,
    readings: isGone ? 5210 : 8000 + step * device.points.length,
    readingsPerS: isGone ? 0 : device.points.length,
    errors: fault ? { [fault.code]: isGone ? 14 : 33 + Math.floor(step / 20) } : {},
    points: device.points.map((_, index) => pointRow(device, index, step, now)),
  };
}

export const balanced = (count: number, waiting = 0): Row<'edges'>['books'] => ({
  in: count,
  out: count - waiting,
  waiting,
  dropped: {},
  balanced: true,
});

export const FAKE_FUNCTIONS = [
  { name: 'cold-chain-alarm', description: 'Raises an alarm when the cold store is too warm for too long.', state: 'running' },
  { name: 'energy-minutes', description: 'One record a minute from the energy meter.', state: 'running' },
  { name: 'label-lookup', description: 'Looks up what a barcode stands for.', state: 'parked' },
  { name: 'pump-vibration', description: 'Spectrum and bearing alarms of the circulation pump.', state: 'running' },
] as const;

const edge = (subscription: string, from: string, to: string, subject: string, perS: number, device?: string) => ({
  id: device === undefined ? subscription : `${subscription}/${device}`,
  subscription,
  from,
  to,
  subject,
  perS,
});

const EDGES = [
  ...FAKE_DEVICES.map(({ id, health, points }) =>
    edge('keep-history', `device:${id}`, 'history', 'devices/#', health === 'offline' ? 0 : points.length, id),
  ),
  edge('cold-to-alarm', 'device:cold-store', 'function:cold-chain-alarm', 'devices/cold-store/temperature', 1),
  edge('meter-to-minutes', 'device:meter', 'function:energy-minutes', 'devices/meter/+', 3),
  edge('scan-to-lookup', 'device:scanner', 'function:label-lookup', 'devices/scanner/code', 0.2),
  edge('pump-to-vibration', 'device:pump', 'function:pump-vibration', 'devices/pump/+', 40),
  edge('alarm-to-cloud', 'function:cold-chain-alarm', 'cloud', 'alarms/#', 0.1),
  edge('minutes-to-cloud', 'function:energy-minutes', 'cloud', 'energy/#', 0.02),
  edge('alarm-to-local', 'function:cold-chain-alarm', 'local', 'alarms/#', 0.1),
];

export function edgeRows(step: number, now: number): Row<'edges'>[] {
  return EDGES.map((one) => {
    const isParked = one.to === 'function:label-lookup';
    const isGone = one.from === 'device:chiller';
    return {
      ...one,
      lastAt: isGone ? null : now,
      health: isParked ? ('degraded' as const) : isGone ? ('offline' as const) : ('ok' as const),
      problem: isParked ? 'the function is parked' : isGone ? 'the device is offline' : '',
      queueSize: 1000,
      whenFull: 'block-source',
      books: isParked
        ? { in: 40, out: 3, waiting: 0, dropped: { 'function/parked': 37 }, balanced: true }
        : balanced(Math.floor(one.perS * (600 + step))),
    };
  });
}

export function nodeRows(step: number): Row<'nodes'>[] {
  const { devices, functions } = { devices: FAKE_DEVICES, functions: FAKE_FUNCTIONS };
  const rate = (name: string, end: 'from' | 'to'): number =>
    EDGES.filter((one) => one[end] === name).reduce((sum, one) => sum + one.perS, 0) * (1 + 0.05 * wave(step, 1));
  const node = (id: string, kind: Row<'nodes'>['kind'], label: string, health: Row<'nodes'>['health'], detail: string) => ({
    id,
    kind,
    label,
    health,
    detail,
    inPerS: rate(id, 'to'),
    outPerS: rate(id, 'from'),
  });
  return [
    ...devices.map((one) => node(`device:${one.id}`, 'device', one.name, one.health, one.connection)),
    ...functions.map((one) =>
      node(`function:${one.name}`, 'function', one.name, one.state === 'parked' ? 'degraded' : 'ok', one.state),
    ),
    node('local', 'local', 'Local clients', 'ok', '2 clients'),
    node('cloud', 'cloud', 'Practice cloud', 'ok', 'connected'),
    node('history', 'history', 'History', 'ok', '30 days'),
  ];
}
