import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveModbusRtu } from '../../core/adapters/modbus/slave.ts';
import { createAdapterRegistry } from '../../core/adapters/registry.ts';
import { createDeviceSupervisor, type DeviceSupervisor } from '../../core/adapters/supervisor.ts';
import { systemClock } from '../../core/base/clock.ts';
import { createLogHub } from '../../core/base/log.ts';
import { Device } from '../../core/contract/document/devices.ts';
import { SerialLink } from '../../core/contract/document/links.ts';
import type { ReadingBatch } from '../../core/contract/reading.ts';
import { createByteLinks } from '../../core/transports/byte-links.ts';
import type { ByteLink } from '../../core/transports/byte-port.ts';
import { openSerialPort } from '../../core/transports/serial-port.ts';
import { createWire } from '../../core/transports/wire.ts';
import { noField } from '../fakes/no-field.ts';
import { createSerialPair, missing, type SerialPair, waitFor } from '../fakes/socat.ts';

const never = new AbortController().signal;

describe.skipIf(missing('socat'))('devices on a serial port over socat (skipped where socat is missing)', () => {
  let pair: SerialPair;
  let far: ByteLink | undefined;
  let running: DeviceSupervisor | undefined;
  const batches: ReadingBatch[] = [];

  beforeEach(async () => {
    pair = await createSerialPair();
    batches.length = 0;
  });
  afterEach(async () => {
    await running?.stop();
    await far?.close();
    await pair.dispose();
  });

  const openFar = async (): Promise<ByteLink> => {
    far = await openSerialPort(SerialLink.parse({ kind: 'serial', path: pair.b }), systemClock, never);
    return far;
  };
  async function run(raw: Record<string, unknown>): Promise<DeviceSupervisor> {
    const config = Device.parse({ id: 'dut', name: 'Device', link: { kind: 'serial', path: pair.a }, ...raw });
    const clock = systemClock;
    const links = createByteLinks({ clock, random: Math.random, simulated: () => createWire()[0] });
    const log = createLogHub({ clock }, { keep: 100, level: 'info' }).logger('devices');
    const onReadings = (batch: ReadingBatch): void => void batches.push(batch);
    running = createDeviceSupervisor(
      { clock, log, links, field: noField(), adapters: createAdapterRegistry(), random: () => 0, onReadings },
      config,
    );
    await running.start(never);
    return running;
  }

  const METER = {
    adapter: 'modbus-rtu',
    unit: 3,
    pollMs: 50,
    timeoutMs: 200,
    points: [{ name: 'power', table: 'holding', address: 7 }],
  };

  it('a meter is read, unplugged, plugged in again, and read again', async () => {
    serveModbusRtu(await openFar(), 3, { holding: (address) => address * 10, input: () => undefined });
    const device = await run(METER);
    await waitFor(() => batches.length >= 3, 'three readings');
    expect(batches.at(-1)?.readings).toEqual([{ point: 'power', value: 70, quality: 'good' }]);
    await pair.unplug();
    await waitFor(() => device.view().health === 'offline', 'the device is offline');
    expect(device.view()).toMatchObject({ lastError: { code: 'link/lost' }, points: [{ quality: 'stale', value: 70 }] });
    await waitFor(() => device.view().lastError?.code === 'link/not-found', 'a try while it is gone');
    await pair.plug();
    serveModbusRtu(await openFar(), 3, { holding: () => 99, input: () => undefined });
    await waitFor(() => device.view().points[0]?.value === 99, 'a reading after the replug', 15_000);
    expect(device.view().health).toBe('ok');
  });

  it('damaged, foreign and late answers give no value, and the next sound one does', async () => {
    const link = await openFar();
    let answers = 0;
    const sound = Uint8Array.of(3, 3, 2, 0, 42, 0, 0);
    // CRC of 03 03 02 00 2a, low byte first
    sound.set([0x40, 0x5b], 5);
    const replies: (Uint8Array[] | undefined)[] = [
      [sound.map((byte, i) => (i === 4 ? byte ^ 0x10 : byte))], // wrong CRC
      [Uint8Array.of(0xff, 0x00, 0x7e)], // garbage
      [sound.subarray(0, 4)], // cut off
      undefined, // nothing
    ];
    link.onData(() => {
      const reply = answers < replies.length ? replies[answers] : [sound.subarray(0, 2), sound.subarray(2)];
      answers += 1;
      void (async () => {
        for (const part of reply ?? []) {
          await link.write(part);
          await new Promise((resolve) => setTimeout(resolve, 15));
        }
      })();
    });
    const device = await run(METER);
    // Three bad answers in a row park the unit; the probe then finds it.
    const good = () => batches.flatMap(({ readings }) => readings).filter(({ quality }) => quality === 'good');
    await waitFor(() => good().length > 0, 'the sound answer');
    expect(good()[0]).toEqual({ point: 'power', value: 42, quality: 'good' });
    expect(batches[0]).toMatchObject({ unheard: true, readings: [{ point: 'power', value: null, quality: 'bad' }] });
    expect(device.view().errors['adapter/bad-frame']).toBeGreaterThanOrEqual(3);
  });

  it('a unit that is not there makes the device offline, with the remedy, though the port is open', async () => {
    await openFar();
    const device = await run(METER);
    await waitFor(() => device.view().health === 'offline', 'offline');
    expect(device.view().lastError).toMatchObject({ code: 'adapter/timeout', remedy: expect.stringContaining('unit id') });
  });

  it('lines and sentences arrive whole', async () => {
    const link = await openFar();
    await run({ adapter: 'line', pattern: '(?<weight>[0-9.]+) kg', points: [{ name: 'weight' }] });
    for (let i = 0; batches.length === 0 && i < 100; i += 1) {
      await link.write(Buffer.from('12.'));
      await link.write(Buffer.from('5 kg\r\n'));
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    expect(batches.at(-1)?.readings).toEqual([{ point: 'weight', value: 12.5, quality: 'good' }]);
  });
});
