import type { Output, Row } from '../../core/contract/api.ts';

/** 230.5 as a float32, 50.02 as a float32 with its registers in reverse, 1234 as an integer, and some zeros. */
export const registers: readonly number[] = [0x4366, 0x8000, 0x147b, 0x4248, 1234, 0, 0, 0];

/** Registers from `address` on as they are at a moment: the voltage is 231.25 instead of 230.5 in every second ten seconds. */
export function registersAt(now: number, address: number, count: number): (number | null)[] {
  const isLater = Math.floor(now / 10_000) % 2 === 1;
  return Array.from({ length: count }, (_, i) => {
    const at = address + i;
    if (at === 1 && isLater) return 0x4000;
    if (at === 0 && isLater) return 0x4367;
    return at < 40 ? (registers[at] ?? (at * 37) % 700) : null;
  });
}

export const ports = (now: number): Row<'ports'>[] => [
  {
    id: 'usb:0403:6001:A1B2:0',
    path: '/dev/ttyUSB0',
    stablePath: '/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A1B2-if00-port0',
    physicalPath: 'pci-0000:00:14.0-usb-0:2:1.0',
    kind: 'usb',
    title: 'FTDI FT232R USB UART',
    usbId: '0403:6001',
    serialNumber: 'A1B2',
    maker: 'FTDI',
    present: true,
    since: now - 3_600_000,
    plugs: 1,
    devices: ['meter'],
    holder: { kind: 'device', name: 'meter' },
    settings: '9600 8N1',
    bytesIn: 51_200,
    bytesOut: 18_400,
    opens: 1,
    lastError: null,
  },
  {
    id: 'usb:067b:2303::0',
    path: '/dev/ttyUSB1',
    stablePath: '',
    physicalPath: 'pci-0000:00:14.0-usb-0:3:1.0',
    kind: 'usb',
    title: 'Prolific PL2303',
    usbId: '067b:2303',
    serialNumber: '',
    maker: 'Prolific',
    present: false,
    since: now - 60_000,
    plugs: 3,
    devices: ['gps'],
    holder: null,
    settings: '',
    bytesIn: 9000,
    bytesOut: 0,
    opens: 3,
    lastError: {
      code: 'link/lost',
      message: '/dev/ttyUSB1: the port was unplugged',
      remedy: 'Plug it in again.',
      at: now - 60_000,
    },
  },
];

const fine = { state: 'ok', finding: 'All units answer.', cause: '', remedy: '' } as const;

export const buses: Row<'buses'>[] = [
  {
    id: 'usb:0403:6001:A1B2:0',
    label: '/dev/ttyUSB0, 9600 8N1',
    framing: 'rtu',
    open: true,
    claimedBy: null,
    units: 3,
    parked: 1,
    requestsPerS: 14.2,
    load: 0.71,
    roundMs: 1340,
    wantedRoundMs: 1000,
    budget: 'This bus needs 1.34 s a round; you asked for 1 s.',
    waiting: 2,
    verdict: {
      state: 'maintenance',
      finding: 'Unit 9 does not answer since 12 minutes.',
      cause: 'It is switched off, has another unit id, or its branch of the cable is open.',
      remedy: 'Check its power, then its unit id.',
    },
  },
];

export const units = (now: number): Row<'units'>[] =>
  [3, 7, 9].map((unit) => ({
    id: `usb:0403:6001:A1B2:0 ${unit}`,
    bus: 'usb:0403:6001:A1B2:0',
    unit,
    devices: unit === 3 ? ['meter'] : [],
    state: unit === 9 ? 'parked' : 'ok',
    since: now - 720_000,
    nextProbeAt: unit === 9 ? now + 12_000 : null,
    parkedTimes: unit === 9 ? 1 : 0,
    wantedPerS: 5,
    actualPerS: unit === 9 ? 0.03 : 4.7,
    requests: 5200,
    answers: unit === 9 ? 3 : 5194,
    timeouts: unit === 9 ? 80 : 6,
    crcErrors: unit === 7 ? 14 : 0,
    framingErrors: 0,
    lateAnswers: unit === 7 ? 2 : 0,
    duplicateAnswers: 0,
    wrongUnit: 0,
    exceptions: 0,
    histogram: [0, 0, 40, 900, 3600, 640, 20, 0, 0, 0, 0, 0],
    responseMs: { p50: 14, p95: 24, max: 88 },
    verdict:
      unit === 9
        ? { state: 'failure', finding: 'Unit 9 does not answer.', cause: 'No power or no cable.', remedy: 'Check its power.' }
        : fine,
  }));

export const radios: Row<'radios'>[] = [
  {
    id: 'hci0',
    address: '00:11:22:33:44:55',
    name: 'gatehouse',
    state: 'ok',
    since: 0,
    scanning: 'passive',
    connections: 1,
    queue: 0,
    advertsPerS: 12.4,
    known: 9,
    deviceResets: 0,
    radioResets: 0,
    lastError: null,
  },
];

export const adverts = (now: number): Row<'adverts'>[] => [
  {
    id: 'CB:B8:33:4C:88:4F',
    radio: 'hci0',
    addressType: 'random',
    name: 'Ruuvi 884F',
    rssi: -61,
    trend: Array.from({ length: 60 }, (_, i) => -60 - (i % 7)),
    lastAt: now - 400,
    count: 812,
    perS: 0.9,
    format: 'RuuviTag 5',
    locked: false,
    facts: [
      { name: 'temperature', value: 24.3, unit: '°C' },
      { name: 'humidity', value: 53.49, unit: '%' },
      { name: 'pressure', value: 1000.44, unit: 'hPa' },
    ],
    parts: [{ kind: 'manufacturer', id: '0499', bytes: 'BRL8U5TDfAAE//wEDKw2QgDNy7gzTIhP' }],
    services: [],
    connected: false,
    paired: false,
    device: null,
  },
];

/** An encrypted thermometer, as it stands in the inbox. */
const lockedFound = (now: number): Row<'inbox'> => ({
  id: 'ble:54:48:E6:8F:80:A5',
  kind: 'ble',
  title: 'BTHome v2',
  place: '-66 dBm on hci0',
  detail: 'BTHome v2, encrypted: needs the device’s key',
  state: 'new',
  device: null,
  moved: false,
  note: null,
  present: true,
  firstAt: now - 200_000,
  lastAt: now,
  rssi: -66,
  guesses: [
    {
      what: 'BTHome v2 sensor, encrypted',
      why: 'Its advertisement is BTHome v2, encrypted: it needs the device’s key, which is asked for before it is tried.',
      confidence: 'likely',
      profile: null,
      adapter: 'ble',
      draft: { adapter: 'ble', address: '54:48:E6:8F:80:A5', mode: 'advert', keySecret: 'bluetooth/5448E68F80A5' },
    },
  ],
});

export const found = (now: number): Row<'inbox'>[] => [
  lockedFound(now),
  {
    id: 'usb:10c4:ea60:0001',
    kind: 'port',
    title: 'Silicon Labs CP2102 USB to UART',
    place: '/dev/ttyUSB2',
    detail: 'USB 10c4:ea60, serial number 0001',
    state: 'new',
    device: null,
    moved: false,
    note: null,
    present: true,
    firstAt: now - 90_000,
    lastAt: now,
    rssi: null,
    guesses: [
      {
        what: 'A Modbus device on an RS-485 adapter',
        why: 'CP210x adapters stand in most RS-485 cables; nothing speaks by itself on the line.',
        confidence: 'maybe',
        profile: null,
        adapter: 'modbus-rtu',
        draft: { adapter: 'modbus-rtu', link: { kind: 'serial', path: '/dev/ttyUSB2' } },
      },
    ],
  },
  {
    id: 'ble:CB:B8:33:4C:88:4F',
    kind: 'ble',
    title: 'Ruuvi 884F',
    place: '-61 dBm on hci0',
    detail: 'RuuviTag 5: 24.3 °C, 53.5 %',
    state: 'new',
    device: null,
    moved: false,
    note: null,
    present: true,
    firstAt: now - 300_000,
    lastAt: now,
    rssi: -61,
    guesses: [
      {
        what: 'RuuviTag sensor',
        why: 'Its advertisement is Ruuvi data format 5 (company 0499).',
        confidence: 'sure',
        profile: 'ruuvi-ruuvitag',
        adapter: 'ble',
        draft: { adapter: 'ble', address: 'CB:B8:33:4C:88:4F', mode: 'advert' },
      },
    ],
  },
];

/** What else an inbox can hold: a known device at another port, a broker's client, a Modbus TCP device with a profile. */
export const foundMore = (now: number): Row<'inbox'>[] => [
  {
    id: 'modbus-tcp:192.168.20.31:502',
    kind: 'modbus-tcp',
    title: 'Eastron SDM630',
    place: '192.168.20.31:502',
    detail: 'unit 1 answers; vendor Eastron, product SDM630, revision 2.3',
    state: 'new',
    device: null,
    moved: false,
    note: null,
    present: true,
    firstAt: now - 30_000,
    lastAt: now - 4000,
    rssi: null,
    guesses: [
      {
        what: 'Eastron SDM630 energy meter',
        why: 'Unit 1 answers to the question for its identification with "Eastron SDM630".',
        confidence: 'sure',
        profile: 'eastron-sdm630',
        adapter: 'modbus-tcp',
        draft: {
          adapter: 'modbus-tcp',
          link: { kind: 'tcp', host: '192.168.20.31', port: 502, connectTimeoutMs: 5000 },
          unit: 1,
        },
      },
      {
        what: 'A Modbus TCP gateway',
        why: 'Other units may stand behind it.',
        confidence: 'maybe',
        profile: null,
        adapter: 'modbus-tcp',
        draft: {},
      },
    ],
  },
  {
    id: 'usb:0403:6001:A1B2',
    kind: 'port',
    title: 'FTDI FT232R USB UART',
    place: '/dev/ttyUSB4',
    detail: 'USB 0403:6001, serial number A1B2',
    state: 'added',
    device: 'meter',
    moved: true,
    note: 'It was at /dev/ttyUSB0 and is now at /dev/ttyUSB4.',
    present: true,
    firstAt: now - 86_400_000,
    lastAt: now,
    rssi: null,
    guesses: [],
  },
  {
    id: 'mqtt:boiler-1',
    kind: 'mqtt',
    title: 'boiler-1',
    place: '192.168.20.77',
    detail: '3 topics, JSON',
    state: 'new',
    device: null,
    moved: false,
    note: null,
    present: false,
    firstAt: now - 600_000,
    lastAt: now - 500_000,
    rssi: null,
    guesses: [
      {
        what: 'A device that publishes JSON',
        why: 'It published on plant/boiler/state with temperature and flame.',
        confidence: 'likely',
        profile: null,
        adapter: 'mqtt',
        draft: { adapter: 'mqtt', client: 'boiler-1' },
      },
    ],
  },
  {
    id: 'ble:A4:C1:38:00:11:22',
    kind: 'ble',
    title: 'ATC_001122',
    place: '-74 dBm on hci0',
    detail: '',
    state: 'added',
    device: 'cold-store',
    moved: false,
    note: null,
    present: true,
    firstAt: now - 86_400_000,
    lastAt: now,
    rssi: -74,
    guesses: [],
  },
];

export const profiles: Output<'profile.list'> = [
  {
    id: 'eastron-sdm630',
    name: 'Eastron SDM630 energy meter',
    maker: 'Eastron',
    models: ['SDM630-Modbus V2'],
    kind: 'energy-meter',
    revision: 1,
    adapter: 'modbus-rtu',
    points: 12,
    source: 'SDM630-Modbus protocol implementation V1.0, input registers',
    notes: '',
    line: { baudRate: 2400, dataBits: 7, parity: 'even', stopBits: 1, unit: 5 },
    shipped: true,
  },
  {
    id: 'ruuvi-ruuvitag',
    name: 'RuuviTag',
    maker: 'Ruuvi',
    models: ['RuuviTag'],
    kind: 'thermometer',
    revision: 1,
    adapter: 'ble',
    points: 6,
    source: 'Ruuvi data format 5 (RAWv2)',
    notes: '',
    line: null,
    shipped: true,
  },
];
