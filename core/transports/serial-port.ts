import type { SerialPort } from 'serialport';
import type { Clock } from '../base/clock.ts';
import { GatewayError } from '../base/errors.ts';
import type { SerialLinkConfig } from '../contract/document/links.ts';
import type { ByteLink, SerialControls } from './byte-port.ts';
import { watchDevice } from './device-watch.ts';
import { createLinkEnd, type LinkEnd } from './link-end.ts';
import { linkLabel } from './link-label.ts';
import { switchByDriver } from './ports/rs485.ts';
import { createSerialControls, sendWithRts } from './serial-controls.ts';
import { explainOpenFault } from './serial-faults.ts';

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

/** A new object every time: one that has failed opens again but can no longer be written. */
async function openAnew(config: SerialLinkConfig, clock: Clock, signal: AbortSignal): Promise<SerialPort> {
  const serialport = await import('serialport');
  signal.throwIfAborted();
  try {
    const port = new serialport.SerialPort({
      path: config.path,
      baudRate: config.baudRate,
      dataBits: config.dataBits,
      parity: config.parity,
      stopBits: config.stopBits,
      rtscts: config.rtscts,
      xon: config.xonxoff === true,
      xoff: config.xonxoff === true,
      autoOpen: false,
      lock: true,
    });
    port.on('error', () => {}); // errors reach us through callbacks and `close`; an unheard `error` would end the process
    await openPort(port);
    return port;
  } catch (cause) {
    throw await explainOpenFault(config.path, cause, clock);
  }
}

/** Sets the modem lines and the RS-485 mode as far as the configuration names them; everything else stays as the driver has it. */
async function prepare(config: SerialLinkConfig, controls: SerialControls): Promise<void> {
  const { rs485 } = config;
  if (rs485?.mode === 'driver') await switchByDriver(config.path, rs485);
  const rts = rs485?.mode === 'rts' ? !rs485.rtsOnSend : config.rts;
  if (config.dtr !== undefined || rts !== undefined) await controls.set({ dtr: config.dtr, rts });
}

function listen(port: SerialPort, path: string, end: LinkEnd): void {
  const lost = (cause: unknown): void =>
    end.broke(new GatewayError('link/lost', `${path}: the port was unplugged or its driver failed`, { cause }));
  port.on('data', (chunk: Buffer) => end.heard(chunk)); // without a listener the driver never reports an unplug
  port.on('error', lost);
  port.on('close', lost);
}

/**
 * Opens a serial port with an exclusive lock. Main thread only: the native driver ends the process when it reads in a worker thread.
 * Touches the modem lines only where the configuration names them: many adapters and all pseudo terminals refuse that.
 * Rejects with `link/not-found`, `link/busy`, `link/not-permitted`, `link/not-supported` (modem lines, RS-485) or `link/failed`.
 */
export async function openSerialPort(config: SerialLinkConfig, clock: Clock, signal: AbortSignal): Promise<ByteLink> {
  const port = await openAnew(config, clock, signal);
  const controls = createSerialControls(config.path, port, clock);
  try {
    signal.throwIfAborted();
    await prepare(config, controls);
    signal.throwIfAborted();
  } catch (cause) {
    await closePort(port);
    throw cause;
  }
  const write = (bytes: Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      port.write(buffer, (cause) => (cause ? reject(cause) : resolve()));
    });
  const end = createLinkEnd(linkLabel(config), {
    write: config.rs485?.mode === 'rts' ? sendWithRts(controls, config.rs485, clock, write) : write,
    release: () => closePort(port),
  });
  listen(port, config.path, end);
  const stopWatching = await watchDevice(config.path, clock, () =>
    end.broke(
      new GatewayError('link/lost', `${config.path}: the port was unplugged`, { cause: new Error('the device file is gone') }),
    ),
  );
  void end.link.closed.then(stopWatching);
  return { ...end.link, serial: controls };
}
