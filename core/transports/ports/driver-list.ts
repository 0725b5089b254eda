import type { Clock } from '../../base/clock.ts';
import { settledWithin } from '../../base/deadline.ts';
import { type FoundPort, usbId } from './sysfs.ts';

const LIMIT_MS = 5000;

/**
 * The list of the serial driver: on Linux it asks udevadm, on Windows and macOS the system. Never rejects and never hangs: without udevadm, or
 * where it does not end within 5 s, the list is empty.
 */
export async function listByDriver(clock: Clock): Promise<FoundPort[]> {
  let found: FoundPort[] = [];
  const work = (async () => {
    const { SerialPort } = await import('serialport');
    const listed = await SerialPort.list();
    found = listed.map((port) => {
      const usb = { vendorId: (port.vendorId ?? '').toLowerCase(), productId: (port.productId ?? '').toLowerCase() };
      const isUsb = usb.vendorId !== '' && usb.productId !== '';
      const facts = {
        path: port.path,
        stablePath: '',
        physicalPath: port.locationId ?? '',
        kind: isUsb ? 'usb' : 'other',
        maker: port.manufacturer ?? '',
        product: '',
        serialNumber: isUsb ? (port.serialNumber ?? '') : '',
        ...usb,
        interfaceNumber: -1,
      } as const;
      const known = isUsb && (facts.serialNumber !== '' || facts.physicalPath !== '');
      return { facts: { id: known ? usbId(facts) : `path:${port.path}`, ...facts }, node: '', aliases: [] };
    });
  })();
  await settledWithin(clock, LIMIT_MS, work);
  return found;
}
