import { createServer } from 'node:net';
import ModbusRTU from 'modbus-serial';
import { afterEach, expect, it } from 'vitest';
import type { DeviceSupervisor } from '../../../core/adapters/supervisor.ts';
import { createAlarms } from '../../../core/alarms/alarms.ts';
import { createLogHub, type LogRecord } from '../../../core/base/log.ts';
import { DeploymentDocument } from '../../../core/contract/document/document.ts';
import { createModbusServers } from '../../../core/gateway/modbus-servers.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';
import { freePort } from '../../fakes/mosquitto.ts';
import { waitFor } from '../../fakes/socat.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function setUp() {
  const clock = createManualClock();
  const hub = createLogHub({ clock }, { keep: 100, level: 'info' });
  const log: LogRecord[] = [];
  hub.onRecord((record) => log.push(record));
  const written: unknown[] = [];
  let value = 7;
  // Only what the servers ask of a device.
  const device = {
    view: () => ({ points: [{ name: 'level', value, quality: 'good' }] }),
    send: async (...all: unknown[]) => void written.push(all.slice(0, 2)),
  } as unknown as DeviceSupervisor;
  const alarms = createAlarms({ clock, log: hub.logger('alarms') });
  const servers = createModbusServers({
    clock,
    alarms,
    log: hub.logger('servers'),
    random: () => 0,
    gatewayName: 'Test',
    version: '1.2.3',
    devices: () => new Map([['tank', device]]),
  });
  closers.push(servers.stop);
  const documentOf = (...all: { id: string; port: number; scale?: number }[]) =>
    DeploymentDocument.parse({
      schema: 'gatehouse/1',
      name: 'site',
      servers: {
        modbus: all.map(({ id, port, scale = 1 }) => ({
          id,
          port,
          points: [{ table: 'holding', address: 0, device: 'tank', point: 'level', type: 'uint16', scale, writable: true }],
        })),
      },
    });
  const read = async (port: number): Promise<number | undefined> => {
    const client = new ModbusRTU();
    await client.connectTCP('127.0.0.1', { port });
    const { data } = await client.readHoldingRegisters(0, 1);
    await new Promise<void>((resolve) => client.close(() => resolve()));
    return data[0];
  };
  return { clock, servers, alarms, documentOf, read, log, written, set: (next: number) => (value = next) };
}

it('serves what the running document says, and changes with it', async () => {
  const { servers, documentOf, read, set, clock } = setUp();
  const [one, two] = [await freePort(), await freePort()];
  servers.apply(documentOf({ id: 'a', port: one }));
  await waitFor(() => servers.ports().has('a'), 'the server listens');
  expect(await read(one)).toBe(7);
  set(9);
  await clock.advance(100);
  expect(await read(one)).toBe(9);
  servers.apply(documentOf({ id: 'a', port: one, scale: 0.1 }, { id: 'b', port: two }));
  await waitFor(() => servers.ports().size === 2, 'both listen');
  expect([await read(one), await read(two)]).toEqual([90, 9]);
  servers.apply(documentOf());
  await waitFor(() => servers.ports().size === 0, 'none listens');
  await expect(read(one)).rejects.toThrow();
});

it('tries a port again that is taken, says so once, and has it among the alarms until it listens', async () => {
  const { servers, documentOf, read, clock, log, alarms } = setUp();
  const port = await freePort();
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
  servers.apply(documentOf({ id: 'a', port }));
  await waitFor(() => log.length > 0, 'the refusal');
  expect(log[0]).toMatchObject({ level: 'error', event: 'modbus-server.not-listening' });
  expect(alarms.active()).toMatchObject([
    { source: 'modbus-server:a', code: 'server/not-listening', priority: 'high', message: expect.stringContaining('is in use') },
  ]);
  await clock.advance(5000);
  await new Promise<void>((resolve) => other.close(() => resolve()));
  for (let i = 0; !servers.ports().has('a') && i < 50; i += 1) await clock.advance(5000);
  expect(await read(port)).toBe(7);
  expect(log.filter(({ event }) => event === 'modbus-server.not-listening')).toHaveLength(1);
  expect(alarms.active()).toEqual([]);
});
