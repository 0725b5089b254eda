import type { Output, Row } from '../../core/contract/api.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** What a terminal heard of a scale. */
export const terminalLines = (now: number): Row<'tool-lines'>[] => {
  const texts = ['S S      12.480 kg\r\n', 'S D      12.4', '91 kg\r\n', '\u0002ES\u0003', 'S S      12.495 kg\r\n'];
  return texts.map((text, i) => ({
    id: i + 1,
    at: now - (texts.length - i) * 400,
    gapUs: i === 0 ? 0 : 400_000,
    direction: i === 3 ? 'out' : 'in',
    bytes: base64(text),
    decoded: '',
    role: 'text',
    unit: null,
    responseMs: null,
    faulty: false,
  }));
};

/** Frames of a bus: unit 3 answers, unit 7 answers late, unit 9 not at all; something disturbs. */
export const busFrames = (now: number): Row<'tool-lines'>[] => {
  const frame = (
    more: Partial<Row<'tool-lines'>> & Pick<Row<'tool-lines'>, 'role' | 'decoded'>,
  ): Omit<Row<'tool-lines'>, 'id' | 'at'> => ({
    gapUs: 4200,
    direction: 'in',
    bytes: Buffer.from([3, 3, 0, 16, 0, 4, 0x44, 0x2e]).toString('base64'),
    unit: 3,
    responseMs: null,
    faulty: false,
    ...more,
  });
  const rows = [
    frame({ role: 'request', decoded: 'unit 3: read 4 holding registers from 0x0010' }),
    frame({ role: 'answer', decoded: '4 registers: 0x0903 0x0000 0x4366 0x8000', responseMs: 14.2, gapUs: 14_200 }),
    frame({ role: 'request', decoded: 'unit 7: read 2 input registers from 0x0000', unit: 7 }),
    frame({ role: 'late', decoded: '2 registers: 0x1388 0x0001', unit: 7, responseMs: 312, gapUs: 312_000, faulty: true }),
    frame({ role: 'request', decoded: 'unit 9: read 10 holding registers from 0x0100', unit: 9, gapUs: 1_000_000 }),
    frame({ role: 'noise', decoded: 'not a frame: the checksum is wrong', unit: null, faulty: true }),
  ];
  return rows.map((row, i) => ({ ...row, id: i + 1, at: now - (rows.length - i) * 250 }));
};

const advert = (more: Partial<Row<'adverts'>> & Pick<Row<'adverts'>, 'id'>, now: number): Row<'adverts'> => ({
  radio: 'hci0',
  addressType: 'random',
  name: '',
  rssi: -80,
  trend: Array.from({ length: 60 }, (_, i) => (i % 11 === 0 ? null : -78 - ((i * 7) % 9))),
  lastAt: now - 2100,
  count: 96,
  perS: 0.4,
  format: '',
  locked: false,
  facts: [],
  parts: [{ kind: 'manufacturer', id: '004c', bytes: 'EAUBGPwR2g==' }],
  services: [],
  connected: false,
  paired: false,
  device: null,
  ...more,
});

/** More that is heard over the air: a pulse oximeter that a device uses, a beacon, and somebody's phone. */
export const moreAdverts = (now: number): Row<'adverts'>[] => [
  advert(
    {
      id: 'C4:11:22:33:44:55',
      name: 'Polar H10 1A2B3C4D',
      rssi: -54,
      services: ['Heart Rate', 'Battery Service', 'Device Information'],
      connected: true,
      paired: true,
      device: 'pulse',
      parts: [],
    },
    now,
  ),
  advert(
    {
      id: 'A4:C1:38:00:11:22',
      name: 'ATC_001122',
      addressType: 'public',
      rssi: -71,
      format: 'ATC (pvvx)',
      facts: [
        { name: 'temperature', value: 4.31, unit: '°C' },
        { name: 'humidity', value: 61.2, unit: '%' },
        { name: 'battery', value: 87, unit: '%' },
      ],
      parts: [{ kind: 'service', id: '181a', bytes: 'IhEAOMGkrwHoF1cLVwQ=' }],
    },
    now,
  ),
  advert({ id: '5D:0E:77:19:A3:F0' }, now),
  advert(
    {
      id: '54:48:E6:8F:80:A5',
      rssi: -66,
      format: 'BTHome v2, encrypted: needs the device’s key',
      locked: true,
      parts: [{ kind: 'service', id: 'fcd2', bytes: 'QaRyZslfcwARIjN4I3IU' }],
    },
    now,
  ),
];

const topic = (id: string, payload: string, more: Partial<Row<'mqtt-topics'>>, now: number): Row<'mqtt-topics'> => ({
  id,
  client: 'line-2-plc',
  retained: false,
  count: 128,
  perS: 1,
  lastAt: now - 700,
  size: Buffer.byteLength(payload),
  payload: base64(payload),
  kind: 'text',
  facts: [],
  ...more,
});

/** Topics of a plant. */
export const mqttTopics = (now: number): Row<'mqtt-topics'>[] => [
  topic(
    'plant/boiler/state',
    '{"temperature":61.5,"flame":true}',
    { client: 'boiler-1', retained: true, kind: 'json', perS: 0.5 },
    now,
  ),
  topic('plant/boiler/pressure', '1.82', { client: 'boiler-1' }, now),
  topic('plant/line 2/speed', '1450', { perS: 9.8 }, now),
  topic('plant/line 2/alarm', '', { kind: 'empty', perS: 0 }, now),
  topic(
    'spBv1.0/plant/DDATA/node-1/press',
    '\u0001\u0002\u0003',
    {
      client: 'node-1',
      kind: 'sparkplug',
      facts: [
        { name: 'force', value: '12.4 kN' },
        { name: 'strokes', value: '8812' },
      ],
    },
    now,
  ),
];

/** A heart rate strap. */
export const gattTree: Output<'gatt.tree'> = {
  address: 'C4:11:22:33:44:55',
  services: [
    {
      uuid: '180d',
      name: 'Heart Rate',
      characteristics: [
        { uuid: '2a37', name: 'Heart Rate Measurement', flags: ['notify'], value: null, words: '' },
        { uuid: '2a38', name: 'Body Sensor Location', flags: ['read'], value: 'AQ==', words: 'chest' },
        { uuid: '2a39', name: 'Heart Rate Control Point', flags: ['write'], value: null, words: '' },
      ],
    },
    {
      uuid: 'fb005c80-02e7-f387-1cad-8acd2d8df0c8',
      name: '',
      characteristics: [
        {
          uuid: 'fb005c81-02e7-f387-1cad-8acd2d8df0c8',
          name: '',
          flags: ['read', 'write', 'write-without-response', 'indicate'],
          value: null,
          words: '',
        },
      ],
    },
  ],
};
