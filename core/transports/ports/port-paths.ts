import { realpath } from 'node:fs/promises';
import type { Clock } from '../../base/clock.ts';
import { listByDriver } from './driver-list.ts';
import { SYSTEM_ROOTS } from './port-book.ts';
import { createSysReader } from './sysfs.ts';

/** Paths of the serial ports that are here now, for messages. Never rejects. */
export async function portPaths(clock: Clock): Promise<string[]> {
  const found = process.platform === 'linux' ? await createSysReader(SYSTEM_ROOTS)() : await listByDriver(clock);
  return found.map(({ facts }) => facts.path);
}

/** The device file that a name leads to; the name itself where it leads nowhere. */
export const deviceOf = (path: string): Promise<string> => realpath(path).catch(() => path);
