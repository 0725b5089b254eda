import { expect, it } from 'vitest';
import { Device } from '../../../core/contract/document/devices.ts';
import { checkDocument } from '../../../core/deploy/check.ts';
import { createFoundBook } from '../../../core/discovery/found-book.ts';
import { SERIAL_KINDS } from '../../../core/discovery/inbox/usb-table.ts';
import { createProfileBook } from '../../../core/profiles/profile-book.ts';
import { documentOf } from '../deploy/document-of.ts';
import { createBench, never } from './bench.ts';
import { ADDRESS, advert, openInbox, PORT, RUUVI } from './inbox-bench.ts';

it('sees a port, says what it probably is and why, and that it has gone', async () => {
  const bench = openInbox({ ports: [PORT] });
  await bench.found.start(never);
  const [row] = bench.found.rows();
  expect(row).toMatchObject({ id: PORT.id, kind: 'port', place: '/dev/ttyUSB0', state: 'new', present: true, device: null });
  expect(row?.detail).toContain('0403:6001');
  expect(row?.guesses[0]).toMatchObject({ adapter: 'modbus-rtu', confidence: 'maybe', draft: { identity: PORT.id } });
  expect(row?.guesses[0]?.why).toContain('FT232R');
  await bench.clock.advance(1234);
  expect(bench.found.rows()[0]).toEqual(row); // nothing has happened
  bench.book.emit({ kind: 'unplugged', port: PORT });
  expect(bench.found.rows()[0]).toMatchObject({ present: false });
});

it('knows a receiver by its USB id and a scanner by its name', async () => {
  const gps = {
    ...PORT,
    id: 'usb:1546:01a8::0',
    path: '/dev/ttyACM0',
    vendorId: '1546',
    productId: '01a8',
    product: '',
    maker: '',
  };
  const scanner = {
    ...PORT,
    id: 'usb:1234:5678::0',
    path: '/dev/ttyACM1',
    vendorId: '1234',
    productId: '5678',
    product: 'Barcode Reader',
    maker: 'Acme',
  };
  const bench = openInbox({ ports: [gps, scanner] });
  await bench.found.start(never);
  const guess = (id: string) => bench.found.find(id)?.guesses[0];
  expect(guess(gps.id)).toMatchObject({ adapter: 'nmea', confidence: 'sure' });
  expect(guess(scanner.id)).toMatchObject({ adapter: 'scanner', confidence: 'likely' });
  for (const id of [gps.id, scanner.id]) {
    expect(Device.safeParse({ ...guess(id)?.draft, id: 'a', name: 'A' }).error?.issues ?? []).toEqual([]);
  }
});

it('knows a device of the document whatever its port is called today', async () => {
  const meter = {
    id: 'meter',
    name: 'Meter',
    adapter: 'modbus-rtu',
    identity: PORT.id,
    link: { kind: 'serial', path: '/dev/ttyUSB0' },
    points: [{ name: 'a', table: 'holding', address: 0 }],
  };
  const bench = openInbox({ site: documentOf({ devices: [meter] }), ports: [PORT] });
  await bench.found.start(never);
  expect(bench.found.rows()[0]).toMatchObject({ state: 'added', device: 'meter', moved: false });
  bench.ports[0] = { ...PORT, path: '/dev/ttyUSB3' };
  bench.book.emit({ kind: 'renamed', port: bench.ports[0] });
  expect(bench.found.rows()[0]).toMatchObject({ state: 'added', device: 'meter', moved: true, place: '/dev/ttyUSB3' });
});

it('takes a device that is bound by what it is for moved nowhere', async () => {
  const bind = { by: 'usb', vendor: '0403', product: '6001', serial: 'A1B2' };
  const link = { kind: 'serial', path: '/dev/ttyUSB9', bind };
  const meter = {
    id: 'meter',
    name: 'M',
    adapter: 'modbus-rtu',
    identity: PORT.id,
    link,
    points: [{ name: 'a', table: 'holding', address: 0 }],
  };
  const bench = openInbox({ site: documentOf({ devices: [meter] }), ports: [PORT] });
  await bench.found.start(never);
  expect(bench.found.rows()[0]).toMatchObject({ state: 'added', device: 'meter', moved: false });
});

it('sees an advertiser, and a draft of it is a sound device', async () => {
  const bench = openInbox();
  await bench.found.start(never);
  bench.advert(advert('CB:B8:33:4C:88:4F', { name: 'Ruuvi 884F', manufacturer: new Map([[0x0499, RUUVI]]) }));
  const [row] = bench.found.rows();
  expect(row).toMatchObject({
    id: 'ble:CB:B8:33:4C:88:4F',
    kind: 'ble',
    title: 'Ruuvi 884F',
    place: '-61 dBm on hci0',
    rssi: -61,
    present: true,
  });
  expect(row?.detail).toContain('24.3 °C');
  expect(row?.guesses[0]).toMatchObject({ adapter: 'ble', confidence: 'sure' });
  expect(Device.safeParse({ ...row?.guesses[0]?.draft, id: 'tag', name: 'Tag' }).error?.issues ?? []).toEqual([]);
  await bench.clock.advance(61_000);
  expect(bench.found.rows()[0]).toMatchObject({ present: false });
});

it('offers a connection where a standard service is offered, and leaves phones out', async () => {
  const bench = openInbox();
  await bench.found.start(never);
  bench.advert(advert('AA:BB:CC:00:00:01', { name: 'HR belt', uuids: ['180d'] }));
  for (let i = 0; i < 50; i += 1) {
    bench.advert(
      advert(`5${i.toString(16).padStart(1, '0').slice(0, 1)}:00:00:00:00:${i.toString(16).padStart(2, '0').toUpperCase()}`, {
        manufacturer: new Map([[0x004c, Uint8Array.of(0x10, 5, 1)]]),
      }),
    );
  }
  const rows = bench.found.rows();
  expect(rows.map(({ id }) => id)).toEqual(['ble:AA:BB:CC:00:00:01']);
  expect(rows[0]?.guesses[0]).toMatchObject({ adapter: 'ble', draft: { mode: 'gatt' } });
  expect(Device.safeParse({ ...rows[0]?.guesses[0]?.draft, id: 'hr', name: 'HR' }).error?.issues ?? []).toEqual([]);
});

it('sees clients of the broker, and makes points of what they publish', async () => {
  const bench = openInbox();
  await bench.found.start(never);
  bench.client('boiler-1');
  expect(bench.found.rows()[0]).toMatchObject({
    id: 'mqtt:boiler-1',
    kind: 'mqtt',
    place: '10.0.0.9',
    present: true,
    guesses: [],
  });
  bench.message(
    'plant/boiler/state',
    '{"temperature":61.5,"flame":true,"sensors":[{"t":20}],"name":"x","bad key":1}',
    'boiler-1',
  );
  bench.message('plant/boiler/level', '42', 'boiler-1');
  bench.message('plant/boiler/log', 'all is well', 'boiler-1');
  const guess = bench.found.find('mqtt:boiler-1')?.guesses[0];
  expect(guess?.draft['points']).toEqual([
    { name: 'temperature', topic: 'plant/boiler/state', type: 'number', json: 'temperature' },
    { name: 'flame', topic: 'plant/boiler/state', type: 'boolean', json: 'flame' },
    { name: 'sensors-0-t', topic: 'plant/boiler/state', type: 'number', json: 'sensors[0].t' },
    { name: 'level', topic: 'plant/boiler/level', type: 'number' },
  ]);
  expect(Device.safeParse({ ...guess?.draft, id: 'boiler', name: 'Boiler' }).error?.issues ?? []).toEqual([]);
  bench.clients.length = 0;
  expect(bench.found.rows()[0]).toMatchObject({ present: false });
});

it('knows a client by the topics of a template, and takes only its messages', async () => {
  const shipped = createProfileBook({ folder: '/nowhere/profiles' });
  const bench = openInbox({ profiles: shipped });
  await bench.found.start(never);
  bench.client('shelly-1');
  bench.message('shelly-1/events', '{"n":1}', 'shelly-1');
  expect(bench.found.find('mqtt:shelly-1')?.guesses.map((one) => one.profile)).toEqual([null]);
  bench.message('shelly-1/status/switch:0', '{"output":true,"apower":8.9}', 'shelly-1');
  const guess = bench.found.find('mqtt:shelly-1')?.guesses[0];
  expect(guess).toMatchObject({ profile: 'shelly-plus-switch', draft: { client: 'shelly-1', identity: 'mqtt:shelly-1' } });
  expect(Device.safeParse({ ...guess?.draft, id: 'relay', name: 'Relay' }).error?.issues ?? []).toEqual([]);
});

it('takes what the gateway itself publishes for no client', async () => {
  const bench = openInbox();
  await bench.found.start(never);
  bench.message('devices/a/b', '1', 'gateway');
  expect(bench.found.rows()).toEqual([]);
});

it('shows a client that says nothing but Sparkplug by its nodes only', async () => {
  const bench = openInbox();
  await bench.found.start(never);
  bench.client('edge-client');
  expect(bench.found.find('mqtt:edge-client')).toBeDefined();
  bench.message('spBv1.0/plant/NDATA/edge-1', Uint8Array.of(), 'edge-client');
  expect(bench.found.rows().map(({ id }) => id)).toEqual(['sparkplug:plant/edge-1']);
  // one that says more is a device of its own
  bench.message('plant/boiler', '{"flow":61.5}', 'edge-client');
  bench.message('spBv1.0/plant/NDATA/edge-1', Uint8Array.of(), 'edge-client');
  expect(bench.found.find('mqtt:edge-client')?.guesses).toHaveLength(1);
});

it('sees a Sparkplug node by its birth, with its metrics, and its death', async () => {
  const bench = openInbox();
  await bench.found.start(never);
  // Made by the Tahu-compatible sparkplug-payload: T Float, N Int32, S String, B Boolean, L UInt64.
  const birth = Buffer.from(
    '0880d095ffbc3112110a01541880d095ffbc312009650000ac41120b0a014e200350fbffffff0f12080a0153200c7a017812070a0142200b7001120d0a014c200858f2dfb89ea7e7021803',
    'hex',
  );
  bench.message('spBv1.0/plant/NBIRTH/edge-1', birth);
  bench.message('spBv1.0/plant/NDATA/edge-1', Uint8Array.of());
  const row = bench.found.find('sparkplug:plant/edge-1');
  expect(row).toMatchObject({ kind: 'sparkplug', title: 'edge-1', present: true });
  const draft = row?.guesses[0]?.draft;
  expect(draft).toMatchObject({ adapter: 'sparkplug', group: 'plant', node: 'edge-1' });
  expect(draft?.['points']).toHaveLength(5);
  expect(Device.safeParse({ ...draft, id: 'edge', name: 'Edge' }).error?.issues ?? []).toEqual([]);
  bench.message('spBv1.0/plant/DBIRTH/edge-1/pump', Uint8Array.of(0xff, 0xff));
  expect(bench.found.find('sparkplug:plant/edge-1/pump')).toMatchObject({ title: 'pump' });
  bench.message('spBv1.0/plant/NDEATH/edge-1', Uint8Array.of());
  expect(bench.found.find('sparkplug:plant/edge-1')).toMatchObject({ present: false });
  expect(bench.found.find('sparkplug:plant/edge-1/pump')).toMatchObject({ present: false });
});

it('knows clients, Sparkplug nodes and advertisers of the document wherever they are now', async () => {
  const point = { name: 'a' };
  const devices = [
    { id: 'boiler', name: 'B', adapter: 'mqtt', client: 'boiler-1', points: [{ ...point, topic: 'x' }] },
    { id: 'node', name: 'N', adapter: 'sparkplug', group: 'g', node: 'n', points: [{ ...point, metric: 'T' }] },
    { id: 'tag', name: 'T', adapter: 'ble', mode: 'advert', address: ADDRESS, points: [{ ...point, value: 'temperature' }] },
  ];
  const bench = openInbox({ site: documentOf({ devices }) });
  await bench.found.start(never);
  bench.client('boiler-1');
  bench.message('spBv1.0/g/NDATA/n', '', 'another-client');
  bench.advert(advert(ADDRESS, { name: 'x', radio: 'hci1', rssi: -90, manufacturer: new Map([[0x0499, RUUVI]]) }));
  expect(
    bench.found
      .rows()
      .map(({ device, state, moved, note }) => [device, state, moved, note])
      .sort(),
  ).toEqual([
    ['boiler', 'added', false, null],
    ['node', 'added', false, null],
    ['tag', 'added', false, null],
  ]);
});

it('keeps what was ignored and when it was first seen over a restart', async () => {
  const first = openInbox({ ports: [PORT] });
  await first.found.start(never);
  await first.found.ignore(PORT.id, true);
  expect(first.found.rows()[0]).toMatchObject({ state: 'ignored' });
  const seenAt = first.found.rows()[0]?.firstAt;
  await first.found.stop();
  const second = openInbox({ ports: [PORT], kept: first.writes.at(-1) ?? {} });
  await second.clock.advance(60_000);
  await second.found.start(never);
  expect(second.found.rows()[0]).toMatchObject({ state: 'ignored', firstAt: seenAt });
  await second.found.ignore(PORT.id, false);
  expect(second.found.rows()[0]).toMatchObject({ state: 'new' });
});

it('proposes no device that could not be saved, whatever hangs on a port', () => {
  const link = { kind: 'serial', path: '/dev/ttyUSB0' };
  for (const { adapter, draft } of Object.values(SERIAL_KINDS)) {
    if (adapter.startsWith('modbus-')) continue; // its values come out of the decode matrix
    const device = { ...draft, id: 'd', name: 'D', link };
    const text = JSON.stringify({ schema: 'gatehouse/1', name: 'x', devices: [device], functions: [], subscriptions: [] });
    expect(checkDocument(text), adapter).toMatchObject({ ok: true });
  }
});

it('proposes nothing for a Sparkplug node whose birth was not heard', async () => {
  const bench = openInbox();
  await bench.found.start(never);
  bench.message('spBv1.0/plant/NDATA/edge-1', Uint8Array.of());
  expect(bench.found.rows()[0]).toMatchObject({ id: 'sparkplug:plant/edge-1', guesses: [] });
});

it('starts although what was kept cannot be read', async () => {
  const bench = openInbox({ ports: [PORT] });
  const { deps } = createBench(bench.clock, { book: bench.book });
  const found = createFoundBook({
    ...deps,
    site: () => null,
    health: () => undefined,
    kept: { read: () => Promise.reject(new Error('torn')), write: async () => {} },
  });
  await found.start(never);
  expect(found.rows()).toHaveLength(1);
  await found.stop();
});

it('holds a bounded number of rows', async () => {
  const bench = openInbox();
  await bench.found.start(never);
  for (let i = 0; i < 1200; i += 1) {
    const address =
      `AA:BB:CC:DD:${(i >> 8).toString(16).padStart(2, '0')}:${(i & 255).toString(16).padStart(2, '0')}`.toUpperCase();
    bench.advert(advert(address, { name: `Sensor ${i}` }));
    await Promise.resolve();
  }
  expect(bench.found.rows().length).toBeLessThanOrEqual(1000);
});
