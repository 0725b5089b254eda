import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../core/base/clock.ts';
import { createLogHub } from '../../core/base/log.ts';
import { openRadio } from '../../core/transports/bluetooth/open-radio.ts';
import type { Advert, BleRadio } from '../../core/transports/bluetooth/radio.ts';
import { createPortClaims, type PortClaims } from '../../core/transports/ports/claims.ts';
import { type BluezDouble, bluezDoubleMissing, startBluezDouble } from '../fakes/bluez-double.ts';
import { waitFor } from '../fakes/socat.ts';

const never = new AbortController().signal;
const gap = bluezDoubleMissing();
const title = gap === '' ? 'Bluetooth by BlueZ' : `Bluetooth by BlueZ (left out: needs ${gap})`;
const ADAPTER = '/org/bluez/hci0';
const pathOf = (address: string): string => `${ADAPTER}/dev_${address.replaceAll(':', '_')}`;
const full = (short: string): string => `0000${short}-0000-1000-8000-00805f9b34fb`;

describe.skipIf(gap !== '' && process.env['CI'] !== 'true')(title, { timeout: 30_000 }, () => {
  let double: BluezDouble;
  let radio: BleRadio;
  let claims: PortClaims;
  const log = createLogHub({ clock: systemClock }, { keep: 200, level: 'debug' });

  /** A device with a heart rate and a battery, and one characteristic of its own. */
  async function addDevice(address: string, name = ''): Promise<string> {
    const path = pathOf(address);
    await double.do({ op: 'device', path, name });
    await double.do({ op: 'service', path: `${path}/service0010`, uuid: full('180d') });
    const own = '6e400001-b5a3-f393-e0a9-e50e24dcca9e';
    await double.do({ op: 'characteristic', path: `${path}/service0010/char0011`, uuid: full('2a37'), flags: ['notify'] });
    await double.do({ op: 'service', path: `${path}/service0020`, uuid: full('180f') });
    const battery = { uuid: full('2a19'), flags: ['read'], value: '50' };
    await double.do({ op: 'characteristic', path: `${path}/service0020/char0021`, ...battery });
    await double.do({ op: 'service', path: `${path}/service0030`, uuid: own });
    const plain = { uuid: own.replace('0001', '0002'), flags: ['read', 'write'], value: '00' };
    await double.do({ op: 'characteristic', path: `${path}/service0030/char0031`, ...plain });
    return path;
  }
  const connect = (address: string, timeoutMs = 2000, more: { pair?: boolean } = {}) =>
    radio.connect(address, { pair: more.pair ?? false, timeoutMs, user: 'test' }, never);
  /** Devices that go on advertising while something is tried with them. */
  async function whileAdvertising<T>(paths: readonly string[], work: () => Promise<T>): Promise<T> {
    const timer = setInterval(() => {
      for (const path of paths) void double.do({ op: 'advertise', path }).catch(() => {}); // forgotten meanwhile
    }, 30);
    return await work().finally(() => clearInterval(timer));
  }
  const calls = async (): Promise<Record<string, number>> => (await double.do({ op: 'calls' })) as Record<string, number>;

  beforeAll(async () => {
    double = await startBluezDouble();
    await double.do({ op: 'adapter', path: ADAPTER, address: '00:11:22:33:44:55' });
    claims = createPortClaims({ now: () => 0 });
    radio = openRadio({ clock: systemClock, log: log.logger('bluetooth'), claims, platform: 'linux' });
    await radio.start(never);
    await waitFor(() => radio.radios()[0]?.id === 'hci0', 'the radio');
  });
  afterAll(async () => {
    await radio?.stop();
    await double?.stop();
  });

  it('finds the radio and says how it is', () => {
    expect(radio.problem).toBeNull();
    expect(radio.radios()).toMatchObject([
      { id: 'hci0', address: '00:11:22:33:44:55', state: 'ok', scanning: 'no', connections: 0 },
    ]);
  });

  it('listens passively where BlueZ can, actively while somebody asks for it, and where BlueZ refuses', async () => {
    const stop = radio.onAdvert(() => {});
    await waitFor(() => radio.radios()[0]?.scanning === 'passive', 'passive scanning');
    await waitFor(() => double.said.some((one) => one['monitor'] === 'or_patterns'), 'the patterns');
    const release = radio.holdScan();
    await waitFor(() => radio.radios()[0]?.scanning === 'active', 'scanning');
    release();
    await waitFor(() => radio.radios()[0]?.scanning === 'passive', 'passive scanning again');
    stop();
    await waitFor(() => radio.radios()[0]?.scanning === 'no', 'the end of the scan');
    expect(await calls()).toMatchObject({ RegisterMonitor: 2, UnregisterMonitor: 2, StartDiscovery: 1, StopDiscovery: 1 });
    await double.do({ op: 'mode', path: ADAPTER, mode: 'no-monitor' });
    const again = radio.onAdvert(() => {});
    await waitFor(() => radio.radios()[0]?.scanning === 'active', 'scanning without monitors');
    again();
    await waitFor(() => radio.radios()[0]?.scanning === 'no', 'the end of the scan');
  });

  it('scans while somebody holds it, with repetitions, and hears advertisements as they were sent', async () => {
    const heard: Advert[] = [];
    const stop = radio.onAdvert((advert) => heard.push(advert));
    await waitFor(() => radio.radios()[0]?.scanning === 'active', 'scanning');
    expect(double.said).toContainEqual({ filter: { Transport: 'le', DuplicateData: '1' } });
    const path = pathOf('AA:00:00:00:00:01');
    await double.do({ op: 'device', path, name: 'Ruuvi' });
    const manufacturer = { 1177: '0512FC5394C37C0004FFFC040CAC364200CDCBB8334C884F' };
    await double.do({ op: 'advertise', path, rssi: -71, manufacturer, services: { [full('180f')]: '55' } });
    await waitFor(() => heard.length === 2, 'an advertisement');
    const [, advert] = heard;
    expect(advert).toMatchObject({ address: 'AA:00:00:00:00:01', name: 'Ruuvi', rssi: -71, radio: 'hci0' });
    expect(advert?.manufacturer.get(1177)?.length).toBe(24);
    expect([...(advert?.services.get('180f') ?? [])]).toEqual([0x55]);
    await double.do({ op: 'advertise', path, rssi: 127 });
    await waitFor(() => heard.length === 3, 'an advertisement');
    expect(heard[2]?.rssi).toBeNull();
    stop();
    await waitFor(() => radio.radios()[0]?.scanning === 'no', 'the end of the scan');
  });

  it('uses a scan of another program, and does not fail because of it', async () => {
    await double.do({ op: 'power', path: ADAPTER, on: false });
    await double.do({ op: 'power', path: ADAPTER, on: true });
    const release = radio.holdScan();
    await waitFor(() => radio.radios()[0]?.scanning === 'active', 'scanning');
    release();
    await waitFor(() => radio.radios()[0]?.scanning === 'no', 'the end of the scan');
  });

  it('connects, reads, writes, and gets every notification in order', async () => {
    const path = await addDevice('AA:00:00:00:00:02', 'Strap');
    const connection = await connect('AA:00:00:00:00:02');
    expect(connection.characteristics.map(({ uuid, service }) => `${service}/${uuid}`)).toEqual([
      '180d/2a37',
      '180f/2a19',
      '6e400001-b5a3-f393-e0a9-e50e24dcca9e/6e400002-b5a3-f393-e0a9-e50e24dcca9e',
    ]);
    expect([...(await connection.read('2a19', never))]).toEqual([0x50]);
    expect([...(await connection.read('180f/2a19', never))]).toEqual([0x50]);
    const own = '6e400002-b5a3-f393-e0a9-e50e24dcca9e';
    await connection.write(own, Uint8Array.of(1, 2), 'request', never);
    await connection.write(own, Uint8Array.of(3), 'command', never);
    await waitFor(() => double.said.filter((one) => 'write' in one).length === 2, 'the writes');
    expect(double.said.filter((one) => 'write' in one)).toMatchObject([
      { write: '0102', type: 'request' },
      { write: '03', type: 'command' },
    ]);
    const values: number[] = [];
    const stop = await connection.notify('2a37', (value) => values.push(value[1] ?? -1), never);
    for (let rate = 60; rate < 80; rate += 1) {
      await double.do({ op: 'notify', path: `${path}/service0010/char0011`, value: `00${rate.toString(16)}` });
    }
    await waitFor(() => values.length === 20, 'the notifications');
    expect(values).toEqual(Array.from({ length: 20 }, (_, at) => 60 + at));
    await stop();
    await expect(connection.read('2a99', never)).rejects.toMatchObject({ code: 'ble/gatt' });
    await connection.close();
    expect(await connection.closed).toBeUndefined();
    await expect(connection.read('2a19', never)).rejects.toMatchObject({ code: 'link/closed' });
  });

  it('says that the link was lost, and connects again', async () => {
    const path = await addDevice('AA:00:00:00:00:03');
    const first = await connect('AA:00:00:00:00:03');
    await double.do({ op: 'lost', path });
    expect(await first.closed).toMatchObject({ code: 'link/lost' });
    const second = await connect('AA:00:00:00:00:03');
    await second.close();
  });

  it('gives up on every step that never ends, frees the queue, and climbs the ladder', async () => {
    const path = await addDevice('AA:00:00:00:00:04');
    await addDevice('AA:00:00:00:00:05');
    await double.do({ op: 'mode', path, mode: 'hang' });
    const before = await calls();
    const stuck = connect('AA:00:00:00:00:04', 300);
    const behind = connect('AA:00:00:00:00:05');
    await expect(stuck).rejects.toMatchObject({ code: 'ble/connect-failed' });
    await (await behind).close();
    await expect(connect('AA:00:00:00:00:04', 200)).rejects.toMatchObject({ code: 'ble/not-seen' }); // tried again only when heard
    await whileAdvertising([path], async () => {
      await double.do({ op: 'mode', path, mode: 'unresolved' });
      await expect(connect('AA:00:00:00:00:04', 300)).rejects.toMatchObject({ code: 'ble/connect-failed' });
      await double.do({ op: 'mode', path, mode: 'fail' });
      await expect(connect('AA:00:00:00:00:04', 300)).rejects.toMatchObject({ code: 'ble/connect-failed' });
    });
    const after = await calls();
    expect((after['RemoveDevice'] ?? 0) - (before['RemoveDevice'] ?? 0)).toBe(1);
    expect((after['Disconnect'] ?? 0) - (before['Disconnect'] ?? 0)).toBeGreaterThanOrEqual(3);
    expect(radio.radios()[0]?.deviceResets).toBe(3);
    expect(radio.radios()[0]?.lastError).toMatchObject({ code: 'ble/connect-failed' });
    await expect(connect('AA:00:00:00:00:04', 200)).rejects.toMatchObject({ code: 'ble/not-seen' });
  });

  it('switches the radio off and on when connections to several devices fail in a row', async () => {
    const addresses = ['AA:00:00:00:00:06', 'AA:00:00:00:00:07'];
    for (const address of addresses) await double.do({ op: 'mode', path: await addDevice(address), mode: 'fail' });
    const settings = (): unknown[] => double.said.filter((one) => one['set'] === 'Powered').map((one) => one['value']);
    const before = settings().length;
    await whileAdvertising(addresses.map(pathOf), async () => {
      for (let turn = 0; turn < 3; turn += 1) {
        for (const address of addresses)
          await expect(connect(address, 500)).rejects.toMatchObject({ code: 'ble/connect-failed' });
      }
    });
    expect(settings().slice(before)).toEqual([false, true]);
    expect(radio.radios()[0]).toMatchObject({ state: 'ok', radioResets: 1 });
  });

  it('pairs by an agent that agrees only to what it asked for itself', async () => {
    const path = await addDevice('AA:00:00:00:00:08');
    const connection = await connect('AA:00:00:00:00:08', 2000, { pair: true });
    expect(radio.known().find(({ address }) => address === 'AA:00:00:00:00:08')).toMatchObject({ paired: true, connected: true });
    await connection.close();
    const locked = await addDevice('AA:00:00:00:00:09');
    await double.do({ op: 'mode', path: locked, mode: 'passkey' });
    await expect(connect('AA:00:00:00:00:09', 2000, { pair: true })).rejects.toMatchObject({ code: 'ble/pairing-failed' });
    await radio.forget('AA:00:00:00:00:08');
    expect(radio.known().some(({ address }) => address === 'AA:00:00:00:00:08')).toBe(false);
    expect(path).toContain('AA_00_00_00_00_08');
  });

  it('gives a claimed device to the tool, and to nobody else until it is given back', async () => {
    await addDevice('AA:00:00:00:00:0A');
    const connection = await connect('AA:00:00:00:00:0A');
    const claim = await claims.take('ble:AA:00:00:00:00:0A', 'tool', never);
    expect(claim.pauses).toEqual(['test']);
    expect(await connection.closed).toMatchObject({ code: 'link/claimed' });
    await expect(connect('AA:00:00:00:00:0A')).rejects.toMatchObject({ code: 'link/claimed' });
    const own = await radio.connect('AA:00:00:00:00:0A', { pair: false, timeoutMs: 2000, user: 'tool', claim }, never);
    await own.close();
    await claim.release();
    await (await connect('AA:00:00:00:00:0A')).close();
  });

  it('hears a device after 300 reconnects as after the first: the bus allows 512 subscriptions a connection, and we need three', async () => {
    const path = await addDevice('AA:00:00:00:00:0C');
    let notified = 0;
    for (let round = 0; round < 300; round += 1) {
      const connection = await connect('AA:00:00:00:00:0C');
      await connection.notify('2a37', () => void notified++, never);
      await double.do({ op: 'notify', path: `${path}/service0010/char0011`, value: '0048' });
      await connection.read('2a19', never);
      if (round % 2 === 0) await double.do({ op: 'lost', path });
      else await connection.close();
      await connection.closed;
    }
    expect(notified).toBe(300);
    expect(radio.radios()[0]).toMatchObject({ connections: 0, queue: 0 });
  });

  it('says that the radio is off, and that the wish was withdrawn', async () => {
    await double.do({ op: 'power', path: ADAPTER, on: false });
    await waitFor(() => radio.radios()[0]?.state === 'off', 'the state of the radio');
    await expect(connect('AA:00:00:00:00:02')).rejects.toMatchObject({ code: 'ble/off' });
    await radio.power('hci0', true);
    await waitFor(() => radio.radios()[0]?.state === 'ok', 'the state of the radio');
    const giveUp = new AbortController();
    const waiting = radio.connect('AA:00:00:00:00:EE', { pair: false, timeoutMs: 60_000, user: 'test' }, giveUp.signal);
    giveUp.abort(new Error('no longer wanted'));
    await expect(waiting).rejects.toThrow('no longer wanted');
  });

  it('notices that bluetoothd has died, ends its connections, and says so until it is back', async () => {
    await addDevice('AA:00:00:00:00:0B');
    const connection = await connect('AA:00:00:00:00:0B');
    await double.killBluez();
    expect(await connection.closed).toMatchObject({ code: 'ble/not-available' });
    await waitFor(() => radio.problem !== null, 'the state of the radio');
    expect(radio.radios()).toMatchObject([{ id: 'none', state: 'not-available' }]);
    await expect(connect('AA:00:00:00:00:0B')).rejects.toMatchObject({ code: 'ble/not-available' });
  });
});
