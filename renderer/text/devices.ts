import type { ErrorCode } from '../../core/base/errors.ts';

export const devices = {
  title: 'Devices',
  search: 'Search by name, connection or value',
  filter: 'Show',
  all: 'All',
  states: { ok: 'OK', degraded: 'Degraded', offline: 'Offline', starting: 'Starting', paused: 'Paused' },
  columns: {
    state: 'State',
    name: 'Device',
    connection: 'Connection',
    reading: 'Last value',
    seen: 'Last heard',
    rate: 'Values/s',
    errors: 'Faults',
  },
  table: 'All devices',
  noValue: 'no value yet',
  empty: 'No devices yet',
  emptyBody: 'Add what is plugged in or heard, or bring a deployment document.',
  emptyAction: 'Go to deployments',
  noMatch: 'No device matches',
  noMatchBody: 'Change the search or show all states.',
  noMatchAction: 'Show all devices',
  shown: (shown: string, total: string) => (shown === total ? `${total} devices` : `${shown} of ${total} devices`),
  errors: (count: string) => `${count} faults`,
  add: 'Add a device',
  report: 'Acceptance report',
} as const;

/** NAMUR NE 107. */
export const ne107 = {
  letters: { failure: 'F', 'function-check': 'C', 'out-of-spec': 'S', maintenance: 'M', ok: '' },
  words: {
    failure: 'Failure',
    'function-check': 'Function check',
    'out-of-spec': 'Out of specification',
    maintenance: 'Maintenance required',
    ok: 'In order',
  },
  pausedTitle: (by: string) => `Paused: ${by} has its line`,
  pausedBody: 'No values come meanwhile. The device goes on by itself as soon as the tool is closed.',
  toTools: 'Open tools',
} as const;

export const limits = {
  names: { lowLow: 'Low-low', low: 'Low', high: 'High', highHigh: 'High-high' },
  states: { 'low-low': 'Far too low', low: 'Too low', normal: 'Normal', high: 'Too high', 'high-high': 'Far too high' },
} as const;

export const commands = {
  title: 'Commands',
  run: 'Send',
  hold: 'Hold to send',
  intro: (name: string) => `It is sent to ${name} at once. Make sure that nobody is working on it.`,
  states: { confirmed: 'The device confirms:', done: 'Sent:' },
} as const;

export const device = {
  back: 'All devices',
  unknown: 'There is no such device',
  unknownBody: (id: string) => `The deployment that runs now has no device "${id}".`,
  since: (span: string) => `for ${span}`,
  readNow: 'Read now',
  readDone: (name: string) => `${name} is being read.`,
  reconnect: 'Reconnect',
  reconnectTitle: (name: string) => `Reconnect ${name}?`,
  reconnectBody: 'The connection is closed and opened again. No values come while that lasts, usually a few seconds.',
  reconnectDone: (name: string) => `${name} is being reconnected.`,
  values: 'Live values',
  noPoints: 'No points yet',
  noPointsBody: 'They appear with the first frame that is decoded.',
  columns: { point: 'Point', value: 'Value', quality: 'Quality', age: 'Age', action: 'Write' },
  show: (label: string) => `Show the trend of ${label}`,
  write: 'Write',
  writeName: (label: string) => `Write ${label}`,
  trend: (label: string) => `Trend: ${label}`,
  connection: 'Connection',
  facts: {
    adapter: 'Type',
    address: 'Address',
    id: 'Id',
    state: 'State',
    seen: 'Last heard',
    readings: 'Values so far',
    rate: 'Values a second',
    reconnects: 'Reconnects',
    profile: 'Template',
    bus: 'Bus',
  },
  busHealth: 'Bus health',
  adapters: {
    'modbus-rtu': 'Modbus RTU',
    'modbus-tcp': 'Modbus TCP',
    'modbus-ascii': 'Modbus ASCII',
    nmea: 'NMEA 0183',
    line: 'Text lines',
    simulated: 'Simulated',
    mqtt: 'MQTT',
    ble: 'Bluetooth LE',
    sparkplug: 'Sparkplug B',
    obd: 'OBD-II (ELM327)',
    scanner: 'Scanner',
    scale: 'Scale',
    printer: 'Receipt printer',
    frames: 'Frames',
  } as Readonly<Record<string, string>>,
  faults: 'Faults by kind',
  noFaults: 'No faults since the start',
  faultCount: (count: string) => `${count}×`,
  lastFault: 'Last fault',
} as const;

export const frames = {
  title: 'Raw frames',
  list: 'Raw frames, newest first',
  in: 'In',
  out: 'Out',
  faulty: 'Faulty',
  inName: 'received',
  outName: 'sent',
  empty: 'Nothing on the wire yet',
  emptyBody: 'Frames appear here as they are sent and received.',
  only: 'Show',
  onlyAll: 'All',
  onlyFaulty: 'Faulty',
  held: (count: number) => (count === 1 ? '1 newer frame' : `${count} newer frames`),
  noFaulty: 'No faulty frame among the newest',
} as const;

export const write = {
  title: (label: string) => `Write ${label}`,
  intro: (name: string) => `The value is sent to ${name} at once. Make sure that nobody is working on it.`,
  value: 'New value',
  now: 'Now',
  next: 'New',
  confirm: 'Hold to write',
  on: 'Yes',
  off: 'No',
  needNumber: 'Enter a number, for example 21.5',
  needText: 'Enter a value',
  same: 'This is the value it has now.',
  done: (label: string) => `${label} was written.`,
} as const;

/** What a kind of fault means here, beyond its name and remedy. */
export const faultMeaning: Partial<Readonly<Record<ErrorCode, string>>> = {
  'link/not-found': 'The gateway cannot open the connection, so no values come.',
  'link/lost': 'No values come until it is back.',
  'link/timeout': 'The way to the device is blocked or the device is off.',
  'link/refused': 'Something is at this address, but it does not want to talk.',
  'adapter/timeout': 'A question was lost or the answer came too late. A few a day are normal on long cables.',
  'adapter/bad-frame': 'Bytes were damaged on the way. Values from such frames are never used.',
  'adapter/wrong-unit': 'Two devices answer at once, or one has the wrong id.',
  'adapter/exception': 'The device understood the question but cannot answer it.',
  'adapter/silent': 'The last values are shown as stale.',
};
