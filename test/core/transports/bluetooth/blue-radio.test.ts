import { expect, it } from 'vitest';
import { GatewayError } from '../../../../core/base/errors.ts';
import { createLogHub } from '../../../../core/base/log.ts';
import { createBlueRadio } from '../../../../core/transports/bluetooth/bluez/blue-radio.ts';
import { ADAPTER, DEVICE } from '../../../../core/transports/bluetooth/bluez/objects.ts';
import { openRadio } from '../../../../core/transports/bluetooth/open-radio.ts';
import type { Advert } from '../../../../core/transports/bluetooth/radio.ts';
import { createPortClaims } from '../../../../core/transports/ports/claims.ts';
import { createManualClock } from '../../../fakes/manual-clock.ts';
import { createFakeBus, type FakeBus } from './fake-bus.ts';

const never = new AbortController().signal;
const HCI0 = '/org/bluez/hci0';
const PHONE = `${HCI0}/dev_AA_BB_CC_00_00_01`;
const there = {
  [HCI0]: { [ADAPTER]: { Address: '00:11:22:33:44:55', Powered: true, Discovering: false } },
  [PHONE]: { [DEVICE]: { Address: 'AA:BB:CC:00:00:01', Alias: 'AA-BB-CC-00-00-01', Paired: false } },
};

function setUp(platform = 'linux') {
  const clock = createManualClock();
  const log = createLogHub({ clock }, { keep: 100, level: 'debug' });
  const claims = createPortClaims({ now: () => 0 });
  const buses: FakeBus[] = [];
  let refuse: Error | null = null;
  const radio =
    platform === 'linux'
      ? createBlueRadio({
          clock,
          log: log.logger('ble'),
          claims,
          async openBus() {
            if (refuse) throw refuse;
            const bus = createFakeBus();
            bus.answer('GetManagedObjects', [there]);
            buses.push(bus);
            return bus;
          },
        })
      : openRadio({ clock, log: log.logger('ble'), claims, platform });
  const events = (): string[] => log.recent().map(({ event }) => event);
  function setRefusal(why: Error | null): void {
    refuse = why;
  }
  async function begin(): Promise<void> {
    await radio.start(never);
    await clock.advance(500);
  }
  return { clock, radio, begin, buses, events, refuse: setRefusal };
}
const newest = (buses: readonly FakeBus[]): FakeBus => {
  const bus = buses.at(-1);
  if (!bus) throw new Error('no bus was opened');
  return bus;
};

it.each([
  ['win32', 'Windows'],
  ['darwin', 'darwin'],
])('says plainly on %s that there is no Bluetooth, and every call says it again', async (platform, name) => {
  const { radio, begin } = setUp(platform);
  await begin();
  expect(radio.problem).toMatchObject({ code: 'ble/not-available', message: expect.stringContaining(name) });
  expect(radio.radios()).toMatchObject([{ id: 'none', state: 'not-available' }]);
  const options = { pair: false, timeoutMs: 1000, user: 'test' };
  await expect(radio.connect('AA:BB:CC:00:00:01', options, never)).rejects.toMatchObject({ code: 'ble/not-available' });
  await radio.stop();
});

it('starts without BlueZ, says why once, and looks for it every 30 seconds; listeners then hear by themselves', async () => {
  const { clock, radio, begin, buses, events, refuse } = setUp();
  refuse(new GatewayError('ble/not-available', 'There is no system bus.'));
  const heard: Advert[] = [];
  radio.onAdvert((advert) => heard.push(advert));
  await begin();
  expect(radio.problem?.message).toContain('no system bus');
  await clock.advance(60_000);
  expect(events().filter((event) => event === 'ble.not-there').length).toBe(1);
  refuse(null);
  await clock.advance(30_000);
  expect(radio.problem).toBeNull();
  expect(newest(buses).members).toContain('StartDiscovery');
  newest(buses).changed(PHONE, DEVICE, {
    RSSI: -50,
    ServiceData: { '0000fcd2-0000-1000-8000-00805f9b34fb': Buffer.from([0x40]) },
  });
  expect(heard).toMatchObject([{ address: 'AA:BB:CC:00:00:01', name: '', rssi: -50, strengthOnly: false }]);
  expect([...(heard[0]?.services.keys() ?? [])]).toEqual(['fcd2']);
  await radio.stop();
  expect(newest(buses).members).toContain('StopDiscovery');
  expect(clock.pending).toBe(0);
});

it('does not hold up the start of the gateway; who wants to connect waits for the first look', async () => {
  const { clock, radio, refuse } = setUp();
  refuse(new GatewayError('ble/not-available', 'There is no system bus.'));
  await radio.start(never);
  expect(radio.problem).toBeNull();
  expect(radio.radios()).toMatchObject([{ id: 'none', state: 'starting', lastError: null }]);
  const options = { pair: false, timeoutMs: 1000, user: 'test' };
  const wish = expect(radio.connect('AA:BB:CC:00:00:01', options, never)).rejects.toMatchObject({ code: 'ble/not-available' });
  await clock.advance(500);
  await wish;
  await radio.stop();
});

it('forgets what BlueZ knew when it ends, and begins anew when it is back', async () => {
  const { clock, radio, begin, buses } = setUp();
  await begin();
  expect(radio.known()).toMatchObject([{ address: 'AA:BB:CC:00:00:01' }]);
  newest(buses).signal({ member: 'NameOwnerChanged', body: ['org.bluez', ':1.5', ''] });
  await clock.advance(0);
  expect(radio.problem).toMatchObject({ code: 'ble/not-available' });
  expect([radio.known(), newest(buses).listeners]).toEqual([[], 1]);
  await clock.advance(30_000);
  expect(radio.problem).toBeNull();
  expect(buses.length).toBe(2);
  await radio.stop();
});

it('does not take what BlueZ only remembers for something that was heard', async () => {
  const { radio, begin, buses } = setUp();
  const heard: Advert[] = [];
  radio.onAdvert((advert) => heard.push(advert));
  await begin();
  const bus = newest(buses);
  bus.changed(PHONE, DEVICE, { Connected: true });
  const added = (properties: Record<string, unknown>): void =>
    bus.signal({
      iface: 'org.freedesktop.DBus.ObjectManager',
      member: 'InterfacesAdded',
      body: [PHONE, { [DEVICE]: properties }],
    });
  added({ Address: 'AA:BB:CC:00:00:01' });
  expect(heard).toEqual([]);
  added({ Address: 'AA:BB:CC:00:00:01', RSSI: -70 });
  bus.changed(PHONE, DEVICE, { RSSI: 127 });
  expect(heard.map(({ rssi, strengthOnly }) => [rssi, strengthOnly])).toEqual([
    [-70, true],
    [null, true],
  ]);
  await radio.stop();
});

it('begins a scan again when the radio was off, and tries again when BlueZ refuses', async () => {
  const { clock, radio, begin, buses } = setUp();
  const release = radio.holdScan();
  await begin();
  await clock.advance(0);
  const bus = newest(buses);
  const starts = (): number => bus.members.filter((one) => one === 'StartDiscovery').length;
  expect(starts()).toBe(1);
  bus.changed(HCI0, ADAPTER, { Discovering: true });
  bus.changed(HCI0, ADAPTER, { Powered: false, Discovering: false });
  await clock.advance(0);
  expect(radio.radios()).toMatchObject([{ state: 'off', scanning: 'no' }]);
  bus.answer('StartDiscovery', new GatewayError('ble/gatt', 'Bluetooth says: Failed'));
  bus.changed(HCI0, ADAPTER, { Powered: true });
  await clock.advance(0);
  expect(radio.radios()).toMatchObject([
    { state: 'ok', scanning: 'no', lastError: { message: expect.stringContaining('Failed') } },
  ]);
  bus.answer('StartDiscovery', []);
  await clock.advance(5000);
  expect(radio.radios()).toMatchObject([{ scanning: 'active' }]);
  release();
  await radio.stop();
});

it('helps a radio that has gone deaf: first a new scan, then off and on, then nothing until it hears again', async () => {
  const { clock, radio, begin, buses } = setUp();
  radio.holdScan();
  await begin();
  const bus = newest(buses);
  await clock.advance(0);
  bus.changed(HCI0, ADAPTER, { Discovering: true });
  await clock.advance(600_000);
  expect(radio.radios()[0]?.radioResets).toBe(0); // it never heard anything: there is nothing to hear
  bus.changed(PHONE, DEVICE, { RSSI: -50 });
  await clock.advance(70_000);
  expect(bus.members.filter((one) => one === 'StopDiscovery').length).toBe(1);
  await clock.advance(60_000);
  expect(radio.radios()[0]?.radioResets).toBe(1);
  const powers = (): unknown[] => bus.calls.filter(({ member }) => member === 'Set').map(({ path }) => path);
  expect(powers()).toEqual([HCI0, HCI0]);
  await clock.advance(900_000);
  expect(radio.radios()[0]?.radioResets).toBe(1);
  await radio.stop();
});

it('does not take a radio for deaf that nobody has listened with', async () => {
  const { clock, radio, begin, buses } = setUp();
  const release = radio.holdScan();
  await begin();
  const bus = newest(buses);
  bus.changed(HCI0, ADAPTER, { Discovering: true });
  bus.changed(PHONE, DEVICE, { RSSI: -50 });
  await clock.advance(0);
  release();
  bus.changed(HCI0, ADAPTER, { Discovering: false });
  await clock.advance(600_000);
  const again = radio.holdScan();
  bus.changed(HCI0, ADAPTER, { Discovering: true });
  await clock.advance(50_000);
  expect([radio.radios()[0]?.radioResets, bus.members.filter((one) => one === 'StopDiscovery').length]).toEqual([0, 1]);
  again();
  await radio.stop();
});

it('says which part of an advertisement is only remembered', async () => {
  const { radio, begin, buses } = setUp();
  const heard: Advert[] = [];
  radio.onAdvert((advert) => heard.push(advert));
  await begin();
  const bus = newest(buses);
  const services = { ServiceData: { '0000180f-0000-1000-8000-00805f9b34fb': Buffer.from([50]) } };
  const manufacturer = { ManufacturerData: { 76: Buffer.from([1]) } };
  bus.changed(PHONE, DEVICE, { RSSI: -50, ...services, ...manufacturer });
  bus.changed(PHONE, DEVICE, { RSSI: -50, ...manufacturer });
  bus.changed(PHONE, DEVICE, { RSSI: -50, ...services });
  expect(heard.map(({ stale }) => stale)).toEqual([undefined, 'services', 'manufacturer']);
  await radio.stop();
});

it('does not keep a connection that was lost while it was made', async () => {
  const { clock, radio, begin, buses } = setUp();
  await begin();
  const bus = newest(buses);
  bus.changed(PHONE, DEVICE, { Connected: true, ServicesResolved: true, RSSI: -50 });
  const call = bus.call.bind(bus);
  bus.call = async (wanted) => {
    if (wanted.member === 'Pair') bus.changed(PHONE, DEVICE, { Connected: false, ServicesResolved: false });
    return await call(wanted);
  };
  const options = { pair: true, timeoutMs: 1000, user: 'test' };
  await expect(radio.connect('AA:BB:CC:00:00:01', options, never)).rejects.toMatchObject({ code: 'link/lost' });
  await clock.advance(0);
  expect(radio.radios()).toMatchObject([{ connections: 0 }]);
  await radio.stop();
});

it('comes to rest with two radios, however often it is asked while it settles', async () => {
  const { clock, radio, begin, buses } = setUp();
  await begin();
  const second = { Address: '00:11:22:33:44:66', Powered: true, Discovering: false };
  const bus = newest(buses);
  bus.signal({
    iface: 'org.freedesktop.DBus.ObjectManager',
    member: 'InterfacesAdded',
    body: ['/org/bluez/hci1', { [ADAPTER]: second }],
  });
  const release = radio.holdScan();
  const stop = radio.onAdvert(() => {});
  for (const path of [HCI0, '/org/bluez/hci1']) bus.changed(path, ADAPTER, { Discovering: true });
  await clock.advance(0);
  expect(radio.radios().map(({ id, scanning }) => `${id} ${scanning}`)).toEqual(['hci0 active', 'hci1 active']);
  release();
  stop();
  await clock.advance(0);
  expect(bus.members.filter((one) => one === 'StopDiscovery').length).toBe(2);
  await radio.stop();
});
