import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { PortRoots } from '../../core/transports/ports/port-book.ts';
import { ended } from './socat.ts';

const PYTHON = '/usr/bin/python3';
const SCRIPT = fileURLToPath(new URL('./unknown_slave.py', import.meta.url));

/** Whether the double can run here: it answers by pymodbus. */
export const hasUnknownSlave = (): boolean => spawnSync(PYTHON, ['-c', 'import pymodbus.server, pty']).status === 0;

/** A Modbus slave at an unknown speed, unit and byte order, on a port that looks like a USB adapter. */
export interface UnknownSlave {
  /** A tree of /dev and /sys in which it is the adapter `ttyUSB0`: FTDI 0403:6001, serial number UNKNOWN1. */
  readonly roots: PortRoots;
  /** Name of the port in this tree. */
  readonly path: string;
  /** The number that its display shows from now on. */
  show(value: number): void;
  /** Pulls the adapter out: its port ends and goes from the tree. */
  unplug(): void;
  /** Plugs it in again under this name; gives its path. */
  plug(name: string): Promise<string>;
  dispose(): Promise<void>;
}

/** `options`: as `unknown_slave.py` takes them, without the dashes: `{ unit: 17, baud: 19200, order: 'little-swapped' }`. */
export async function createUnknownSlave(options: Readonly<Record<string, string | number>> = {}): Promise<UnknownSlave> {
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn(PYTHON, [SCRIPT, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const nextPort = (): Promise<string> =>
    new Promise((resolve, reject) => {
      lines.once('line', resolve);
      child.once('exit', () => reject(new Error('the double ended before it had a port')));
    });
  const first = await nextPort();
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-ports-'));
  const roots: PortRoots = { dev: join(folder, 'dev'), sys: join(folder, 'sys'), system: false };
  const usb = join(roots.sys, 'devices', 'usb1', '1-2');
  const port = join(usb, '1-2:1.0', 'ttyUSB0');
  mkdirSync(port, { recursive: true });
  mkdirSync(join(roots.dev, 'serial', 'by-id'), { recursive: true });
  mkdirSync(join(roots.sys, 'class', 'tty'), { recursive: true });
  const files = { idVendor: '0403', idProduct: '6001', serial: 'UNKNOWN1', manufacturer: 'FTDI', product: 'FT232R USB UART' };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(usb, name), `${text}\n`);
  writeFileSync(join(usb, '1-2:1.0', 'bInterfaceNumber'), '00\n');
  const byId = join(roots.dev, 'serial', 'by-id', 'usb-FTDI_FT232R_USB_UART_UNKNOWN1-if00-port0');
  let path = '';
  function link(pty: string, name: string): string {
    path = join(roots.dev, name);
    symlinkSync(pty, path);
    symlinkSync(path, byId);
    mkdirSync(join(roots.sys, 'class', 'tty', name));
    symlinkSync(port, join(roots.sys, 'class', 'tty', name, 'device'));
    return path;
  }
  link(first, 'ttyUSB0');
  return {
    roots,
    get path() {
      return path;
    },
    show: (value) => void child.stdin.write(`set ${value}\n`),
    unplug() {
      child.stdin.write('unplug\n');
      for (const name of [byId, path]) rmSync(name, { force: true });
      rmSync(join(roots.sys, 'class', 'tty'), { recursive: true, force: true });
      mkdirSync(join(roots.sys, 'class', 'tty'));
    },
    async plug(name) {
      const pty = nextPort();
      child.stdin.write('plug\n');
      return link(await pty, name);
    },
    async dispose() {
      child.stdin.end();
      await ended(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
