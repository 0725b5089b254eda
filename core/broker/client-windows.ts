import type { Client } from 'aedes';
import type { Clock } from '../base/clock.ts';
import { keepAlive } from './aedes-inside.ts';

/** Publishes of one client that wait for their acknowledgement; beyond either, nothing more is read from its socket. */
const WINDOW_MESSAGES = 512;
const WINDOW_BYTES = 1_048_576;
/** Of all clients together: below what the spool takes into memory, so that it need not refuse anything. */
const ALL_MESSAGES = 50_000;
const ALL_BYTES = 32 * 1_048_576;
/** Shorter than any keep-alive time (MQTT counts it in seconds). */
const ALIVE_MS = 500;

/** What clients have published and the gateway has not yet taken: bounded, so that a slow router slows its sources down. */
export interface ClientWindows {
  enter(client: Client, bytes: number): void;
  leave(client: Client, bytes: number): void;
  /** False while the client's window, or that of all, is full; it is then asked to read again when there is room. */
  mayRead(client: Client): boolean;
  stop(): void;
}

export function createClientWindows(clock: Clock): ClientWindows {
  const windows = new Map<Client, { messages: number; bytes: number }>();
  const stalled = new Set<Client>();
  const all = { messages: 0, bytes: 0 };
  let cancel: (() => void) | null = null;
  const roomForAll = (): boolean => all.messages < ALL_MESSAGES && all.bytes < ALL_BYTES;
  function roomFor(client: Client): boolean {
    const window = windows.get(client);
    return !window || (window.messages < WINDOW_MESSAGES && window.bytes < WINDOW_BYTES);
  }
  function refresh(): void {
    for (const client of windows.keys()) keepAlive(client);
    for (const client of stalled) keepAlive(client);
  }
  /** What these read counts at once: so many go on as there is room for. */
  function resume(): void {
    for (const client of stalled) {
      if (!roomForAll()) return;
      if (!roomFor(client)) continue;
      stalled.delete(client);
      if (!client.closed) client.conn.emit('readable');
    }
  }
  return {
    enter(client, bytes) {
      const window = windows.get(client);
      if (window) {
        window.messages += 1;
        window.bytes += bytes;
      } else windows.set(client, { messages: 1, bytes });
      all.messages += 1;
      all.bytes += bytes;
      cancel ??= clock.every(ALIVE_MS, refresh);
    },
    leave(client, bytes) {
      const window = windows.get(client);
      if (!window) return;
      all.messages -= 1;
      all.bytes -= bytes;
      window.messages -= 1;
      window.bytes -= bytes;
      if (window.messages === 0) windows.delete(client);
      if (stalled.size > 0 && (window.messages === 0 || window.messages === WINDOW_MESSAGES >> 1)) resume();
      if (windows.size > 0 || stalled.size > 0) return;
      cancel?.();
      cancel = null;
    },
    mayRead(client) {
      if (roomFor(client) && roomForAll()) return true;
      stalled.add(client);
      return false;
    },
    stop() {
      cancel?.();
      cancel = null;
      windows.clear();
      stalled.clear();
    },
  };
}
