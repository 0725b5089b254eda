import { realpath, stat } from 'node:fs/promises';
import type { Clock } from '../base/clock.ts';

const WATCH_MS = 1000;

/**
 * Notices that the device file went away or was replaced. serialport 13 misses an unplug that falls into one of its reads: the read then
 * gives nothing, is repeated at once and for ever, and takes a whole core. Closing the port ends that. Windows reports every unplug.
 */
export async function watchDevice(path: string, clock: Clock, onGone: () => void): Promise<() => void> {
  if (process.platform === 'win32') return () => {};
  const device = await realpath(path).catch(() => path);
  const identity = (): Promise<string> =>
    stat(device).then(
      ({ ino, rdev }) => `${ino} ${rdev}`,
      () => 'gone',
    );
  const first = await identity();
  let stopped = false;
  async function check(): Promise<void> {
    const now = await identity();
    if (!stopped && (now === 'gone' || now !== first)) onGone();
  }
  const cancel = clock.every(WATCH_MS, () => void check());
  return () => {
    stopped = true;
    cancel();
  };
}
