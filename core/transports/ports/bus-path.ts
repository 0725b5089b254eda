import { readlink } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

/**
 * The name of a USB socket as udev's path_id makes it (`pci-0000:00:14.0-usb-0:2:1.0`), from the folders above a device in /sys: so it is
 * known at once, without udevd, and the same after a restart. Empty where the chain has no bus that stays where it is.
 */
export async function busPath(device: string): Promise<string> {
  const parts: string[] = [];
  let last = '';
  let fixed = false;
  for (let folder = device; folder.length > 1; folder = dirname(folder)) {
    const subsystem = basename(await readlink(`${folder}/subsystem`).catch(() => ''));
    const name = basename(folder);
    // Of several folders of one bus in a row, the one next to the port says where it is; the others are hubs and bridges above it.
    if (subsystem === last && subsystem !== '') continue;
    if (subsystem === 'usb') {
      const place = name.slice(name.indexOf('-') + 1);
      if (name.includes('-')) parts.unshift(`usb-0:${place}`);
    } else if (subsystem === 'pci' || subsystem === 'platform') {
      parts.unshift(`${subsystem}-${name}`);
      fixed = true;
    }
    if (subsystem !== '') last = subsystem;
  }
  return fixed ? parts.join('-') : '';
}
