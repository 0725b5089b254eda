import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PortRoots } from '../../core/transports/ports/port-book.ts';

/** A USB adapter as the kernel shows it. */
export interface FakeAdapter {
  /** `ttyUSB0` */
  readonly name: string;
  /** The socket: `1-2`. */
  readonly socket?: string;
  readonly vendor?: string;
  readonly product?: string;
  readonly serial?: string;
  readonly iface?: number;
  readonly words?: readonly [maker: string, product: string];
  /** Where the device file points: a pseudo terminal, or left out a plain file. */
  readonly target?: string;
  /** Links below /dev/serial, as udev makes them. */
  readonly byId?: string;
  readonly byPath?: string;
  /** Whether /sys says which buses are above it, as a real one does. */
  readonly buses?: boolean;
}

/** Folders that look like /dev and /sys. */
export interface PortTree {
  readonly roots: PortRoots;
  plug(adapter: FakeAdapter): void;
  unplug(adapter: FakeAdapter): void;
  /** A port of the main board. */
  uart(name: string, fitted: boolean): void;
  dispose(): void;
}

export function createPortTree(system = false): PortTree {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-ports-'));
  const [dev, sys] = [join(folder, 'dev'), join(folder, 'sys')];
  for (const made of [join(dev, 'serial/by-id'), join(dev, 'serial/by-path'), join(sys, 'class/tty')]) {
    mkdirSync(made, { recursive: true });
  }
  const busOf = ({ socket = '1-2' }: FakeAdapter): string => join(sys, 'devices/pci0000:00/0000:00:14.0/usb1', socket);
  const links = (one: FakeAdapter): string[] => [
    join(dev, one.name),
    ...(one.byId ? [join(dev, 'serial/by-id', one.byId)] : []),
    ...(one.byPath ? [join(dev, 'serial/by-path', one.byPath)] : []),
    join(sys, 'class/tty', one.name),
  ];
  function deviceFile(name: string, target: string | undefined): void {
    if (target) symlinkSync(target, join(dev, name));
    else writeFileSync(join(dev, name), '');
  }
  return {
    roots: { dev, sys, system },
    plug(one) {
      const usb = busOf(one);
      const iface = join(usb, `${one.socket ?? '1-2'}:1.${one.iface ?? 0}`);
      const port = join(iface, one.name);
      const tty = join(port, 'tty', one.name);
      mkdirSync(tty, { recursive: true });
      symlinkSync(port, join(tty, 'device'));
      const [maker, product] = one.words ?? ['FTDI', 'FT232R USB UART'];
      const facts = { idVendor: one.vendor ?? '0403', idProduct: one.product ?? '6001', manufacturer: maker, product };
      for (const [file, text] of Object.entries(facts)) writeFileSync(join(usb, file), `${text}\n`);
      if (one.serial !== undefined) writeFileSync(join(usb, 'serial'), `${one.serial}\n`);
      writeFileSync(join(iface, 'bInterfaceNumber'), `${(one.iface ?? 0).toString(16).padStart(2, '0')}\n`);
      if (one.buses) {
        for (const made of [iface, usb]) symlinkSync('/sys/bus/usb', join(made, 'subsystem'));
        symlinkSync('/sys/bus/pci', join(sys, 'devices/pci0000:00/0000:00:14.0/subsystem'));
      }
      symlinkSync(tty, join(sys, 'class/tty', one.name));
      if (one.byId) symlinkSync(`../../${one.name}`, join(dev, 'serial/by-id', one.byId));
      if (one.byPath) symlinkSync(`../../${one.name}`, join(dev, 'serial/by-path', one.byPath));
      deviceFile(one.name, one.target);
    },
    unplug(one) {
      for (const link of links(one)) rmSync(link, { force: true });
      rmSync(busOf(one), { recursive: true, force: true });
      rmSync(join(sys, 'devices/pci0000:00/0000:00:14.0/subsystem'), { force: true });
    },
    uart(name, fitted) {
      const made = join(sys, 'devices/platform/serial8250/tty', name);
      mkdirSync(made, { recursive: true });
      symlinkSync(join(sys, 'devices/platform/serial8250'), join(made, 'device'));
      writeFileSync(join(made, 'type'), fitted ? '4\n' : '0\n');
      symlinkSync(made, join(sys, 'class/tty', name));
      deviceFile(name, undefined);
    },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}
