import { Socket } from 'node:net';
import { systemClock } from '../../base/clock.ts';
import { createFrameReader, frameOf, LINE_DESCRIPTOR } from '../carrier/frames.ts';
import type { InstanceData, ToInstance } from '../protocol.ts';
import type { InsideLine } from './line.ts';

/** So long the last words may take. */
const LEAVE_MS = 500;

/**
 * Opens the line that the gateway gave to this process, and waits for the first message on it. `onClosed`: the gateway is gone, or wants no
 * more.
 */
export async function takeLine(onClosed: () => void): Promise<{ line: InsideLine; data: InstanceData }> {
  const socket = new Socket({ fd: LINE_DESCRIPTOR, readable: true, writable: true });
  const early: ToInstance[] = [];
  let listener: ((message: ToInstance) => void) | undefined;
  const { promise: given, resolve: begin } = Promise.withResolvers<InstanceData>();
  let begun = false;
  const take = createFrameReader(
    {
      onMessage(value) {
        // The gateway speaks first with the data, and after it only `ToInstance`.
        const message = value as InstanceData & ToInstance;
        if (!begun) begin(message);
        else if (listener) listener(message);
        else early.push(message);
        begun = true;
      },
      onBroken: onClosed,
    },
    Number.POSITIVE_INFINITY,
  );
  socket.on('data', take);
  socket.on('error', () => {}); // the end of the line follows
  socket.once('close', onClosed);
  const line: InsideLine = {
    isolation: 'process',
    send: (message) => void socket.write(frameOf(message)),
    sendLast(message, done) {
      socket.write(frameOf(message), () => done());
      systemClock.after(LEAVE_MS, done); // nobody reads any more, or the line is closed
    },
    unsent: () => socket.writableLength > 0,
    onMessage(next) {
      listener = next;
      for (const message of early.splice(0)) next(message);
    },
    ref: () => void socket.ref(),
    unref: () => void socket.unref(),
  };
  return { line, data: await given };
}
