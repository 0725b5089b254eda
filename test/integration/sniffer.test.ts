import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ModbusRTU from 'modbus-serial';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../core/base/clock.ts';
import { SerialLink } from '../../core/contract/document/links.ts';
import type { ByteLink } from '../../core/transports/byte-port.ts';
import { openSerialPort } from '../../core/transports/serial-port.ts';
import { createSerialPair, ended, missing, type SerialPair, waitFor } from '../fakes/socat.ts';
import { createToolBench } from '../fakes/tool-bench.ts';

const never = new AbortController().signal;
const settings = (path: string) => SerialLink.parse({ kind: 'serial', path, baudRate: 115_200 });
const hasPymodbus = (): boolean => spawnSync('/usr/bin/python3', ['-c', 'import pymodbus.server']).status === 0;
const skipHere = process.env['CI'] !== 'true' && !hasPymodbus();

const SLAVE = `
import sys
from pymodbus.datastore import ModbusSequentialDataBlock as Block, ModbusSlaveContext as Unit, ModbusServerContext
from pymodbus.server import StartSerialServer
from pymodbus.transaction import ModbusRtuFramer
unit = Unit(hr=Block(0, [1000 + i for i in range(200)]), co=Block(0, [i % 3 == 0 for i in range(200)]), zero_mode=True)
context = ModbusServerContext({3: unit}, single=False)
StartSerialServer(context=context, framer=ModbusRtuFramer, port=sys.argv[1], baudrate=115200, timeout=.05)
`;

/** A bus of three: what one sends, the two others hear. */
async function join3(ends: readonly ByteLink[]): Promise<void> {
  for (const from of ends) {
    from.onData((chunk) => {
      for (const to of ends) if (to !== from) void to.write(chunk).catch(() => {});
    });
  }
}

describe.skipIf(missing('socat') || skipHere)(
  'listening to a master and a slave that others wrote (skipped where socat or pymodbus is missing)',
  () => {
    let pairs: SerialPair[];
    let hub: ByteLink[];
    let slave: ChildProcess;
    let folder: string;
    let master: ModbusRTU;
    let bench: ReturnType<typeof createToolBench>;
    let session: string;
    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'gatehouse-sniffer-'));
      writeFileSync(join(folder, 'slave.py'), SLAVE);
      pairs = await Promise.all([createSerialPair(), createSerialPair(), createSerialPair()]);
      hub = await Promise.all(pairs.map(({ b }) => openSerialPort(settings(b), systemClock, never)));
      await join3(hub);
      const [forMaster = '', forSlave = '', forSniffer = ''] = pairs.map(({ a }) => a);
      slave = spawn('/usr/bin/python3', [join(folder, 'slave.py'), forSlave], { stdio: 'ignore' });
      master = new ModbusRTU();
      await master.connectRTU(forMaster, { baudRate: 115_200 });
      master.setID(3);
      master.setTimeout(500);
      for (let answered = false; !answered; ) {
        answered = await master.readHoldingRegisters(0, 1).then(
          () => true,
          () => false,
        );
      }
      master.setTimeout(8000); // a machine under load answers late; that is not what is tested
      for (let i = 0; i < 3; i += 1) await master.readHoldingRegisters(0, 1); // behind it nothing of the beginning is left
      bench = createToolBench(systemClock, {
        open: (config, signal) => openSerialPort(SerialLink.parse(config), systemClock, signal),
      });
      session = (
        await bench.call('tool.open', { tool: 'sniffer', link: settings(forSniffer), framing: 'rtu', by: 'Anna', consent: true })
      ).session;
    }, 30_000);
    afterEach(async () => {
      await bench.sessions.stop();
      await new Promise<void>((resolve) => master.close(() => resolve()));
      slave.kill('SIGKILL');
      await ended(slave);
      await Promise.all(hub.map((link) => link.close()));
      await Promise.all(pairs.map((pair) => pair.dispose()));
      rmSync(folder, { recursive: true, force: true });
    });
    const words = (): string[] => bench.rows(session).map(({ decoded }) => decoded);

    it('reads along, in words and with times, and says what nobody answered', async () => {
      await master.readHoldingRegisters(16, 3);
      await master.readCoils(0, 4);
      await master.writeRegister(5, 4711);
      await master.writeRegisters(6, [1, 2]);
      await master.readHoldingRegisters(5, 3);
      await expect(master.readHoldingRegisters(199, 20)).rejects.toThrow();
      master.setID(9);
      master.setTimeout(100);
      await expect(master.readHoldingRegisters(0, 1)).rejects.toThrow();
      master.setID(3);
      master.setTimeout(8000);
      await master.readHoldingRegisters(0, 1);
      const expected = [
        'unit 3: read 3 holding registers from 0x0010',
        'unit 3: 3 registers: 1016, 1017, 1018',
        'unit 3: read 4 coils from 0x0000',
        'unit 3: 4 bits: 1, 0, 0, 1',
        'unit 3: write 4711 to holding register 0x0005',
        'unit 3: done',
        'unit 3: write 2 holding registers from 0x0006',
        'unit 3: done',
        'unit 3: read 3 holding registers from 0x0005',
        'unit 3: 3 registers: 4711, 1, 2',
        'unit 3: read 20 holding registers from 0x00c7',
        'unit 3: exception 2, illegal data address',
        'unit 9: read 1 holding registers from 0x0000',
        expect.stringMatching(/^unit 9 did not answer within \d+ ms$/),
        'unit 3: read 1 holding registers from 0x0000',
        'unit 3: 1 register: 1000',
      ];
      await waitFor(() => words().length >= expected.length, 'everything is heard');
      expect(words()).toEqual(expected);
      const answers = bench.rows(session).filter(({ role }) => role === 'answer');
      expect(answers.every(({ responseMs }) => responseMs === null || responseMs > 0)).toBe(true);
    }, 30_000);

    it('loses no frame of many, and puts nothing on the line', async () => {
      for (let i = 0; i < 150; i += 1) await master.readHoldingRegisters(i, 1 + (i % 20));
      await waitFor(() => words().length >= 300, '300 frames');
      const rows = bench.rows(session);
      expect(rows.filter(({ faulty }) => faulty)).toEqual([]);
      expect(rows.map(({ role }) => role)).toEqual(Array.from({ length: 150 }, () => ['request', 'answer']).flat());
      expect(bench.sessions.views()[0]?.bytesOut).toBe(0);
    }, 30_000);
  },
);
