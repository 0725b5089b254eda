import type { SerialPort } from 'serialport';
import type { Clock } from '../base/clock.ts';
import { GatewayError } from '../base/errors.ts';
import type { Rs485Config } from '../contract/document/links.ts';
import type { SerialControls } from './byte-port.ts';

/** What is needed of the driver's port; a double stands in for it where there is no port with modem lines. */
export type ModemPort = Pick<SerialPort, 'get' | 'set' | 'drain'>;

const CANNOT = /Inappropriate ioctl|ENOTTY|ENOSYS|EOPNOTSUPP|not supported|Invalid argument|Incorrect function/i;

function fault(path: string, what: string, cause: Error): GatewayError {
  return CANNOT.test(cause.message)
    ? new GatewayError('link/not-supported', `${path}: the port cannot ${what}`, { cause })
    : new GatewayError('link/lost', `${path}: the driver failed to ${what}`, { cause });
}

/** A call of the driver as a promise. */
function done(path: string, what: string, call: (settle: (cause: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    call((cause) => (cause ? reject(fault(path, what, cause)) : resolve()));
  });
}

/**
 * The controls of an open port. The driver sets all lines with every call, so what was set last is remembered; DTR and RTS are on after the
 * opening, as the kernel sets them.
 */
export function createSerialControls(path: string, port: ModemPort, clock: Clock): SerialControls {
  const now = { dtr: true, rts: true, brk: false };
  const apply = (what: string): Promise<void> =>
    done(path, what, (settle) => port.set({ ...now }, (cause) => settle(cause ?? null)));
  return {
    async set({ dtr, rts }) {
      const before = { ...now };
      if (dtr !== undefined) now.dtr = dtr;
      if (rts !== undefined) now.rts = rts;
      try {
        await apply('switch DTR and RTS');
      } catch (cause) {
        Object.assign(now, before);
        throw cause;
      }
    },
    lines: () =>
      new Promise((resolve, reject) => {
        port.get((cause, lines) => {
          if (cause || !lines) reject(fault(path, 'say how its modem lines are', cause ?? new Error('no answer')));
          else resolve({ cts: lines.cts === true, dsr: lines.dsr === true, dcd: lines.dcd === true });
        });
      }),
    async sendBreak(ms) {
      now.brk = true;
      try {
        await apply('send a break');
        await clock.sleep(ms);
      } finally {
        now.brk = false;
      }
      await apply('end the break');
    },
    drain: () => done(path, 'send what was written', (settle) => port.drain((cause) => settle(cause ?? null))),
  };
}

type Write = (bytes: Uint8Array) => Promise<void>;

/**
 * RS-485 without the driver's help: RTS is switched before what is written and back when it has left the port, one write at a time.
 * Coarser than a driver: between the last bit and the switching there is a moment in which an answer would be cut.
 */
export function sendWithRts(controls: SerialControls, config: Rs485Config, clock: Clock, write: Write): Write {
  let turn: Promise<void> = Promise.resolve();
  async function send(bytes: Uint8Array): Promise<void> {
    await controls.set({ rts: config.rtsOnSend });
    try {
      if (config.delayBeforeMs > 0) await clock.sleep(config.delayBeforeMs);
      await write(bytes);
      await controls.drain();
      if (config.delayAfterMs > 0) await clock.sleep(config.delayAfterMs);
    } finally {
      await controls.set({ rts: !config.rtsOnSend });
    }
  }
  return (bytes) => {
    const own = turn.then(() => send(bytes));
    turn = own.catch(() => {}); // the next one takes its turn whatever became of this one
    return own;
  };
}
