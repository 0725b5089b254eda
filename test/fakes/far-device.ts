import { systemClock } from '../../core/base/clock.ts';
import { SerialLink } from '../../core/contract/document/links.ts';
import type { ByteLink } from '../../core/transports/byte-port.ts';
import { openSerialPort } from '../../core/transports/serial-port.ts';
import type { SerialPair } from './socat.ts';

/** A simulated device at the far end of a socat line. */
export interface FarDevice {
  /** Sends at the pace of the line: a pseudo terminal has none of its own. */
  send(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** Bytes that a driver hands over together. */
const CHUNK = 8;

/** Opens the far end. `hear` gets what the gateway sends, and gives what the device answers. */
export async function openFarDevice(
  pair: SerialPair,
  baudRate: number,
  hear: (bytes: Uint8Array) => Uint8Array | undefined,
): Promise<FarDevice> {
  const settings = SerialLink.parse({ kind: 'serial', path: pair.b, baudRate });
  const link: ByteLink = await openSerialPort(settings, systemClock, new AbortController().signal);
  const msPerByte = 10_000 / baudRate;
  let last = Promise.resolve();
  async function paced(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length; from += CHUNK) {
      const part = bytes.subarray(from, from + CHUNK);
      await Promise.race([link.write(part), link.closed]); // a write into a line that is torn off may never settle
      await systemClock.sleep(part.length * msPerByte);
    }
  }
  function send(bytes: Uint8Array): Promise<void> {
    last = last.then(() => paced(bytes)).catch(() => {}); // torn off in the middle
    return last;
  }
  link.onData((chunk) => {
    const answer = hear(chunk);
    if (answer && answer.length > 0) void send(answer);
  });
  return { send, close: () => link.close() };
}
