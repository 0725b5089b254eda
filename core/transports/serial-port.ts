import { realpath, stat } from 'node:fs/promises';
import type { SerialPort } from 'serialport';
import type { Clock } from '../base/clock.ts';
import { GatewayError } from '../base/errors.ts';
import type { SerialLinkConfig } from '../contract/document/links.ts';
import type { ByteLink } from './byte-port.ts';
import { createLinkEnd } from './link-end.ts';
import { explainOpenFault } from './serial-faults.ts';

const PARITY_LETTER = { none: 'N', even: 'E', odd: 'O' } as const;

/** `/dev/ttyUSB0, 9600 8N1` */
export const serialLabel = (config: SerialLinkConfig): string =>
  `${config.path}, ${config.baudRate} ${config.dataBits}${PARITY_LETTER[config.parity]}${config.stopBits}`;

function openPort(port: SerialPort): Promise<void> {
  return new Promise((resolve, reject) => {
    port.open((cause) => (cause ? reject(cause) : resolve()));
  });
}

function closePort(port: SerialPort): Promise<void> {
  return new Promise((resolve) => {
    if (port.isOpen) port.close(() => resolve());
    else resolve();
  });
}

const WATCH_MS = 1000;

/**
 * Notices that the device file went away or was replaced. serialport 13 misses an unplug that falls into one of its reads: the read then
 * gives nothing, is repeated at once and for ever, and takes a whole core. Closing the port ends that. Windows reports every unplug.
 */
async function watchDevice(path: string, clock: Clock, onGone: () => void): Promise<() => void> {
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

/**
 * Opens a serial port with an exclusive lock. Main thread only: the native driver ends the process when it reads in a worker thread.
 * Never reads or sets the modem lines, which many adapters and all pseudo terminals refuse.
 * Rejects with `link/not-found`, `link/busy`, `link/not-permitted` or `link/failed`.
 */
export async function openSerialPort(config: SerialLinkConfig, clock: Clock, signal: AbortSignal): Promise<ByteLink> {
  const serialport = await import('serialport');
  signal.throwIfAborted();
  const label = serialLabel(config);
  let port: SerialPort;
  try {
    // A new object every time: one that has failed opens again but can no longer be written.
    port = new serialport.SerialPort({
      path: config.path,
      baudRate: config.baudRate,
      dataBits: config.dataBits,
      parity: config.parity,
      stopBits: config.stopBits,
      rtscts: config.rtscts,
      autoOpen: false,
      lock: true,
    });
    port.on('error', () => {}); // errors reach us through callbacks and `close`; an unheard `error` would end the process
    await openPort(port);
  } catch (cause) {
    throw await explainOpenFault(config.path, cause);
  }
  if (signal.aborted) {
    await closePort(port);
    throw signal.reason;
  }
  const end = createLinkEnd(label, {
    write: (bytes) =>
      new Promise((resolve, reject) => {
        const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        port.write(buffer, (cause) => (cause ? reject(cause) : resolve()));
      }),
    release: () => closePort(port),
  });
  const lost = (cause: unknown): void =>
    end.broke(new GatewayError('link/lost', `${config.path}: the port was unplugged or its driver failed`, { cause }));
  port.on('data', (chunk: Buffer) => end.heard(chunk)); // without a listener the driver never reports an unplug
  port.on('error', lost);
  port.on('close', lost);
  const stopWatching = await watchDevice(config.path, clock, () => lost(new Error('the device file is gone')));
  void end.link.closed.then(stopWatching);
  return end.link;
}
