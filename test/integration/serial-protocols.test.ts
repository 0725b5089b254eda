import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checksumOf } from '../../core/adapters/frames/checksum.ts';
import { toledoChecksum } from '../../core/adapters/scale/toledo.ts';
import { systemClock } from '../../core/base/clock.ts';
import { type ApiClient, createApiClient } from '../../core/contract/client.ts';
import type { DeviceView } from '../../core/contract/views.ts';
import { createGateway, type Gateway } from '../../core/gateway/gateway.ts';
import { createElmDouble } from '../fakes/elm-double.ts';
import { type FarDevice, openFarDevice } from '../fakes/far-device.ts';
import { createMemoryPair } from '../fakes/memory-transport.ts';
import { createPrinterDouble } from '../fakes/printer-double.ts';
import { createScaleDouble } from '../fakes/scale-double.ts';
import { createSerialPair, missing, type SerialPair } from '../fakes/socat.ts';
import { waitForRows } from '../fakes/wait-for-rows.ts';

const BAUD = 38_400;
const skip = missing('socat');
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const elm = createElmDouble();
const scale = createScaleDouble();
const printer = createPrinterDouble();
let level = 100;

/** Asked with 05; answers STX, two bytes of level, CRC-16/MODBUS. */
function sensor(bytes: Uint8Array): Uint8Array | undefined {
  if (!bytes.includes(0x05)) return undefined;
  const body = Uint8Array.of(0x02, level >> 8, level & 0xff);
  const crc = checksumOf('crc16-modbus', body);
  return Uint8Array.of(...body, crc & 0xff, crc >> 8);
}
/** 12.50 kg, gross, stable. */
function toledoFrame(weight: number): Uint8Array {
  const digits = Buffer.from(`${String(weight).padStart(6)}     0`, 'latin1');
  const body = Uint8Array.of(0x02, 0x2c, 0x30, 0x20, ...digits, 0x0d);
  return Uint8Array.of(...body, toledoChecksum(body));
}

/** What stands at the far end of each device's line. Those that give nothing back speak by themselves. */
const FAR: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array | undefined>> = {
  scanner: () => undefined,
  balance: scale.hear,
  platform: () => undefined,
  van: (bytes) => Buffer.from(elm.hear(bytes), 'latin1'),
  till: printer.hear,
  tank: sensor,
};
const POINTS: Readonly<Record<string, object>> = {
  scanner: {
    adapter: 'scanner',
    symbology: 'aim',
    points: [
      { name: 'code', value: 'code' },
      { name: 'gtin', value: 'gtin' },
    ],
  },
  balance: {
    adapter: 'scale',
    protocol: 'sics',
    pollMs: 100,
    points: [
      { name: 'net', value: 'net', unit: 'kg' },
      { name: 'gross', value: 'gross', unit: 'g' },
    ],
    commands: [{ name: 'tare', do: { kind: 'action', action: 'tare' } }],
  },
  platform: {
    adapter: 'scale',
    protocol: 'toledo-continuous',
    checksum: true,
    pollMs: 100,
    points: [{ name: 'w', value: 'weight' }],
  },
  van: {
    adapter: 'obd',
    pollMs: 200,
    points: [
      { name: 'rpm', value: 'pid:0C' },
      { name: 'codes', value: 'codes' },
      { name: 'vin', value: 'vin' },
    ],
    commands: [{ name: 'clear', confirm: 'Clear the codes?', do: { kind: 'action', action: 'clear-codes' } }],
  },
  till: {
    adapter: 'printer',
    statusMs: 300,
    points: [
      { name: 'paper', value: 'paper' },
      { name: 'printed', value: 'printed' },
    ],
    commands: [{ name: 'hello', do: { kind: 'action', action: 'print', argument: 'Hello' } }],
  },
  tank: {
    adapter: 'frames',
    framing: { by: 'length', length: 5, sync: '02' },
    checksum: { kind: 'crc16-modbus', order: 'little' },
    ask: { send: '05', everyMs: 100, timeoutMs: 300 },
    points: [{ name: 'level', field: { at: 1, type: 'uint16', scale: 0.1 } }],
  },
};

describe.skipIf(skip)('devices with serial protocols on real lines (skipped where socat is missing)', () => {
  const pairs = new Map<string, SerialPair>();
  const far = new Map<string, FarDevice>();
  let dir: string;
  let gateway: Gateway;
  let client: ApiClient;
  let streaming = true;
  let streams: Promise<unknown>;

  const pairOf = (id: string): SerialPair => {
    const pair = pairs.get(id);
    if (!pair) throw new Error(`no line for ${id}`);
    return pair;
  };
  async function attach(id: string): Promise<void> {
    far.set(id, await openFarDevice(pairOf(id), BAUD, FAR[id] ?? (() => undefined)));
  }
  async function deviceWhere(id: string, wanted: (view: DeviceView) => boolean): Promise<DeviceView> {
    const has = (rows: readonly DeviceView[]): DeviceView | undefined => rows.find((one) => one.id === id && wanted(one));
    const view = has(await waitForRows(client, 'devices', {}, (rows) => has(rows) !== undefined));
    if (!view) throw new Error('gone again');
    return view;
  }
  /** Waits until the device has these values, each of good quality. */
  const values = (id: string, wanted: Readonly<Record<string, unknown>>): Promise<DeviceView> =>
    deviceWhere(id, ({ points }) =>
      Object.entries(wanted).every(([name, value]) =>
        points.some((point) => point.name === name && point.value === value && point.quality === 'good'),
      ),
    );
  /** Devices that speak by themselves go on speaking, whatever happens to their line. */
  async function stream(): Promise<void> {
    while (streaming) {
      await far.get('scanner')?.send(Buffer.from(']E04006381333931\r\n'));
      await far.get('platform')?.send(toledoFrame(1250));
      await pause(60);
    }
  }

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'serial-protocols-'));
    const devices: object[] = [];
    for (const [id, config] of Object.entries(POINTS)) {
      pairs.set(id, await createSerialPair());
      await attach(id);
      devices.push({ id, name: id, link: { kind: 'serial', path: pairOf(id).a, baudRate: BAUD }, ...config });
    }
    await writeFile(join(dir, 'site.json'), JSON.stringify({ schema: 'gatehouse/1', name: 'serial', devices }));
    const options = { data: join(dir, 'data'), document: join(dir, 'site.json'), port: 0, mqttPort: 0, demo: false };
    gateway = createGateway({ ...options, rendererDir: dir, terminal: null });
    await gateway.start(new AbortController().signal);
    const pair = createMemoryPair();
    gateway.attach(pair.server, { kind: 'console', id: 'test' });
    client = createApiClient({ connect: async () => pair.client, clock: systemClock, random: () => 0.5 });
    streams = stream();
  }, 60_000);
  afterAll(async () => {
    streaming = false;
    await streams;
    await client?.close();
    await gateway?.stop();
    for (const device of far.values()) await device.close();
    for (const pair of pairs.values()) await pair.dispose();
    if (dir) await rm(dir, { recursive: true, force: true });
  });

  const FIRST: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ['scanner', { code: '4006381333931', gtin: '04006381333931' }],
    ['balance', { net: 0.25, gross: 250 }],
    ['platform', { w: 12.5 }],
    ['van', { rpm: 1726, codes: 'P0133, U1016', vin: '1D4GP00R55B123456' }],
    ['till', { paper: 'ok', printed: 0 }],
    ['tank', { level: 10 }],
  ];
  it.each(FIRST)('%s is read', async (id, wanted) => {
    const view = await values(id, wanted);
    expect(view).toMatchObject({ health: 'ok', ne107: { state: 'ok' } });
  });

  it('the balance is tared from the screen, and shows it', async () => {
    const done = await client.call('device.command', { device: 'balance', command: 'tare', confirmed: false });
    expect(done).toMatchObject({ words: 'tared; it shows 0 g, stable' });
    await values('balance', { net: 0, gross: 250 });
    scale.stable = false;
    await expect(client.call('device.command', { device: 'balance', command: 'tare', confirmed: false })).rejects.toMatchObject({
      code: 'adapter/refused',
    });
    scale.stable = true;
  });
  it('the till prints, and says when its paper is out', async () => {
    await client.call('device.command', { device: 'till', command: 'hello', confirmed: false });
    expect(printer.paper).toEqual(['Hello']);
    await values('till', { printed: 1 });
    printer.paperOut = true;
    await values('till', { paper: 'out' });
    await expect(client.call('device.command', { device: 'till', command: 'hello', confirmed: false })).rejects.toMatchObject({
      code: 'adapter/refused',
    });
    printer.paperOut = false;
    await values('till', { paper: 'ok' });
  });
  it('the codes of the van are cleared only when somebody has confirmed it', async () => {
    await expect(client.call('device.command', { device: 'van', command: 'clear', confirmed: false })).rejects.toMatchObject({
      code: 'tool/no-consent',
    });
    elm.vehicle['0101'] = ['410100076504'];
    elm.vehicle['03'] = ['4300'];
    await client.call('device.command', { device: 'van', command: 'clear', confirmed: true });
    await values('van', { codes: 'none' });
  });

  it('every one goes offline when its line is torn, and is read again when it is plugged in', async () => {
    for (const pair of pairs.values()) await pair.unplug();
    for (const id of pairs.keys()) await deviceWhere(id, ({ health }) => health === 'offline');
    for (const device of far.values()) await device.close();
    far.clear();
    level = 250;
    scale.load = 1000;
    elm.vehicle['010C'] = ['410C0BB8'];
    printer.nearEnd = true;
    for (const [id, pair] of pairs) {
      await pair.plug();
      await attach(id);
    }
    await values('tank', { level: 25 });
    await values('balance', { gross: 1000 });
    await values('van', { rpm: 750 });
    await values('till', { paper: 'near-end' });
    await deviceWhere('scanner', ({ health }) => health === 'ok');
    await deviceWhere('platform', ({ health, points }) => health === 'ok' && points[0]?.quality === 'good');
  });

  it('noise on the line is counted, and none of it becomes a value', async () => {
    const SENT = new Set<unknown>([12.5, 25, '4006381333931', '04006381333931']);
    const seen = new Set<unknown>();
    const stop = client.watch('devices', {}, () => {});
    const watched = ['platform', 'tank', 'scanner'];
    for (let i = 0; i < 40; i += 1) {
      for (const id of watched) await far.get(id)?.send(randomBytes(1 + (i % 30)));
      const rows = await waitForRows(client, 'devices', {}, () => true);
      for (const { id, points } of rows) {
        if (!watched.includes(id)) continue;
        for (const { value, quality } of points) if (quality === 'good') seen.add(value);
      }
    }
    stop();
    expect([...seen].filter((value) => !SENT.has(value))).toEqual([]);
    for (const id of watched) {
      const view = await deviceWhere(id, ({ errors }) => (errors['adapter/bad-frame'] ?? 0) > 0);
      expect(view.health).not.toBe('offline');
    }
    await values('tank', { level: 25 });
    await values('platform', { w: 12.5 });
  });
});
