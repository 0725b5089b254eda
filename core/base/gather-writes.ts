import type { Duplex } from 'node:stream';

const FIRST_SCRATCH = 512;
const FLUSH_AT = 64 * 1024;
/** Chunks above this go to the socket as they are: copying would cost more than a second write. */
const COPY_BELOW = 8 * 1024;

/**
 * Puts our own `write` in front of a socket that an MQTT library writes to. The library writes every packet in five or so pieces;
 * they are gathered and handed to the socket once per turn of the loop, which saves most of the cost of a message.
 * `cork` is hidden because the packet writer would otherwise schedule an uncork for every packet. Callbacks of `write` are not
 * called: the packet writer passes none.
 */
export function gatherWrites(socket: Duplex): void {
  const write = socket.write.bind(socket);
  let scratch = Buffer.allocUnsafe(FIRST_SCRATCH);
  let used = 0;
  let scheduled = false;
  const flush = (): void => {
    if (used === 0) return;
    const filled = scratch.subarray(0, used);
    used = 0;
    if (!socket.writable) return;
    write(filled);
    // Where nothing waits, the system has copied the bytes and the scratch can be used again.
    if (socket.writableLength > 0) scratch = Buffer.allocUnsafe(scratch.length);
  };
  const flushTurn = (): void => {
    scheduled = false;
    flush();
  };
  const room = (bytes: number): void => {
    if (used + bytes <= scratch.length) return;
    if (used + bytes > FLUSH_AT) flush();
    if (used + bytes <= scratch.length) return;
    const larger = Buffer.allocUnsafe(Math.max(scratch.length * 2, used + bytes));
    scratch.copy(larger, 0, 0, used);
    scratch = larger;
  };
  const gather = (chunk: string | Uint8Array): boolean => {
    if (typeof chunk === 'string') {
      room(chunk.length * 3);
      used += scratch.write(chunk, used, 'utf8');
    } else if (chunk.length < COPY_BELOW) {
      room(chunk.length);
      scratch.set(chunk, used);
      used += chunk.length;
    } else {
      flush();
      write(chunk);
    }
    if (!scheduled) {
      scheduled = true;
      setImmediate(flushTurn);
    }
    return !socket.writableNeedDrain;
  };
  Object.defineProperty(socket, 'write', { configurable: true, writable: true, value: gather });
  Object.defineProperty(socket, 'cork', { configurable: true, writable: true, value: undefined });
}
