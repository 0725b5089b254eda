import type { Socket } from 'node:net';
import { createPacketGuard } from './packet-guard.ts';

const FIRST_SCRATCH = 512;
const FLUSH_AT = 64 * 1024;
/** Chunks above this go to the socket as they are: copying would cost more than a second write. */
const COPY_BELOW = 8 * 1024;

export interface SocketTuning {
  readonly maxPacketBytes: number;
  /** Called once, before the connection is destroyed. */
  onRefused(why: 'too-large' | 'malformed', announced: number): void;
}

/**
 * Puts our own `read` and `write` in front of a client's socket before the broker gets it.
 * Reading: a packet that is too large ends the connection at its header. Writing: the broker writes every packet in five or so
 * pieces; they are gathered and handed to the socket once per turn of the loop, which is most of the cost of a message.
 * `cork` is hidden because the packet writer would otherwise schedule an uncork for every packet.
 */
export function tuneSocket(socket: Socket, tuning: SocketTuning): void {
  socket.setNoDelay(true);
  guardReads(socket, tuning);
  gatherWrites(socket);
}

function guardReads(socket: Socket, tuning: SocketTuning): void {
  const guard = createPacketGuard(tuning.maxPacketBytes);
  const read = socket.read.bind(socket);
  Object.defineProperty(socket, 'read', {
    configurable: true,
    writable: true,
    value: (size?: number): unknown => {
      const chunk: unknown = read(size);
      if (!(chunk instanceof Uint8Array)) return chunk;
      const verdict = guard.accept(chunk);
      if (verdict === 'ok') return chunk;
      tuning.onRefused(verdict, guard.announced);
      socket.destroy();
      return null;
    },
  });
}

function gatherWrites(socket: Socket): void {
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
