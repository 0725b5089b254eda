import { expect, it } from 'vitest';
import type { FoundView } from '../../../core/contract/commission-views.ts';
import { Device } from '../../../core/contract/document/devices.ts';
import { Link } from '../../../core/contract/document/links.ts';
import { movedDraft } from '../../../core/discovery/commission/moved-draft.ts';

const meter = Device.parse({
  id: 'meter',
  name: 'Meter',
  adapter: 'modbus-rtu',
  link: { kind: 'serial', path: '/dev/ttyUSB0', baudRate: 19_200, parity: 'even' },
  unit: 17,
  points: [{ name: 'power', table: 'input', address: 52, limits: { high: 9000 } }],
});
const place = {
  link: Link.parse({
    kind: 'serial',
    path: '/dev/ttyUSB3',
    bind: { by: 'usb', vendor: '0403', product: '6001', serial: 'A1B2' },
  }),
};
const found = (change: Partial<FoundView>): FoundView => ({
  id: 'usb:0403:6001:A1B2:0',
  kind: 'port',
  title: 'FTDI',
  place: '/dev/ttyUSB3',
  detail: '',
  state: 'added',
  device: 'meter',
  moved: true,
  note: null,
  present: true,
  firstAt: 0,
  lastAt: 0,
  rssi: null,
  guesses: [],
  ...change,
});

it('puts a device to its new port and keeps all the rest, its line settings too', () => {
  const draft = movedDraft(found({}), place, [meter]);
  expect(draft).toMatchObject({
    id: 'meter',
    unit: 17,
    link: { path: '/dev/ttyUSB3', baudRate: 19_200, parity: 'even', bind: { by: 'usb', serial: 'A1B2' } },
    points: [{ name: 'power', limits: { high: 9000 } }],
  });
  expect(Device.safeParse(draft).success).toBe(true);
});

it('does nothing for what did not move, is gone from the document, or is found on another kind of link', () => {
  expect(movedDraft(undefined, place, [meter])).toBeUndefined();
  expect(movedDraft(found({ moved: false }), place, [meter])).toBeUndefined();
  expect(movedDraft(found({ device: 'other' }), place, [meter])).toBeUndefined();
  expect(movedDraft(found({}), {}, [meter])).toBeUndefined();
  const tcp = { link: Link.parse({ kind: 'tcp', host: '10.0.0.45', port: 502 }) };
  expect(movedDraft(found({}), tcp, [meter])).toBeUndefined();
});

it('puts a network device to its new address and keeps all the rest', () => {
  const plc = Device.parse({
    id: 'plc',
    name: 'PLC',
    adapter: 'modbus-tcp',
    identity: 'mac:00:80:f4:12:34:56 3',
    link: { kind: 'tcp', host: '10.0.0.31', port: 502, connectTimeoutMs: 900 },
    unit: 3,
    points: [{ name: 'level', table: 'input', address: 7, limits: { high: 9 } }],
  });
  const tcp = {
    link: Link.parse({ kind: 'tcp', host: '10.0.0.45', port: 1502, connectTimeoutMs: 1500 }),
    unit: 1,
    identity: 'other',
  };
  const draft = movedDraft(found({ device: 'plc' }), tcp, [meter, plc]);
  expect(draft).toMatchObject({
    ...plc,
    link: { kind: 'tcp', host: '10.0.0.45', port: 1502, connectTimeoutMs: 900 },
  });
  expect(Device.safeParse(draft).success).toBe(true);
});
