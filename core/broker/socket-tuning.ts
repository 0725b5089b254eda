import type { Socket } from 'node:net';
import { gatherWrites } from '../base/gather-writes.ts';
import { createPacketGuard } from './packet-guard.ts';
import type { QuickPublish } from './quick-publish.ts';

export interface SocketTuning {
  readonly maxPacketBytes: number;
  /** False while nothing more may be read; the broker asks again with every message that is done. */
  mayRead(): boolean;
  /** The short way of this client's publishes, once there is one. */
  quick?(): QuickPublish | null;
  /** Called once, before the connection is destroyed. */
  onRefused(why: 'too-large' | 'malformed', announced: number): void;
}

/**
 * Puts our own `read` and `write` in front of a client's socket before the broker gets it.
 * Reading: a packet that is too large ends the connection at its header. Writing: see `gatherWrites`.
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
      const quick = tuning.quick?.();
      if (quick?.waiting || !tuning.mayRead()) return null;
      const chunk: unknown = read(size);
      if (!Buffer.isBuffer(chunk)) return chunk;
      const verdict = guard.accept(quick ? chunk.subarray(quick.putBack) : chunk);
      if (verdict === 'ok') return quick ? quick.take(chunk) : chunk;
      tuning.onRefused(verdict, guard.announced);
      socket.destroy();
      return null;
    },
  });
}
