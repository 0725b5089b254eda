import { expect, it } from 'vitest';
import { GatewayError } from '../../../../core/base/errors.ts';
import { createLogHub } from '../../../../core/base/log.ts';
import type { Caller } from '../../../../core/contract/desk.ts';
import { FIELD_METHODS } from '../../../../core/contract/field-calls.ts';
import { AdvertView, type ToolLineView } from '../../../../core/contract/field-views.ts';
import { createBleDesk } from '../../../../core/tools/bluetooth/ble-desk.ts';
import { createToolSessions } from '../../../../core/tools/sessions.ts';
import { createPortClaims } from '../../../../core/transports/ports/claims.ts';
import { createFakeRadio } from '../../../fakes/fake-radio.ts';
import { createManualClock } from '../../../fakes/manual-clock.ts';
import { noField } from '../../../fakes/no-field.ts';

const never = new AbortController().signal;
const person: Caller = { kind: 'console', id: 'one' };
const other: Caller = { kind: 'console', id: 'two' };
const ADDRESS = 'AA:BB:CC:00:00:01';
const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

function setUp() {
  const clock = createManualClock();
  const log = createLogHub({ clock }, { keep: 100, level: 'debug' });
  const claims = createPortClaims({ now: () => 0 });
  const radio = createFakeRadio();
  let id = 0;
  const newId = (): string => `s${++id}`;
  const sessions = createToolSessions({ clock, log: log.logger('tools'), claims, newId });
  const services = { ...noField(), claims, radio };
  const desk = createBleDesk({ clock, log: log.logger('tools'), services, sessions, site: () => null });
  return { clock, log, claims, radio, sessions, desk };
}

it('lists what is heard, decoded, with its strength second by second, and forgets what has gone', async () => {
  const { clock, radio, desk } = setUp();
  const rows = () => {
    const { adverts } = desk.views;
    return adverts.kind === 'table' ? adverts.rows({}) : [];
  };
  expect(rows()).toEqual([]);
  const manufacturer = new Map([[0x0499, hex('0512FC5394C37C0004FFFC040CAC364200CDCBB8334C884F')]]);
  radio.advertise({ address: ADDRESS, name: 'tag', rssi: -60, manufacturer, heardAt: clock.monotonic() });
  radio.advertise({ address: ADDRESS, name: 'tag', rssi: -70, manufacturer, heardAt: clock.monotonic() });
  await clock.advance(2000);
  radio.advertise({ address: ADDRESS, name: 'tag', rssi: -80, manufacturer, heardAt: clock.monotonic() });
  const [row] = rows();
  expect(AdvertView.parse(row)).toMatchObject({
    id: ADDRESS,
    rssi: -80,
    trend: [-65, null, -80],
    count: 3,
    format: 'RuuviTag 5',
  });
  expect(row?.facts).toContainEqual({ name: 'temperature', value: 24.3, unit: '°C' });
  expect(row?.parts).toMatchObject([{ kind: 'manufacturer', id: '0x0499' }]);
  for (let minute = 0; minute < 11; minute += 1) {
    rows();
    await clock.advance(20_000);
    rows();
    await clock.advance(20_000);
    rows();
    await clock.advance(20_000);
  }
  expect(rows()).toEqual([]);
});

it('names what is encrypted, and shows no values of it', () => {
  const { radio, desk } = setUp();
  const { adverts } = desk.views;
  if (adverts.kind !== 'table') throw new Error('a table');
  adverts.rows({});
  radio.advertise({ address: ADDRESS, services: new Map([['fcd2', hex('41A47266C95F730011223378237214')]]) });
  expect(adverts.rows({})).toMatchObject([{ format: 'BTHome v2, encrypted: needs the device’s key', locked: true, facts: [] }]);
});

it('keeps at most a thousand, and lets the one go that was heard longest ago', () => {
  const { radio, desk } = setUp();
  const { adverts } = desk.views;
  if (adverts.kind !== 'table') throw new Error('a table');
  adverts.rows({});
  const address = (n: number): string =>
    `AA:BB:CC:00:${(n >> 8).toString(16).padStart(2, '0')}:${(n & 255).toString(16).padStart(2, '0')}`;
  for (let n = 0; n < 1500; n += 1) radio.advertise({ address: address(n) });
  const rows = adverts.rows({});
  expect(rows.length).toBe(1000);
  expect(rows.some(({ id }) => id === address(499))).toBe(false);
  expect(rows.some(({ id }) => id === address(500))).toBe(true);
});

it('ends listening and scanning when nobody looks any more', async () => {
  const { clock, radio, desk } = setUp();
  await desk.calls['ble.scan']({ on: true }, never, person);
  expect([radio.listeners, radio.holds]).toEqual([1, 1]);
  await desk.calls['ble.scan']({ on: true }, never, person);
  expect(radio.holds).toBe(1);
  await clock.advance(40_000);
  expect([radio.listeners, radio.holds]).toEqual([0, 0]);
  expect(clock.pending).toBe(0);
});

it('goes on scanning for one console when another has had enough', async () => {
  const { radio, desk } = setUp();
  await desk.calls['ble.scan']({ on: true }, never, person);
  await desk.calls['ble.scan']({ on: true }, never, other);
  await desk.calls['ble.scan']({ on: false }, never, person);
  await desk.calls['ble.scan']({ on: false }, never, person);
  expect(radio.holds).toBe(1);
  await desk.calls['ble.scan']({ on: false }, never, other);
  expect(radio.holds).toBe(0);
});

it('looks into a device: tree, reading, writing, notifications; only who opened it, and the device is free afterwards', async () => {
  const { radio, desk, sessions, claims, log } = setUp();
  const strap = radio.offer(ADDRESS, [
    { uuid: '2a37', service: '180d', flags: ['notify'] },
    { uuid: '2a19', service: '180f', flags: ['read'] },
    { uuid: 'ffe1', service: 'ffe0', flags: ['write'] },
  ]);
  strap.values.set('2a19', hex('50'));
  const opened = await desk.calls['gatt.open'](
    { address: ADDRESS.toLowerCase(), pair: false, by: 'Ana', consent: true },
    never,
    person,
  );
  const lines: ToolLineView[] = [];
  const watch = sessions.lines.open(opened, (row) => lines.push(row));
  expect(claims.of(`ble:${ADDRESS}`)?.holder).toContain('Ana');
  expect(await desk.calls['gatt.read']({ ...opened, characteristic: '2a19' }, never, person)).toEqual({
    value: 'UA==',
    words: 'battery 80 %',
  });
  await desk.calls['gatt.notify']({ ...opened, characteristic: '2a37', on: true }, never, person);
  strap.notifyAll('2a37', hex('0048'));
  await desk.calls['gatt.write']({ ...opened, characteristic: 'ffe1', value: 'AQI=', mode: 'request' }, never, person);
  expect(strap.written).toEqual(['ffe1 0102 request']);
  expect(lines.map(({ direction, decoded }) => `${direction} ${decoded}`)).toEqual([
    'in 2a19: battery 80 %',
    'in 2a37: heart-rate 72 bpm',
    'out ffe1: 0102',
  ]);
  expect(log.recent().filter(({ event }) => event === 'tool.wrote')).toMatchObject([{ data: { by: 'Ana', caller: 'console' } }]);
  const tree = await desk.calls['gatt.tree'](opened, never, person);
  expect(tree.services.map(({ uuid, name }) => `${uuid} ${name}`)).toEqual(['180d Heart Rate', '180f Battery', 'ffe0 ']);
  expect(tree.services[1]?.characteristics[0]).toMatchObject({ name: 'Battery Level', value: 'UA==', words: 'battery 80 %' });
  await expect(desk.calls['gatt.read']({ ...opened, characteristic: '2a19' }, never, other)).rejects.toMatchObject({
    code: 'tool/not-yours',
  });
  watch.close();
  await sessions.of(opened.session, person).end();
  expect(claims.of(`ble:${ADDRESS}`)).toBeUndefined();
  expect(await strap.closed).toBeUndefined();
});

it('gives the device back where it could not be connected, and says when the link was lost', async () => {
  const { radio, desk, sessions, claims } = setUp();
  const open = () => desk.calls['gatt.open']({ address: ADDRESS, pair: false, by: 'Ana', consent: true }, never, person);
  await expect(open()).rejects.toMatchObject({ code: 'ble/not-seen' });
  expect(claims.list()).toEqual([]);
  const strap = radio.offer(ADDRESS, []);
  await open();
  strap.lose(new GatewayError('link/lost', 'it walked away'));
  await strap.closed;
  expect(sessions.views()).toMatchObject([{ state: 'lost', fault: { code: 'link/lost' } }]);
});

it('says plainly that there is no Bluetooth', async () => {
  const { radio, desk } = setUp();
  radio.setProblem(new GatewayError('ble/not-available', 'This gateway runs on Windows.'));
  await expect(desk.calls['ble.scan']({ on: true }, never, person)).rejects.toMatchObject({ code: 'ble/not-available' });
  const { adverts } = desk.views;
  expect(adverts.kind === 'table' && adverts.rows({})).toEqual([]);
  expect(radio.listeners).toBe(0);
});

it('switches a radio and forgets a pairing only with consent, and the log has who did it', async () => {
  const { desk, log } = setUp();
  const agreed = { by: 'Ana', consent: true } as const;
  for (const [method, input] of [
    ['ble.power', { radio: 'hci0', on: false }],
    ['ble.forget', { address: ADDRESS }],
  ] as const) {
    expect(FIELD_METHODS[method].input.safeParse(input).success).toBe(false);
    expect(FIELD_METHODS[method].input.safeParse({ ...input, by: 'Ana', consent: false }).success).toBe(false);
    expect(FIELD_METHODS[method].input.safeParse({ ...input, ...agreed }).success).toBe(true);
  }
  await desk.calls['ble.power']({ radio: 'hci0', on: false, ...agreed }, never, person);
  await desk.calls['ble.forget']({ address: ADDRESS, ...agreed }, never, person);
  expect(log.recent().map(({ event, data }) => [event, data['by'], data['caller']])).toEqual([
    ['ble.power', 'Ana', 'console'],
    ['ble.forgotten', 'Ana', 'console'],
  ]);
});
