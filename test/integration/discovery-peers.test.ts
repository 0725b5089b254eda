import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { type AddressInfo, createServer, type Server } from 'node:net';
import jsmodbus from 'jsmodbus';
import { ServerTCP } from 'modbus-serial';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../core/base/clock.ts';
import type { ScanView } from '../../core/contract/commission-views.ts';
import { createInboxDesk } from '../../core/discovery/inbox-desk.ts';
import { createScanDesk } from '../../core/discovery/scan-desk.ts';
import { createByteLinks } from '../../core/transports/byte-links.ts';
import { createWire } from '../../core/transports/wire.ts';
import { type Bench, CALLER, createBench, never, SERIAL } from '../core/discovery/bench.ts';
import { createSerialPair, ended, missing, type SerialPair } from '../fakes/socat.ts';

const hasPymodbus = (): boolean => spawnSync('/usr/bin/python3', ['-c', 'import pymodbus.server']).status === 0;
const skipPython = process.env['CI'] !== 'true' && !hasPymodbus();

/** Units 1, 2 and 7 with 20 registers each. */
const PYMODBUS = `
import sys
from pymodbus.datastore import ModbusSequentialDataBlock as Block, ModbusSlaveContext as Unit, ModbusServerContext
from pymodbus.server import StartSerialServer
from pymodbus.transaction import ModbusAsciiFramer, ModbusRtuFramer
unit = lambda: Unit(hr=Block(0, list(range(20))), ir=Block(0, list(range(20))), zero_mode=True)
context = ModbusServerContext({k: unit() for k in (1, 2, 7)}, single=False)
framer = ModbusAsciiFramer if sys.argv[2] == 'ascii' else ModbusRtuFramer
StartSerialServer(context=context, framer=framer, port=sys.argv[1], baudrate=19200, timeout=.05)
`;

/** Discovery over the real transports. */
function realBench(): Bench {
  const real = createByteLinks({ clock: systemClock, random: Math.random, simulated: () => createWire()[0] });
  const bench = createBench(systemClock);
  bench.links.open = (config) => real.open(config, never);
  return bench;
}

async function scan(
  bench: Bench,
  link: Parameters<ReturnType<typeof createScanDesk>['calls']['scan.start']>[0]['link'],
  framing: 'rtu' | 'ascii' | 'tcp',
): Promise<ScanView> {
  const desk = createScanDesk(bench.deps);
  const wish = {
    link,
    framings: [framing],
    baudRates: [],
    parities: [],
    stopBits: [],
    units: { from: 1, to: 10 },
    listenMs: 100,
    timeoutMs: 150,
    stopAtFirst: false,
  };
  await desk.calls['scan.start']({ ...wish, by: 'test', consent: true }, never, CALLER);
  const source = desk.views.scans;
  const first = (): ScanView | undefined => (source.kind === 'table' ? source.rows({})[0] : undefined);
  for (let view = first(); view; view = first()) {
    if (['done', 'stopped', 'failed'].includes(view.state)) return view;
    await systemClock.sleep(50);
  }
  throw new Error('no scan');
}

for (const framing of ['rtu', 'ascii'] as const) {
  describe.skipIf(missing('socat') || skipPython)(
    `scan of pymodbus over ${framing} (skipped where python3-pymodbus or socat is missing)`,
    () => {
      let line: SerialPair;
      let slave: ChildProcess;
      beforeAll(async () => {
        line = await createSerialPair();
        slave = spawn('/usr/bin/python3', ['-c', PYMODBUS, line.b, framing], { stdio: 'ignore' });
        await systemClock.sleep(1500); // it says nothing when it is there
      });
      afterAll(async () => {
        slave?.kill('SIGKILL');
        if (slave) await ended(slave);
        await line?.dispose();
      });

      it('finds its units and no others', async () => {
        const view = await scan(realBench(), { ...SERIAL, path: line.a, baudRate: 19_200 }, framing);
        expect(view).toMatchObject({ state: 'done', fault: null });
        expect(view.found.map(({ unit }) => unit)).toEqual([1, 2, 7]);
      }, 30_000);
    },
  );
}

describe('Modbus TCP servers of other authors', () => {
  const servers: { close(done: () => void): unknown }[] = [];
  const portOf = (server: Server): number => (server.address() as AddressInfo).port; // TCP servers have one
  const listen = (server: Server): Promise<number> =>
    new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(portOf(server))));
  let identified = 0;
  let plain = 0;
  let other = 0;

  beforeAll(async () => {
    const probe = createServer();
    identified = await listen(probe);
    await new Promise<void>((resolve) => probe.close(() => resolve()));
    const vector = {
      getHoldingRegister: (address: number) => 2000 + address,
      readDeviceIdentification: () => ({ 0: 'Acme', 1: 'PLC-9', 2: 'V1' }),
    };
    const known = new ServerTCP(vector, { host: '127.0.0.1', port: identified, unitID: 0 });
    await new Promise<void>((resolve) => known.once('initialized', () => resolve()));
    const tcp = createServer();
    new jsmodbus.server.TCP(tcp, { holding: Buffer.alloc(40) });
    plain = await listen(tcp);
    const http = createServer((socket) =>
      socket.on('data', () => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')).on('error', () => {}),
    );
    other = await listen(http);
    servers.push(known, tcp, http);
  });
  afterAll(() => {
    for (const server of servers) server.close(() => {});
  });

  it('are found among addresses that are none, with the name that they give', async () => {
    const bench = realBench();
    const addresses = [identified, plain, other, 1].map((port) => `127.0.0.1:${port}`);
    const desk = createInboxDesk(bench.deps);
    expect(await desk.calls['inbox.look']({ addresses, by: 'test', consent: true }, never, CALLER)).toEqual({
      asked: 4,
      answered: 2,
    });
    const titles = new Map(bench.deps.found.rows().map(({ id, title }) => [id, title]));
    expect([...titles.keys()].sort()).toEqual([`modbus-tcp:127.0.0.1:${identified}`, `modbus-tcp:127.0.0.1:${plain}`].sort());
    expect(titles.get(`modbus-tcp:127.0.0.1:${identified}`)).toBe('Acme PLC-9 V1');
  }, 30_000);

  it('that answer for every unit are one device', async () => {
    const view = await scan(realBench(), { kind: 'tcp', host: '127.0.0.1', port: plain, connectTimeoutMs: 1000 }, 'tcp');
    expect(view).toMatchObject({ state: 'done', found: [{ unit: 1, adapter: 'modbus-tcp' }] });
    expect(view.step).toContain('every unit');
  }, 30_000);
});
