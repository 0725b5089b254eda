import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AdapterSession } from '../../core/adapters/adapter.ts';
import { createModbusAdapter } from '../../core/adapters/modbus/adapter.ts';
import { createBusRegistry } from '../../core/adapters/modbus/bus-registry.ts';
import { serveModbusRtu } from '../../core/adapters/modbus/slave.ts';
import { systemClock } from '../../core/base/clock.ts';
import { createLogHub } from '../../core/base/log.ts';
import { Device } from '../../core/contract/document/devices.ts';
import { SerialLink } from '../../core/contract/document/links.ts';
import { createByteLinks } from '../../core/transports/byte-links.ts';
import { openSerialPort } from '../../core/transports/serial-port.ts';
import { createWire } from '../../core/transports/wire.ts';
import { noField } from '../fakes/no-field.ts';
import { createSerialPair, ended, missing, type SerialPair, waitFor } from '../fakes/socat.ts';

const never = new AbortController().signal;
const hasPymodbus = (): boolean => spawnSync('/usr/bin/python3', ['-c', 'import pymodbus.server']).status === 0;
const LIBMODBUS = '/usr/share/doc/libmodbus-dev/examples';
const skipHere = (there: boolean): boolean => process.env['CI'] !== 'true' && !there;

const PYMODBUS_SERVER = `
import sys
from pymodbus.datastore import ModbusSequentialDataBlock as Block, ModbusSlaveContext as Unit, ModbusServerContext
from pymodbus.server import StartSerialServer, StartTcpServer
from pymodbus.transaction import ModbusRtuFramer
def unit(k):
    return Unit(hr=Block(0, [k * 1000 + i for i in range(200)]), ir=Block(0, [3 * i for i in range(200)]),
                co=Block(0, [i % 3 == 0 for i in range(200)]), di=Block(0, [i % 2 == 0 for i in range(200)]), zero_mode=True)
context = ModbusServerContext({k: unit(k) for k in (1, 2, 7)}, single=False)
if sys.argv[1] == 'rtu': StartSerialServer(context=context, framer=ModbusRtuFramer, port=sys.argv[2], baudrate=115200, timeout=.05)
else: StartTcpServer(context=context, address=('127.0.0.1', int(sys.argv[2])))
`;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Opens a device without a supervisor and keeps the values of each poll and the faults. */
async function open(raw: Record<string, unknown>) {
  const config = Device.parse({ id: 'dut', name: 'Device', ...raw });
  if (config.adapter !== 'modbus-rtu' && config.adapter !== 'modbus-tcp') throw new Error('not Modbus');
  const polls: Record<string, unknown>[] = [];
  const faults: { code: string; message: string }[] = [];
  const context = {
    clock: systemClock,
    log: createLogHub({ clock: systemClock }, { keep: 10, level: 'info' }).logger('test'),
    links: createByteLinks({ clock: systemClock, random: Math.random, simulated: () => createWire()[0] }),
    field: noField(),
    emit: (batch: { readings: readonly { point: string; value: unknown }[] }): void =>
      void polls.push(Object.fromEntries(batch.readings.map(({ point, value }) => [point, value]))),
    frame: () => {},
    framesWanted: () => false,
    fault: (error: Error): void => void faults.push({ code: 'code' in error ? String(error.code) : '', message: error.message }),
    random: () => 0,
  };
  const session = await createModbusAdapter(config.adapter, createBusRegistry()).open(config, context, never);
  return { session, polls, faults };
}

const points = [
  { name: 'a', table: 'holding', address: 0, writable: true },
  { name: 'b', table: 'holding', address: 1 },
  { name: 'far', table: 'holding', address: 150, writable: true, type: 'float32', order: 'little-swapped' },
  { name: 'in', table: 'input', address: 5 },
  { name: 'coil', table: 'coil', address: 3, type: 'bool', writable: true },
  { name: 'contact', table: 'discrete', address: 9, type: 'bool' },
];

for (const kind of ['rtu', 'tcp'] as const) {
  describe.skipIf(missing('socat') || skipHere(hasPymodbus()))(
    `pymodbus over ${kind} (skipped where python3-pymodbus is missing)`,
    () => {
      let folder: string;
      let server: ChildProcess;
      let pair: SerialPair | undefined;
      let link: Record<string, unknown>;
      let session: AdapterSession | undefined;

      beforeAll(async () => {
        folder = mkdtempSync(join(tmpdir(), 'gatehouse-pymodbus-'));
        const script = join(folder, 'server.py');
        writeFileSync(script, PYMODBUS_SERVER);
        const port = await freePort();
        if (kind === 'rtu') pair = await createSerialPair();
        link = pair ? { kind: 'serial', path: pair.a, baudRate: 115_200 } : { kind: 'tcp', host: '127.0.0.1', port };
        server = spawn('/usr/bin/python3', [script, kind, pair ? pair.b : String(port)], { stdio: 'ignore' });
        const ready = async (): Promise<boolean> => {
          if (pair) return readFileSync(`/proc/${server.pid}/wchan`).length > 0 && opened(server.pid, pair.b);
          return await new Promise((resolve) => {
            const probe = connect(port, '127.0.0.1', () => {
              probe.destroy();
              resolve(true);
            });
            probe.on('error', () => resolve(false));
          });
        };
        for (let i = 0; !(await ready()); i += 1) {
          if (i > 200) throw new Error('pymodbus did not start');
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      });
      afterEach(() => session?.close());
      afterAll(async () => {
        server.kill('SIGKILL');
        await ended(server);
        await pair?.dispose();
        rmSync(folder, { recursive: true, force: true });
      });
      const device = async (more: Record<string, unknown> = {}) => {
        const all = await open({
          adapter: kind === 'rtu' ? 'modbus-rtu' : 'modbus-tcp',
          link,
          points,
          pollMs: 50,
          timeoutMs: 1000,
          ...more,
        });
        session = all.session;
        return all;
      };

      it.each([1, 2, 7])('reads all tables of unit %d', async (unit) => {
        const { polls, faults } = await device({ unit });
        await waitFor(() => polls.length >= 3, 'three polls');
        expect(polls[0]).toMatchObject({ a: unit * 1000, b: unit * 1000 + 1, in: 15, coil: true, contact: false });
        expect(faults).toEqual([]);
      });

      it('writes, and reads what it wrote', async () => {
        const { polls } = await device();
        await waitFor(() => polls.length >= 1, 'a poll');
        await session?.write?.('a', 4321, never);
        await session?.write?.('far', 20.1, never);
        await session?.write?.('coil', false, never);
        const before = polls.length;
        await waitFor(() => polls.length >= before + 2, 'two more polls');
        expect(polls.at(-1)).toMatchObject({ a: 4321, far: 20.1, coil: false });
        await session?.write?.('a', 1000, never);
        await session?.write?.('coil', true, never);
      });

      it('gets the exception of an address that is not there, and reads the rest', async () => {
        const { polls, faults } = await device({
          points: [
            { name: 'last', table: 'holding', address: 199 },
            { name: 'beyond', table: 'holding', address: 200 },
          ],
        });
        await waitFor(() => polls.some(({ last }) => last === 1199), 'the sound register');
        expect(polls.at(-1)).toEqual({ last: 1199, beyond: null });
        expect(faults[0]).toMatchObject({ code: 'adapter/exception', message: expect.stringContaining('illegal data address') });
      });

      it('times out on a unit that is not there', async () => {
        const { polls, faults } = await device({ unit: 9, timeoutMs: 150 });
        await waitFor(() => faults.length >= 2, 'two timeouts');
        expect(polls).toEqual([]);
        expect(faults[0]?.code).toBe('adapter/timeout');
      });
    },
  );
}

function opened(pid: number | undefined, path: string): boolean {
  const found = spawnSync('sh', ['-c', `ls -l /proc/${pid}/fd 2>/dev/null | grep -c "$(readlink -f ${path})$"`], {
    encoding: 'utf8',
  });
  return Number(found.stdout) > 0;
}

describe.skipIf(missing('socat', 'gcc') || skipHere(existsSync(LIBMODBUS)))(
  'libmodbus’ test server with its deliberate faults (skipped where libmodbus-dev or gcc is missing)',
  () => {
    let folder: string;
    let pair: SerialPair;
    let server: ChildProcess;
    let session: AdapterSession | undefined;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'gatehouse-libmodbus-'));
      pair = await createSerialPair();
      const source = readFileSync(join(LIBMODBUS, 'unit-test-server.c'), 'utf8').replaceAll('/dev/ttyUSB0', pair.b);
      writeFileSync(join(folder, 'server.c'), source);
      const flags = execFileSync('pkg-config', ['--cflags', '--libs', 'libmodbus'], { encoding: 'utf8' }).trim().split(/\s+/);
      const program = join(folder, 'server');
      execFileSync('gcc', [`-I${LIBMODBUS}`, '-o', program, join(folder, 'server.c'), ...flags], { stdio: 'ignore' });
      server = spawn(program, ['rtu'], { stdio: 'ignore' });
      await waitFor(() => opened(server.pid, pair.b), 'the server opens its port');
    });
    afterEach(() => session?.close());
    afterAll(async () => {
      server.kill('SIGKILL');
      await ended(server);
      await pair.dispose();
      rmSync(folder, { recursive: true, force: true });
    });
    const device = async (own: Record<string, unknown>[], more: Record<string, unknown> = {}) => {
      const link = { kind: 'serial', path: pair.a, baudRate: 115_200 };
      const all = await open({ adapter: 'modbus-rtu', link, unit: 17, points: own, pollMs: 50, timeoutMs: 200, ...more });
      session = all.session;
      return all;
    };
    const holding = (name: string, address: number) => ({ name, table: 'holding', address, writable: true });
    /** The server's registers are 0 until somebody writes them. */
    const write = async (address: number, value: number): Promise<void> => {
      const writer = await device([holding('w', address)]);
      await writer.session.write?.('w', value, never);
      await writer.session.close();
    };

    it('sound registers are read', async () => {
      await write(0x160, 555);
      const { polls } = await device([holding('only', 0x160)]);
      await waitFor(() => polls.length > 2, 'polls');
      expect(polls[0]).toEqual({ only: 555 });
    });

    it('an answer with too few values gives none, and does not shift what follows', async () => {
      // Asked for two from 0x160 the server answers with one, which made other masters lag one answer behind.
      await write(0x16c, 77);
      const { polls, faults } = await device([holding('short', 0x160), holding('shorter', 0x161), holding('next', 0x16c)]);
      await waitFor(() => faults.length >= 4 && polls.length >= 2, 'faults');
      expect(faults.every(({ code }) => code === 'adapter/bad-frame')).toBe(true);
      // Told as bad once it is sure that they are never answered; never with a value.
      for (const { next, ...cut } of polls) {
        expect(next).toBe(77);
        expect(Object.values(cut).every((value) => value === null)).toBe(true);
      }
    });

    it('its exceptions are named', async () => {
      const { faults } = await device([holding('busy', 0x170)]);
      await waitFor(() => faults.length >= 1, 'an exception');
      expect(faults[0]).toMatchObject({
        code: 'adapter/exception',
        message: expect.stringContaining('exception 6, device busy'),
      });
    });

    it('an answer in the name of another unit is not accepted', async () => {
      const { polls, faults } = await device([holding('foreign', 0x171)]);
      await waitFor(() => faults.length >= 2, 'faults');
      expect(faults[0]?.code).toBe('adapter/wrong-unit');
      expect(polls).toEqual([]);
    });

    it('an answer half a second late is not taken for another register', async () => {
      await write(0x160, 555);
      const { polls, faults } = await device([holding('late', 0x172), holding('sound', 0x160)]);
      await waitFor(() => faults.length >= 4 && polls.length >= 2, 'timeouts');
      for (const poll of polls) expect(poll['sound'] ?? 555).toBe(555);
      expect(polls.some((poll) => poll['sound'] === 555)).toBe(true);
    });
  },
);

describe.skipIf(missing('socat', 'mbpoll'))('mbpoll as the master of our slave (skipped where mbpoll is missing)', () => {
  let pair: SerialPair;
  beforeEach(async () => {
    pair = await createSerialPair();
  });
  afterEach(() => pair.dispose());

  it('reads what the slave has', async () => {
    const link = await openSerialPort(SerialLink.parse({ kind: 'serial', path: pair.b }), systemClock, never);
    const stop = serveModbusRtu(link, 3, { holding: (address) => 3000 + address, input: (address) => address });
    const poll = (...more: string[]) =>
      new Promise<string>((resolve) => {
        const child = spawn('mbpoll', ['-m', 'rtu', '-b', '9600', '-P', 'none', '-a', '3', '-1', ...more, pair.a]);
        let text = '';
        child.stdout.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        child.once('exit', () => resolve(text));
      });
    expect(await poll('-r', '11', '-c', '3')).toMatch(/\[11\]:\s+3010\s+\[12\]:\s+3011\s+\[13\]:\s+3012/);
    expect(await poll('-t', '3', '-r', '8', '-c', '1')).toMatch(/\[8\]:\s+7/);
    stop();
    await link.close();
  });
});
