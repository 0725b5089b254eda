import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Sockets of the emulated controller, and what is plugged into them at the beginning. The last adapter is a stranger. */
export const ADAPTERS = {
  a: { socket: 1, serial: 'TB0001' },
  b: { socket: 2, serial: 'TB0002' },
  c: { socket: 3, serial: '' },
  d: { socket: 4, serial: '' },
  e: { socket: 5, serial: 'TB0009' },
} as const;

const usb = (serial: string) => ({ by: 'usb', vendor: '0403', product: '6001', serial });
const talker = (id: string, link: object) => ({
  id,
  name: id,
  adapter: 'line',
  link,
  separator: ',',
  staleAfterMs: 5000,
  points: [{ name: 'n', from: 1 }],
});

/** The name of a socket below /dev/serial/by-path differs between machines; the number of the socket is in it. */
export type SocketName = (socket: number) => string;

/** A meter (Modbus) on TB0001, a logger on TB0002, and two talkers on adapters without serial numbers, bound by their sockets. */
export const siteOf = (socketName: SocketName) => ({
  schema: 'gatehouse/1',
  name: 'usb-guest',
  devices: [
    {
      id: 'meter',
      name: 'Meter',
      adapter: 'modbus-rtu',
      link: { kind: 'serial', path: '/dev/ttyUSB0', bind: usb(ADAPTERS.a.serial), baudRate: 19_200 },
      unit: 1,
      pollMs: 200,
      timeoutMs: 1000,
      points: [
        { name: 'n', table: 'holding', address: 0, type: 'uint32' },
        { name: 'set', table: 'holding', address: 10, writable: true, pollMs: 1000 },
      ],
    },
    talker('logger', { kind: 'serial', path: '/dev/ttyUSB1', bind: usb(ADAPTERS.b.serial) }),
    talker('left', { kind: 'serial', path: '/dev/ttyUSB2', bind: { by: 'physical', path: socketName(ADAPTERS.c.socket) } }),
    talker('right', { kind: 'serial', path: '/dev/ttyUSB3', bind: { by: 'physical', path: socketName(ADAPTERS.d.socket) } }),
  ],
  subscriptions: [
    { id: 'up', source: 'device:*', subject: 'devices/+/n', target: 'cloud', queue: { size: 10_000, whenFull: 'block-source' } },
  ],
});

/** A site with one meter that is bound by its path alone. */
export const plainSite = (path: string) => ({
  schema: 'gatehouse/1',
  name: 'usb-plain',
  devices: [{ ...siteOf(() => 'x').devices[0], link: { kind: 'serial', path } }],
  subscriptions: [],
});

/** A data folder in the machine's memory, with a document beside it. */
export function freshFolder(name: string, document: object): { readonly data: string; readonly file: string } {
  const folder = join('/run', name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'site.json');
  writeFileSync(file, JSON.stringify(document));
  return { data: join(folder, 'data'), file };
}
