import { readdir, readFile, realpath } from 'node:fs/promises';

/** A serial port that is plugged in now. Empty text where nothing is known. */
export interface SerialPortInfo {
  readonly path: string;
  /** A name that stays the same when the adapter is plugged in again, `/dev/serial/by-id/...`. */
  readonly stablePath: string;
  readonly maker: string;
  readonly serialNumber: string;
  /** USB ids, `0403:6001`. */
  readonly usbId: string;
}

/** Lists the ports that are there. Never rejects: where the driver's own list fails (no udevadm), the kernel's files are read. */
export async function listSerialPorts(): Promise<SerialPortInfo[]> {
  try {
    const { SerialPort } = await import('serialport');
    const found = await SerialPort.list();
    const stable = await stablePaths();
    return found.map((port) => ({
      path: port.path,
      stablePath: stable.get(port.path) ?? '',
      maker: port.manufacturer ?? '',
      serialNumber: port.serialNumber ?? '',
      usbId: port.vendorId && port.productId ? `${port.vendorId}:${port.productId}` : '',
    }));
  } catch {
    return process.platform === 'linux' ? await listFromKernel() : [];
  }
}

async function stablePaths(): Promise<Map<string, string>> {
  const folder = '/dev/serial/by-id';
  const stable = new Map<string, string>();
  for (const name of await readdir(folder).catch(() => [])) {
    const target = await realpath(`${folder}/${name}`).catch(() => undefined);
    if (target) stable.set(target, `${folder}/${name}`);
  }
  return stable;
}

/** `/sys/class/tty/<name>/device` exists only for a real port; the folder above it that has `idVendor` is the USB device. */
async function listFromKernel(): Promise<SerialPortInfo[]> {
  const stable = await stablePaths();
  const ports: SerialPortInfo[] = [];
  for (const name of await readdir('/sys/class/tty').catch(() => [])) {
    const device = await realpath(`/sys/class/tty/${name}/device`).catch(() => undefined);
    if (!device) continue;
    const path = `/dev/${name}`;
    ports.push({ path, stablePath: stable.get(path) ?? '', ...(await usbFacts(device)) });
  }
  return ports;
}

async function usbFacts(device: string): Promise<Pick<SerialPortInfo, 'maker' | 'serialNumber' | 'usbId'>> {
  const read = async (folder: string, file: string): Promise<string> =>
    (await readFile(`${folder}/${file}`, 'utf8').catch(() => '')).trim();
  for (let folder = device; folder.length > '/sys/devices'.length; folder = folder.slice(0, folder.lastIndexOf('/'))) {
    const vendor = await read(folder, 'idVendor');
    if (!vendor) continue;
    const usbId = `${vendor}:${await read(folder, 'idProduct')}`;
    return { maker: await read(folder, 'manufacturer'), serialNumber: await read(folder, 'serial'), usbId };
  }
  return { maker: '', serialNumber: '', usbId: '' };
}
