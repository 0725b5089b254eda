import { z } from 'zod';
import type { Logger } from '../base/log.ts';
import type { Sink } from '../router/sink.ts';

/** `{"<point>": value, ...}`: each value is written to the point of that name. */
const Writes = z.record(z.string(), z.union([z.number(), z.string(), z.boolean()]));

const WRITE_TIMEOUT_MS = 10_000;

export interface Writable {
  send(point: string, value: number | string | boolean, signal: AbortSignal): Promise<void>;
}

/**
 * The target `device:<id>`: writes what the message says. A refused write is logged; it is not tried again, as it may be out of date by then.
 * What becomes of it is seen in the next readings: a device that reports late does not hold up the next message.
 * It is a machine that writes, let in by a subscription of the document: the questions that commands ask of persons (`confirm`) are not asked.
 */
export function createDeviceSink(device: Writable, log: Logger): Sink {
  async function writeAll(payload: Uint8Array, topic: string): Promise<void> {
    try {
      const writes = Writes.parse(JSON.parse(new TextDecoder().decode(payload)));
      for (const [point, value] of Object.entries(writes)) await device.send(point, value, AbortSignal.timeout(WRITE_TIMEOUT_MS));
    } catch (cause) {
      log.warn('device.write-failed', { topic, cause, remedy: 'Publish {"<point>": value} with the name of a writable point.' });
    }
  }
  return {
    durable: false,
    async deliver(batch) {
      for (const message of batch) await writeAll(message.payload, message.topic);
    },
  };
}
