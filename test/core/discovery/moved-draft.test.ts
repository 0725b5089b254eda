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

it('does nothing for what did not move, is gone from the document, or is not on a serial port', () => {
  expect(movedDraft(undefined, place, [meter])).toBeUndefined();
  expect(movedDraft(found({ moved: false }), place, [meter])).toBeUndefined();
  expect(movedDraft(found({ device: 'other' }), place, [meter])).toBeUndefined();
  expect(movedDraft(found({}), {}, [meter])).toBeUndefined();
});
