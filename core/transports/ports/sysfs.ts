import { readdir, readFile, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { busPath } from './bus-path.ts';
import type { PortFacts, PortRoots } from './port-book.ts';

/** A port and how it is told apart from another one that has taken its name. */
export interface FoundPort {
  readonly facts: PortFacts;
  /** Changes when the device file is another one. */
  readonly node: string;
  /** Other names that a physical binding may have: links below /dev/serial/by-path. */
  readonly aliases: readonly string[];
}

/** Links of udev to one device file. */
interface StableNames {
  byId: string;
  byPath: readonly string[];
}

const textOf = async (file: string): Promise<string> => (await readFile(file, 'utf8').catch(() => '')).trim();

/** Virtual consoles and pseudo terminals have no device behind them; they are left out before anything is read of them. */
const IS_PORT = /^(?!tty\d*$|pty|console$|ptmx$|vcs|ttyprintk$)/;

/** `12` for `0c` */
const hexNumber = (text: string): number => (/^[0-9a-f]{1,2}$/i.test(text) ? Number.parseInt(text, 16) : -1);

/** Real paths of device files, with the names that udev gave them. Empty where udev is not there. */
async function stableNames(dev: string): Promise<Map<string, StableNames>> {
  const names = new Map<string, StableNames>();
  for (const kind of ['by-id', 'by-path'] as const) {
    const folder = `${dev}/serial/${kind}`;
    for (const name of (await readdir(folder).catch(() => [])).sort()) {
      const target = await realpath(`${folder}/${name}`).catch(() => undefined);
      if (!target) continue; // dangling: what it named is gone
      const known = names.get(target) ?? { byId: '', byPath: [] };
      if (kind === 'by-id') names.set(target, { ...known, byId: known.byId || `${folder}/${name}` });
      else names.set(target, { ...known, byPath: [...known.byPath, name] });
    }
  }
  return names;
}

/** The folder of the USB device, and what its interface says, climbing from the folder of the port's own device. */
async function usbAbove(device: string, top: string): Promise<{ folder: string; iface: string; number: number } | undefined> {
  let iface = '';
  let number = -1;
  for (let folder = device; folder.length > top.length; folder = dirname(folder)) {
    const own = await textOf(`${folder}/bInterfaceNumber`);
    if (own && !iface) [iface, number] = [basename(folder), hexNumber(own)];
    if (await textOf(`${folder}/idVendor`)) return { folder, iface, number };
  }
  return undefined;
}

const EMPTY = { maker: '', product: '', serialNumber: '', vendorId: '', productId: '', interfaceNumber: -1 } as const;

async function factsOf(name: string, device: string, roots: PortRoots, names: StableNames): Promise<PortFacts> {
  const common = { path: `${roots.dev}/${name}`, stablePath: names.byId };
  const usb = await usbAbove(device, roots.sys);
  if (!usb) {
    const kind = /^tty(S|AMA|O|mxc|SC|MFD|PS|LP|XR|HS|THS)\d/.test(name) ? 'uart' : 'other';
    return { id: `path:${common.path}`, ...common, physicalPath: names.byPath[0] ?? '', kind, ...EMPTY };
  }
  const read = (file: string): Promise<string> => textOf(`${usb.folder}/${file}`);
  const nth = await textOf(`${device}/port_number`);
  const suffix = nth === '' ? '' : `-port${nth}`;
  const computed = await busPath(device);
  const plain = `usb-${usb.iface || basename(usb.folder)}${nth === '' || nth === '0' ? '' : suffix}`;
  const physicalPath = computed ? computed + suffix : (names.byPath[0] ?? plain);
  const [vendorId, productId, serialNumber] = [
    (await read('idVendor')).toLowerCase(),
    (await read('idProduct')).toLowerCase(),
    await read('serial'),
  ];
  return {
    id: usbId({ vendorId, productId, serialNumber, interfaceNumber: usb.number, physicalPath }),
    ...common,
    physicalPath,
    kind: 'usb',
    maker: await read('manufacturer'),
    product: await read('product'),
    serialNumber,
    vendorId,
    productId,
    interfaceNumber: usb.number,
  };
}

type UsbFacts = Pick<PortFacts, 'vendorId' | 'productId' | 'serialNumber' | 'interfaceNumber' | 'physicalPath'>;

/** An adapter without a serial number of its own is known by its socket. */
export const usbId = (facts: UsbFacts): string =>
  facts.serialNumber
    ? `usb:${facts.vendorId}:${facts.productId}:${facts.serialNumber}:${Math.max(0, facts.interfaceNumber)}`
    : `physical:${facts.physicalPath}`;

/** A port of which only udev's link is known (a container without the kernel's files): its name says what it is. */
async function byNameOnly(target: string, names: StableNames): Promise<FoundPort> {
  const node = await stat(target).catch(() => undefined);
  const facts: PortFacts = {
    id: `path:${names.byId}`,
    path: target,
    stablePath: names.byId,
    physicalPath: names.byPath[0] ?? '',
    kind: 'usb',
    ...EMPTY,
    product: basename(names.byId)
      .replace(/^usb-/, '')
      .replace(/-if[0-9a-f]{2}.*$/, '')
      .replaceAll('_', ' '),
  };
  return { facts, node: `${node?.ino} ${node?.rdev}`, aliases: names.byPath };
}

interface Remembered {
  readonly seen: string;
  readonly found: FoundPort;
}

/**
 * Reads the ports from the kernel's files: `class/tty` below `sys`, and the device files and udev's links below `dev`. What was read of a
 * port is kept until its device file or its links change, so that looking every second costs little. Never rejects.
 */
export function createSysReader(roots: PortRoots): () => Promise<FoundPort[]> {
  let kept = new Map<string, Remembered>();
  async function read(name: string, links: Map<string, StableNames>, next: Map<string, Remembered>): Promise<void> {
    const node = await stat(`${roots.dev}/${name}`).catch(() => undefined);
    if (!node) return;
    const place = await readlink(`${roots.sys}/class/tty/${name}`).catch(() => '');
    const target = await realpath(`${roots.dev}/${name}`).catch(() => '');
    const names = links.get(target) ?? { byId: '', byPath: [] };
    const identity = `${node.ino} ${node.rdev}`;
    const seen = [place, identity, node.ctimeMs, names.byId, ...names.byPath].join(' ');
    const known = kept.get(name);
    if (known?.seen === seen) {
      next.set(name, known);
      return;
    }
    const device = await realpath(`${roots.sys}/class/tty/${name}/device`).catch(() => undefined);
    if (!device) return;
    // The 8250 driver shows sockets that are not fitted, too; their type is 0.
    if ((await textOf(`${roots.sys}/class/tty/${name}/type`)) === '0') return;
    const facts = await factsOf(name, device, roots, names);
    next.set(name, { seen, found: { facts, node: identity, aliases: names.byPath } });
  }
  return async () => {
    const links = await stableNames(roots.dev);
    const next = new Map<string, Remembered>();
    for (const name of await readdir(`${roots.sys}/class/tty`).catch(() => [])) {
      if (IS_PORT.test(name)) await read(name, links, next);
    }
    kept = next;
    const found = [...next.values()].map((one) => one.found);
    const seen = new Set(await Promise.all(found.map(({ facts }) => realpath(facts.path).catch(() => facts.path))));
    for (const [target, names] of links) {
      if (names.byId && !seen.has(target)) found.push(await byNameOnly(target, names));
    }
    return found;
  };
}
