import { expect, it } from 'vitest';
import { bleAdapter } from '../../../../core/adapters/ble/adapter.ts';
import { GatewayError } from '../../../../core/base/errors.ts';
import type { GattCharacteristic } from '../../../../core/transports/bluetooth/radio.ts';
import { createFakeRadio } from '../../../fakes/fake-radio.ts';
import { createHarness, device, never } from '../harness.ts';
import { hex } from './adverts.ts';

const ADDRESS = 'AA:BB:CC:00:00:01';
const ruuvi = (sequence: string) => new Map([[0x0499, hex(`0512FC5394C37C0004FFFC040CAC3642${sequence}CBB8334C884F`)]]);
const characteristic = (uuid: string, service: string, ...flags: string[]): GattCharacteristic => ({ uuid, service, flags });

function setUp(raw: Record<string, unknown>) {
  const harness = createHarness();
  const radio = createFakeRadio();
  const context = { ...harness.context, field: { ...harness.context.field, radio } };
  const config = device({ adapter: 'ble', address: ADDRESS, ...raw });
  return { ...harness, radio, open: () => bleAdapter.open(config, context, never) };
}
const advert = (points: unknown[], more: Record<string, unknown> = {}) => setUp({ mode: 'advert', points, ...more });
const gatt = (points: unknown[], more: Record<string, unknown> = {}) => setUp({ mode: 'gatt', points, ...more });

it('makes readings of the advertisements of its own device, and only of those points that a frame tells', async () => {
  const { radio, open, batches, last } = advert([
    { name: 't', value: 'temperature' },
    { name: 'bat', value: 'battery' },
    { name: 'signal', value: 'rssi' },
  ]);
  const session = await open();
  expect(radio.holds).toBe(1);
  radio.advertise({ address: 'AA:BB:CC:00:00:02', manufacturer: ruuvi('0001') });
  expect(batches).toEqual([]);
  radio.advertise({ address: ADDRESS, manufacturer: ruuvi('0001'), rssi: -71 });
  expect(last()).toEqual({ t: 24.3, signal: -71 });
  radio.advertise({ address: ADDRESS, manufacturer: new Map(), services: new Map([['180f', hex('32')]]), rssi: null });
  expect(last()).toEqual({ bat: 50, signal: null });
  await session.close();
  expect(await session.closed).toBeUndefined();
  expect([radio.listeners, radio.holds]).toEqual([0, 0]);
});

it('takes a repeated frame once, until five seconds have passed, and data that a packet did not bring not at all', async () => {
  const { radio, open, batches } = advert([{ name: 't', value: 'temperature' }]);
  await open();
  for (let again = 0; again < 4; again += 1)
    radio.advertise({ address: ADDRESS, manufacturer: ruuvi('0001'), heardAt: again * 100 });
  expect(batches.length).toBe(1);
  radio.advertise({ address: ADDRESS, manufacturer: ruuvi('0002'), heardAt: 500 });
  expect(batches.length).toBe(2);
  radio.advertise({ address: ADDRESS, manufacturer: ruuvi('0002'), heardAt: 6000 });
  expect(batches.length).toBe(3);
  radio.advertise({ address: ADDRESS, manufacturer: ruuvi('0003'), heardAt: 6100, strengthOnly: true });
  expect(batches.length).toBe(3);
});

it('does not take what BlueZ remembers of an earlier packet for sent again', async () => {
  const { radio, open, batches, last } = advert([
    { name: 't', value: 'temperature' },
    { name: 'bat', value: 'battery' },
  ]);
  await open();
  const services = new Map([['180f', hex('32')]]);
  radio.advertise({ address: ADDRESS, manufacturer: ruuvi('0001'), services, stale: 'manufacturer' });
  expect(last()).toEqual({ bat: 50 });
  radio.advertise({ address: ADDRESS, manufacturer: ruuvi('0001'), services, stale: 'services' });
  expect(last()).toEqual({ t: 24.3 });
  expect(batches.length).toBe(2);
});

it('reports what is damaged or encrypted as a fault, never as a reading', async () => {
  const { radio, open, batches, faults, frames } = advert([{ name: 't', value: 'temperature' }]);
  await open();
  radio.advertise({ address: ADDRESS, services: new Map([['fcd2', hex('41A47266C95F730011223378237214')]]) });
  radio.advertise({ address: ADDRESS, services: new Map([['fcd2', hex('4002C4')]]) });
  expect(batches).toEqual([]);
  expect(faults).toEqual(['ble/needs-key', 'adapter/bad-frame']);
  expect(frames.map(({ faulty }) => faulty)).toEqual([true, true]);
});

it('ends when Bluetooth goes, and does not open without it', async () => {
  const { radio, open } = advert([{ name: 't', value: 'temperature' }]);
  const session = await open();
  radio.setProblem(new GatewayError('ble/not-available', 'BlueZ has stopped.'));
  expect(await session.closed).toMatchObject({ code: 'ble/not-available' });
  await expect(open()).rejects.toMatchObject({ code: 'ble/not-available' });
});

const STRAP = [
  characteristic('2a37', '180d', 'notify'),
  characteristic('2a19', '180f', 'read'),
  characteristic('2a29', '180a', 'read'),
];

it('finds the characteristics of standard facts by itself: notified where it can be, read every poll else', async () => {
  const { radio, open, clock, last, batches } = gatt([
    { name: 'hr', value: 'heart-rate' },
    { name: 'rr', value: 'rr-interval' },
    { name: 'bat', value: 'battery' },
  ]);
  const strap = radio.offer(ADDRESS, STRAP);
  strap.values.set('2a19', hex('50'));
  const session = await open();
  await clock.advance(0);
  expect(last()).toEqual({ bat: 80 });
  expect(strap.listened).toEqual(['2a37']);
  strap.notifyAll('2a37', hex('10 48 0004'));
  expect(last()).toEqual({ hr: 72, rr: 1000 });
  strap.values.set('2a19', hex('4F'));
  await clock.advance(10_000);
  expect(last()).toEqual({ bat: 79 });
  const before = batches.length;
  await session.readNow?.(never);
  expect(batches.length).toBe(before + 1);
  strap.lose(new GatewayError('link/lost', 'gone'));
  expect(await session.closed).toMatchObject({ code: 'link/lost' });
  await clock.advance(60_000);
  expect(batches.length).toBe(before + 1);
  expect(clock.pending).toBe(0);
});

it('reads and writes any characteristic by description', async () => {
  const own = '6e400002-b5a3-f393-e0a9-e50e24dcca9e';
  const field = { type: 'int16', order: 'little', scale: 0.1 };
  const { radio, open, clock, last } = gatt([
    { name: 'level', value: 'level', characteristic: own, field },
    { name: 'set', value: 'set', characteristic: 'ffe1', field, writable: true },
  ]);
  const sensor = radio.offer(ADDRESS, [characteristic(own, 'ffe0', 'read'), characteristic('ffe1', 'ffe0', 'write', 'read')]);
  sensor.values.set(own, hex('D6FF'));
  sensor.values.set('ffe1', hex('FB'));
  const session = await open();
  await clock.advance(0);
  expect(last()).toEqual({ set: null });
  await session.write?.('set', 21.5, never);
  expect(sensor.written).toEqual(['ffe1 d700 request']);
  await expect(session.write?.('set', 1e9, never)).rejects.toMatchObject({ code: 'adapter/bad-value' });
  await expect(session.write?.('set', 'warm', never)).rejects.toMatchObject({ code: 'adapter/bad-value' });
  await expect(session.write?.('level', 1, never)).rejects.toMatchObject({ code: 'adapter/not-writable' });
});

it('says that a described value is rounded', async () => {
  const field = { type: 'uint64' };
  const { radio, open, clock, batches } = gatt([{ name: 'n', value: 'n', characteristic: 'ffe1', field }]);
  radio.offer(ADDRESS, [characteristic('ffe1', 'ffe0', 'read')]).values.set('ffe1', hex('00ffffffffffffff'));
  await open();
  await clock.advance(0);
  expect(batches[0]?.readings).toMatchObject([
    { point: 'n', quality: 'good', note: expect.stringContaining('72057594037927935') },
  ]);
});

it('names the points that a device has nothing for; where it has nothing at all, it closes and says what it offers', async () => {
  const some = gatt([
    { name: 'hr', value: 'heart-rate' },
    { name: 'spo2', value: 'spo2' },
  ]);
  some.radio.offer(ADDRESS, STRAP);
  await some.open();
  expect(some.faults).toEqual(['ble/gatt']);
  const none = gatt([{ name: 'spo2', value: 'spo2' }]);
  const strap = none.radio.offer(ADDRESS, STRAP);
  await expect(none.open()).rejects.toMatchObject({ code: 'ble/gatt', message: expect.stringContaining('2a37') });
  expect(await strap.closed).toBeUndefined();
});

it('lets go of a device that is connected but does not answer three times', async () => {
  const { radio, open, clock, faults } = gatt([{ name: 'bat', value: 'battery' }]);
  const strap = radio.offer(ADDRESS, STRAP);
  strap.values.set('2a19', new GatewayError('adapter/timeout', 'no answer'));
  const session = await open();
  await clock.advance(25_000);
  expect(await session.closed).toMatchObject({ code: 'link/lost' });
  expect(faults).toEqual(['adapter/timeout', 'adapter/timeout', 'adapter/timeout']);
});

it('asks a glucose meter for its last record, because it says nothing by itself', async () => {
  const { radio, open, last } = gatt([{ name: 'glucose', value: 'glucose' }]);
  const meter = radio.offer(ADDRESS, [
    characteristic('2a18', '1808', 'notify'),
    characteristic('2a52', '1808', 'write', 'indicate'),
  ]);
  await open();
  expect(meter.listened).toEqual(['2a18', '2a52']);
  expect(meter.written).toEqual(['2a52 0106 request']);
  meter.notifyAll('2a18', hex('06 0100 EA07 01 02 03 04 05 3CC0 11'));
  expect(last()).toEqual({ glucose: 6 });
});
