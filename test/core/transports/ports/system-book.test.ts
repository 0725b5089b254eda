import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type PortBindingConfig, SerialLink } from '../../../../core/contract/document/links.ts';
import type { PortBook } from '../../../../core/transports/ports/port-book.ts';
import { createPortBook } from '../../../../core/transports/ports/system-book.ts';
import { createManualClock, type ManualClock } from '../../../fakes/manual-clock.ts';
import { createPortTree, type FakeAdapter, type PortTree } from '../../../fakes/port-tree.ts';

const never = new AbortController().signal;
const FTDI: FakeAdapter = { name: 'ttyUSB0', serial: 'A1B2', byId: 'usb-FTDI_FT232R_A1B2-if00-port0' };
const CH340: FakeAdapter = { name: 'ttyUSB1', socket: '1-3', vendor: '1a86', product: '7523', words: ['', 'USB Serial'] };
const link = (path: string, bind?: PortBindingConfig) => SerialLink.parse({ kind: 'serial', path, bind });

let tree: PortTree;
let clock: ManualClock;
let book: PortBook;
let seen: string[];
beforeEach(() => {
  tree = createPortTree();
  clock = createManualClock();
  book = createPortBook(tree.roots, clock);
  seen = [];
  book.onEvent(({ kind, port }) => seen.push(`${kind} ${port.id}`));
});
afterEach(async () => {
  await book.stop();
  tree.dispose();
});

const reading = (): boolean => process.getActiveResourcesInfo().some((name) => /^(FSReq|CloseReq)/.test(name));

/** Files are read by threads, which the clock of the test does not wait for: time passes only while nothing is being read. */
async function pass(ms: number): Promise<void> {
  for (let gone = 0; gone < ms; gone += 100) {
    await clock.advance(100);
    for (let idle = 0; idle < 3; idle = reading() ? 0 : idle + 1) await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('what a port is', () => {
  it('reads a USB adapter with everything that is known of it', async () => {
    tree.plug({ ...FTDI, buses: true });
    await book.start(never);
    expect(book.ports()).toEqual([
      {
        id: 'usb:0403:6001:A1B2:0',
        path: `${tree.roots.dev}/ttyUSB0`,
        stablePath: `${tree.roots.dev}/serial/by-id/usb-FTDI_FT232R_A1B2-if00-port0`,
        physicalPath: 'pci-0000:00:14.0-usb-0:2:1.0',
        kind: 'usb',
        maker: 'FTDI',
        product: 'FT232R USB UART',
        serialNumber: 'A1B2',
        vendorId: '0403',
        productId: '6001',
        interfaceNumber: 0,
      },
    ]);
    expect(seen).toEqual([]);
  });

  it('knows an adapter without a serial number by its socket', async () => {
    tree.plug(CH340);
    await book.start(never);
    expect(book.ports()[0]).toMatchObject({ id: 'physical:usb-1-3:1.0', physicalPath: 'usb-1-3:1.0' });
    expect(book.bindingOf(`${tree.roots.dev}/ttyUSB1`)).toEqual({ by: 'physical', path: 'usb-1-3:1.0' });
  });

  it('leaves out sockets that are not fitted', async () => {
    tree.uart('ttyS0', true);
    tree.uart('ttyS1', false);
    await book.start(never);
    expect(book.ports()).toMatchObject([{ id: `path:${tree.roots.dev}/ttyS0`, kind: 'uart' }]);
    expect(book.bindingOf(`${tree.roots.dev}/ttyS0`)).toBeUndefined();
  });

  it('keeps the id of a port when a double with the same serial number is plugged in beside it', async () => {
    tree.plug(FTDI);
    await book.start(never);
    tree.plug({ ...FTDI, name: 'ttyUSB1', socket: '1-4', byId: 'second' });
    await pass(3000);
    expect(book.ports().map(({ id }) => id)).toEqual(['usb:0403:6001:A1B2:0', 'physical:usb-1-4:1.0']);
    tree.unplug(FTDI);
    await pass(3000);
    expect(book.ports().map(({ id }) => id)).toEqual(['physical:usb-1-4:1.0']);
    expect(seen).toEqual(['plugged physical:usb-1-4:1.0', 'unplugged usb:0403:6001:A1B2:0']);
  });

  it('tells two adapters with the same serial number apart by their sockets', async () => {
    tree.plug(FTDI);
    tree.plug({ ...FTDI, name: 'ttyUSB1', socket: '1-4', byId: 'second' });
    await book.start(never);
    expect(book.ports().map(({ id }) => id)).toEqual(['physical:usb-1-2:1.0', 'physical:usb-1-4:1.0']);
    expect(book.bindingOf(`${tree.roots.dev}/ttyUSB1`)).toEqual({ by: 'physical', path: 'usb-1-4:1.0' });
    const binding = { by: 'usb', vendor: '0403', product: '6001', serial: 'A1B2' } as const;
    expect(() => book.resolve(link('/dev/ttyUSB0', binding))).toThrow(
      expect.objectContaining({ code: 'link/ambiguous', message: expect.stringContaining('ttyUSB1') }),
    );
  });

  it('names the interface where an adapter has several ports', async () => {
    tree.plug({ ...FTDI, name: 'ttyUSB0', iface: 0 });
    tree.plug({ ...FTDI, name: 'ttyUSB1', iface: 1, byId: 'usb-if01' });
    await book.start(never);
    expect(book.ports().map(({ id }) => id)).toEqual(['usb:0403:6001:A1B2:0', 'usb:0403:6001:A1B2:1']);
    expect(book.bindingOf(`${tree.roots.dev}/ttyUSB1`)).toMatchObject({ serial: 'A1B2', interface: 1 });
  });

  it('takes the links of udev where the kernel shows nothing', async () => {
    tree.plug(FTDI);
    const other = createPortBook({ ...tree.roots, sys: `${tree.roots.sys}/none` }, clock);
    await other.start(never);
    expect(other.ports()).toMatchObject([
      { id: `path:${tree.roots.dev}/serial/by-id/${FTDI.byId}`, product: 'FTDI FT232R A1B2' },
    ]);
    await other.stop();
  });

  it('is no worse for folders that are not there', async () => {
    const none = createPortBook({ dev: '/nonexistent', sys: '/nonexistent', system: false }, clock);
    await none.start(never);
    await none.refresh();
    expect(none.ports()).toEqual([]);
    expect(none.resolve(link('/dev/ttyUSB0'))).toBe('/dev/ttyUSB0');
    await none.stop();
    await none.stop();
  });
});

describe('bindings', () => {
  const usb = { by: 'usb', vendor: '0403', product: '6001', serial: 'A1B2' } as const;

  it('finds an adapter under its new name, and says that it was renamed', async () => {
    tree.plug(FTDI);
    await book.start(never);
    expect(book.resolve(link('/dev/ttyUSB0', usb))).toBe(`${tree.roots.dev}/ttyUSB0`);
    tree.unplug(FTDI);
    await pass(1100);
    tree.plug({ ...FTDI, name: 'ttyUSB7', socket: '1-5' });
    await pass(2000);
    expect(book.resolve(link('/dev/ttyUSB0', usb))).toBe(`${tree.roots.dev}/ttyUSB7`);
    const id = 'usb:0403:6001:A1B2:0';
    expect(seen).toEqual([`unplugged ${id}`, `plugged ${id}`, `renamed ${id}`]);
  });

  it('finds whatever is in a socket, also by the name that udev gives it', async () => {
    tree.plug({ ...CH340, byPath: 'pci-0000:00:14.0-usb-0:3:1.0-port0', buses: true });
    await book.start(never);
    const path = `${tree.roots.dev}/ttyUSB1`;
    for (const name of ['pci-0000:00:14.0-usb-0:3:1.0', 'pci-0000:00:14.0-usb-0:3:1.0-port0']) {
      expect(book.resolve(link('/dev/ttyUSB9', { by: 'physical', path: name }))).toBe(path);
    }
  });

  it('says what is not plugged in, and what is', async () => {
    tree.plug(CH340);
    await book.start(never);
    expect(() => book.resolve(link('/dev/ttyUSB0', usb))).toThrow(
      expect.objectContaining({
        code: 'link/not-found',
        message: expect.stringMatching(/USB adapter 0403:6001 with serial number A1B2 .* is not plugged in; .*ttyUSB1/),
      }),
    );
  });

  it('gives one identity to every name of a port, and keeps it while the port is away', async () => {
    tree.plug({ ...FTDI, byPath: 'somewhere' });
    await book.start(never);
    const names = [
      link(`${tree.roots.dev}/ttyUSB0`),
      link(`${tree.roots.dev}/serial/by-id/${FTDI.byId}`),
      link(`${tree.roots.dev}/serial/by-path/somewhere`),
      link('/dev/old', usb),
      link('/dev/old', { by: 'usb', vendor: '0403', product: '6001' }),
    ];
    const identities = (): Set<string> => new Set(names.map((one) => book.identityOf(one)));
    expect(identities()).toEqual(new Set(['usb:0403:6001:A1B2:0']));
    tree.unplug({ ...FTDI, byPath: 'somewhere' });
    await pass(1200);
    expect(book.ports()).toEqual([]);
    expect(identities()).toEqual(new Set(['usb:0403:6001:A1B2:0']));
    expect(book.identityOf(link('/dev/pts/3'))).toBe('path:/dev/pts/3');
  });
});

describe('hot plug', () => {
  it('sees a plug within 2 s by looking alone, and not before the port has its rights', async () => {
    await book.start(never);
    await pass(300);
    tree.plug(FTDI);
    await pass(400);
    expect(book.ports()).toEqual([]);
    await pass(1600);
    expect(seen).toEqual(['plugged usb:0403:6001:A1B2:0']);
  });

  it('sees an adapter that was changed for another one under the same name', async () => {
    tree.plug(FTDI);
    await book.start(never);
    tree.unplug(FTDI);
    tree.plug({ ...FTDI, serial: 'ZZZZ', vendor: '067b', product: '2303' });
    await pass(2000);
    expect(seen).toEqual(['unplugged usb:0403:6001:A1B2:0', 'plugged usb:067b:2303:ZZZZ:0']);
  });

  it('looks at once when it is told to', async () => {
    const quick = createPortBook(tree.roots, clock, { settleMs: 0 });
    await quick.start(never);
    tree.plug(FTDI);
    await quick.refresh();
    expect(quick.ports()).toHaveLength(1);
    await quick.stop();
  });

  it('leaves no timer behind', async () => {
    await book.start(never);
    tree.plug(FTDI);
    await book.refresh();
    await book.stop();
    expect(clock.pending).toBe(0);
  });
});
