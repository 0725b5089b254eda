import type { Aedes, Client, PublishPacket } from 'aedes';
import { sessionStore } from './aedes-inside.ts';

/** What waits for one client that is away, what is retained in all, and how many sessions may be left behind. */
export interface MemoryLimits {
  readonly sessionMessages: number;
  readonly sessionBytes: number;
  readonly retainedTopics: number;
  readonly retainedBytes: number;
}

export const MEMORY_LIMITS: MemoryLimits = {
  sessionMessages: 1000,
  sessionBytes: 16 * 1024 * 1024,
  retainedTopics: 10_000,
  retainedBytes: 64 * 1024 * 1024,
};

const sizeOf = ({ topic, payload }: PublishPacket): number => topic.length + payload.length;

interface Held {
  messages: number;
  bytes: number;
}

/**
 * Bounds what the session store keeps per persistent session: a session whose client never comes back would otherwise take all
 * memory in the end. When full, the newest message is not kept for that client, and `onDropped` is called.
 */
export function limitSessions(broker: Aedes, limits: MemoryLimits, onDropped: () => void): void {
  const store = sessionStore(broker);
  if (!store) return;
  const held = new Map<string, Held>();
  const enqueue = store.outgoingEnqueueCombi.bind(store);
  const clear = store.outgoingClearMessageId.bind(store);
  function take(clientId: string, bytes: number): boolean {
    const now = held.get(clientId) ?? { messages: 0, bytes: 0 };
    if (now.messages >= limits.sessionMessages || now.bytes + bytes > limits.sessionBytes) {
      onDropped();
      return false;
    }
    now.messages += 1;
    now.bytes += bytes;
    held.set(clientId, now);
    return true;
  }
  store.outgoingEnqueueCombi = (subs, packet) => {
    const bytes = sizeOf(packet);
    return enqueue(
      subs.filter(({ clientId }) => take(clientId, bytes)),
      packet,
    );
  };
  store.outgoingClearMessageId = async (client, packet) => {
    const gone = await clear(client, packet);
    const now = gone && held.get(client.id);
    if (now) {
      now.messages -= 1;
      now.bytes -= gone.topic === undefined ? 0 : sizeOf(gone);
      if (now.messages <= 0) held.delete(client.id);
    }
    return gone;
  };
}

/** Says whether one more retained message may be kept; empty payloads take one away (MQTT 3.1.1 section 3.3.1.3). */
export function createRetainedLimit(limits: MemoryLimits): (packet: PublishPacket) => boolean {
  const sizes = new Map<string, number>();
  let bytes = 0;
  return (packet) => {
    const { topic, payload } = packet;
    const before = sizes.get(topic) ?? 0;
    if (payload.length === 0) {
      sizes.delete(topic);
      bytes -= before;
      return true;
    }
    const after = bytes - before + sizeOf(packet);
    if (after > limits.retainedBytes || (before === 0 && sizes.size >= limits.retainedTopics)) return false;
    sizes.set(topic, sizeOf(packet));
    bytes = after;
    return true;
  };
}

/** The ids of persistent sessions, whether their client is here or away. */
export interface Sessions {
  seen(client: Client): void;
  has(id: string): boolean;
  readonly size: number;
}

export function createSessions(): Sessions {
  const ids = new Set<string>();
  return {
    seen(client) {
      if (client.clean) ids.delete(client.id);
      else ids.add(client.id);
    },
    has: (id) => ids.has(id),
    get size() {
      return ids.size;
    },
  };
}
