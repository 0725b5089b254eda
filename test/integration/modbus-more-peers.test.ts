import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import jsmodbus from 'jsmodbus';
import ModbusRTU, { ServerTCP } from 'modbus-serial';
import { afterEach, describe, expect, it } from 'vitest';
import { createModbusAdapter } from '../../core/adapters/modbus/adapter.ts';
import { createModbusBus } from '../../core/adapters/modbus/bus.ts';
import { createBusFigures } from '../../core/adapters/modbus/bus-figures.ts';
import { createBusRegistry } from '../../core/adapters/modbus/bus-registry.ts';
import { identify } from '../../core/adapters/modbus/identify.ts';
import { busOptions, type Framing, framerFor } from '../../core/adapters/modbus/line-timing.ts';
import { openModbusServer } from '../../core/adapters/modbus/server/server.ts';
import { serveModbusRtu } from '../../core/adapters/modbus/slave.ts';
import { systemClock } from '../../core/base/clock.ts';
import { createLogHub } from '../../core/base/log.ts';
import { Device } from '../../core/contract/document/devices.ts';
import { Link, SerialLink } from '../../core/contract/document/links.ts';
import { ModbusServer } from '../../core/contract/document/servers.ts';
import { createByteLinks } from '../../core/transports/byte-links.ts';
import { openSerialPort } from '../../core/transports/serial-port.ts';
import { createWire } from '../../core/transports/wire.ts';
import { freePort } from '../fakes/mosquitto.ts';
import { noField } from '../fakes/no-field.ts';
import { createSerialPair, ended, missing, waitFor } from '../fakes/socat.ts';

const never = new AbortController().signal;
const links = createByteLinks({ clock: systemClock, random: Math.random, simulated: () => createWire()[0] });
const log = createLogHub({ clock: systemClock }, { keep: 10, level: 'error' }).logger('test');
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A device without a supervisor, with the values of each poll. */
async function open(raw: Record<string, unknown>) {
  const config = Device.parse({ id: 'dut', name: 'Device', pollMs: 50, timeoutMs: 1000, ...raw });
  if (!config.adapter.startsWith('modbus')) throw new Error('not Modbus');
  const polls: Record<string, unknown>[] = [];
  const faults: string[] = [];
  const context = {
    clock: systemClock,
    log,
    links,
    field: noField(),
    emit: (batch: { readings: readonly { point: string; value: unknown }[] }): void =>
      void polls.push(Object.fromEntries(batch.readings.map(({ point, value }) => [point, value]))),
    frame: () => {},
    framesWanted: () => false,
    fault: (error: Error): void => void faults.push('code' in error ? String(error.code) : error.message),
    random: () => 0,
  };
  const buses = createBusRegistry();
  if (config.adapter !== 'modbus-rtu' && config.adapter !== 'modbus-tcp' && config.adapter !== 'modbus-ascii') throw new Error();
  const session = await createModbusAdapter(config.adapter, buses).open(config, context, never);
  closers.push(() => session.close());
  return { session, polls, faults, buses };
}

/** A master's bus without a device. */
async function openBus(link: unknown, framing: Framing) {
  const config = Link.parse(link);
  const bus = createModbusBus(
    {
      clock: systemClock,
      random: Math.random,
      link: await links.open(config, never),
      framer: framerFor(framing),
      figures: createBusFigures(systemClock),
    },
    busOptions(framing, config),
  );
  closers.push(() => bus.close());
  const quiet = { frame: () => {}, framesWanted: () => false, fault: () => {} };
  return {
    ask: async (unit: number, pdu: Uint8Array) =>
      (await bus.request({ unit, pdu, timeoutMs: 1000, of: 'now', ...quiet }, never)).pdu,
  };
}

async function startModbusSerial(): Promise<number> {
  const registers = new Map<number, number>();
  const port = await freePort();
  const vector = {
    getHoldingRegister: (address: number) => registers.get(address) ?? 100 + address,
    getInputRegister: (address: number) => address,
    setRegister: (address: number, value: number) => void registers.set(address, address === 99 ? value + 1 : value),
    readDeviceIdentification: () => ({ 0: 'Peer Works', 1: 'PW-1', 2: 'V2.11', 5: 'Model 5' }),
  };
  const server = new ServerTCP(vector, { host: '127.0.0.1', port, unitID: 3 });
  await new Promise<void>((resolve) => server.on('initialized', () => resolve()));
  closers.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return port;
}

describe('modbus-serial as a slave', () => {
  it('is identified by function 43/14', async () => {
    const port = await startModbusSerial();
    const { ask } = await openBus({ kind: 'tcp', host: '127.0.0.1', port }, 'tcp');
    expect(await identify('basic', (pdu) => ask(3, pdu))).toMatchObject({ '0': 'Peer Works', '1': 'PW-1', '2': 'V2.11' });
    expect(await identify('regular', (pdu) => ask(3, pdu))).toMatchObject({ '5': 'Model 5' });
  });

  it('is written with read-back, and a register that keeps another value is told', async () => {
    const port = await startModbusSerial();
    const { session, polls } = await open({
      adapter: 'modbus-tcp',
      link: { kind: 'tcp', host: '127.0.0.1', port },
      unit: 3,
      points: [
        { name: 'set', table: 'holding', address: 10, writable: true, scale: 0.1, unit: '°C' },
        { name: 'power', table: 'holding', address: 20, writable: true, type: 'float32' },
        { name: 'stubborn', table: 'holding', address: 99, writable: true },
      ],
    });
    await waitFor(() => polls.length > 0, 'a poll');
    expect(await session.writeConfirmed?.('set', 21.5, never)).toEqual({
      state: 'confirmed',
      words: 'set is 21.5 °C.',
      value: 21.5,
    });
    expect(await session.writeConfirmed?.('power', 20.1, never)).toMatchObject({ state: 'confirmed', value: 20.1 });
    await expect(session.writeConfirmed?.('stubborn', 7, never)).rejects.toMatchObject({
      code: 'adapter/not-confirmed',
      message: expect.stringContaining('7 was written, the device has 8'),
    });
    expect(polls.some((poll) => poll['set'] === 21.5)).toBe(true);
  });
});

describe('jsmodbus as a slave', () => {
  async function start(): Promise<number> {
    const net: Server = createServer();
    const holding = Buffer.alloc(400);
    for (let i = 0; i < 200; i += 1) holding.writeUInt16BE(7000 + i, i * 2);
    new jsmodbus.server.TCP(net, { holding });
    await new Promise<void>((resolve) => net.listen(0, '127.0.0.1', resolve));
    closers.push(() => void net.close());
    const address = net.address();
    return typeof address === 'object' && address ? address.port : 0;
  }
  it('is read across gaps, where that is allowed, by one request', async () => {
    const port = await start();
    const points = [0, 5, 9, 30].map((address) => ({ name: `r${address}`, table: 'holding', address }));
    const { polls, faults, buses } = await open({
      adapter: 'modbus-tcp',
      link: { kind: 'tcp', host: '127.0.0.1', port },
      points,
      blocks: { maxGap: 5 },
    });
    await waitFor(() => polls.length >= 2, 'polls');
    expect(polls[0]).toEqual({ r0: 7000, r5: 7005, r9: 7009, r30: 7030 });
    expect(faults).toEqual([]);
    const [unit] = buses.book.units(undefined);
    expect(unit?.wantedPerS).toBe(40);
  });
});

const PYMODBUS_ASCII = `
import sys
from pymodbus.datastore import ModbusSequentialDataBlock as Block, ModbusSlaveContext as Unit, ModbusServerContext
from pymodbus.server import StartSerialServer
from pymodbus.transaction import ModbusAsciiFramer
unit = Unit(hr=Block(0, [500 + i for i in range(50)]), co=Block(0, [i % 3 == 0 for i in range(50)]), zero_mode=True)
StartSerialServer(context=ModbusServerContext({5: unit}, single=False), framer=ModbusAsciiFramer, port=sys.argv[1], baudrate=9600, timeout=.05)
`;
const hasPymodbus = (): boolean =>
  process.env['CI'] === 'true' || spawnSync('/usr/bin/python3', ['-c', 'import pymodbus.server, serial']).status === 0;

describe.skipIf(missing('socat') || !hasPymodbus())('pymodbus in ASCII framing (skipped where it is missing)', () => {
  it('is read and written', async () => {
    const pair = await createSerialPair();
    closers.push(() => pair.dispose());
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-ascii-'));
    closers.push(() => rmSync(folder, { recursive: true, force: true }));
    const script = join(folder, 'server.py');
    writeFileSync(script, PYMODBUS_ASCII);
    const server: ChildProcess = spawn('/usr/bin/python3', [script, pair.b], { stdio: 'ignore' });
    closers.push(async () => {
      server.kill('SIGKILL');
      await ended(server);
    });
    const { session, polls } = await open({
      adapter: 'modbus-ascii',
      link: { kind: 'serial', path: pair.a, baudRate: 9600, dataBits: 7, parity: 'even' },
      unit: 5,
      timeoutMs: 300,
      points: [
        { name: 'a', table: 'holding', address: 0, writable: true },
        { name: 'wide', table: 'holding', address: 10, type: 'uint32', writable: true },
        { name: 'coil', table: 'coil', address: 3, type: 'bool', writable: true },
      ],
    });
    await waitFor(() => polls.some(({ a }) => a === 500), 'a reading', 20_000);
    expect(polls.find(({ a }) => a === 500)).toEqual({ a: 500, wide: 510 * 65_536 + 511, coil: true });
    expect(await session.writeConfirmed?.('wide', 70_000, never)).toMatchObject({ value: 70_000 });
    expect(await session.writeConfirmed?.('coil', false, never)).toMatchObject({ value: false });
  }, 30_000);
});

describe('our Modbus TCP server', () => {
  async function serve() {
    const values = new Map<string, number | boolean>([
      ['power', 20.1],
      ['level', 12.3],
      ['pump', true],
    ]);
    const config = ModbusServer.parse({
      id: 'scada',
      unit: 7,
      points: [
        { table: 'holding', address: 10, device: 'plant', point: 'power', writable: true },
        { table: 'input', address: 4, device: 'plant', point: 'level', type: 'int16', scale: 0.1 },
        { table: 'coil', address: 3, device: 'plant', point: 'pump', type: 'bool', writable: true },
      ],
    });
    const server = await openModbusServer(
      { ...config, port: 0 },
      {
        clock: systemClock,
        log,
        read: (_device, point) => {
          const value = values.get(point);
          return value === undefined ? undefined : { value, quality: 'good' };
        },
        write: async (_device, point, value) => void values.set(point, typeof value === 'string' ? value.length : value),
        identity: new Map([
          [0, 'Gatehouse'],
          [1, 'gatehouse'],
          [2, '1.0'],
        ]),
      },
    );
    closers.push(server.close);
    return { port: server.port, values };
  }

  it('serves modbus-serial as a client: reads, writes, exceptions, identification', async () => {
    const { port, values } = await serve();
    const client = new ModbusRTU();
    await client.connectTCP('127.0.0.1', { port });
    closers.push(() => new Promise<void>((resolve) => client.close(() => resolve())));
    client.setID(7);
    client.setTimeout(2000);
    expect((await client.readHoldingRegisters(10, 2)).data).toEqual([0x41a0, 0xcccd]);
    expect((await client.readInputRegisters(4, 1)).data).toEqual([123]);
    expect((await client.readCoils(3, 1)).data[0]).toBe(true);
    await client.writeRegisters(10, [0x4248, 0x0000]);
    await client.writeCoil(3, false);
    expect([values.get('power'), values.get('pump')]).toEqual([50, false]);
    await expect(client.readHoldingRegisters(500, 1)).rejects.toThrow('Illegal data address');
    await expect(client.writeRegister(4, 1)).rejects.toThrow('Illegal data address');
    expect((await client.readDeviceIdentification(1, 0)).data).toMatchObject({ '0': 'Gatehouse', '1': 'gatehouse', '2': '1.0' });
  });

  it.skipIf(missing('mbpoll'))('serves mbpoll (skipped where it is missing)', async () => {
    const { port } = await serve();
    const poll = (...more: string[]) =>
      new Promise<string>((resolve) => {
        const child = spawn('mbpoll', ['-m', 'tcp', '-p', String(port), '-a', '7', '-1', ...more, '127.0.0.1']);
        let text = '';
        child.stdout.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        child.once('exit', () => resolve(text));
      });
    expect(await poll('-r', '11', '-c', '2')).toMatch(/\[11\]:\s+16800\s+\[12\]:\s+52429/);
    expect(await poll('-t', '0', '-r', '4', '-c', '1')).toMatch(/\[4\]:\s+1/);
  });
});

describe.skipIf(missing('socat'))('two makers on one line', () => {
  it('a device of ours and its twin with the same unit id: told as damaged or doubled answers, never as a value', async () => {
    const pair = await createSerialPair();
    closers.push(() => pair.dispose());
    const far = await openSerialPort(SerialLink.parse({ kind: 'serial', path: pair.b }), systemClock, never);
    closers.push(() => far.close());
    for (const value of [1, 2]) serveModbusRtu(far, 9, { holding: () => value, input: () => undefined });
    const { polls, buses } = await open({
      adapter: 'modbus-rtu',
      link: { kind: 'serial', path: pair.a },
      unit: 9,
      points: [{ name: 'a', table: 'holding', address: 0 }],
    });
    await waitFor(() => polls.length > 5, 'polls');
    const [unit] = buses.book.units(undefined);
    expect(unit?.duplicateAnswers).toBeGreaterThan(0);
    expect(unit?.verdict).toMatchObject({ state: 'out-of-spec', finding: expect.stringContaining('answered twice') });
  });
});
