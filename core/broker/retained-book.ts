import type { SessionChange, StoredRetained } from '../store/sessions.ts';
import { matches } from './fanout.ts';
import type { MemoryLimits } from './memory-limits.ts';
import type { KeptPacket } from './packet-records.ts';

/** The last retained message of each topic. */
export interface RetainedBook {
  load(stored: readonly StoredRetained[]): void;
  /** Whether one more fits; an empty payload takes one away (MQTT 3.1.1 section 3.3.1.3) and always does. */
  mayKeep(packet: KeptPacket): boolean;
  /** Takes effect at once. `undo` puts back what was there, unless something newer has come. */
  set(packet: KeptPacket): { readonly change: SessionChange; undo(): void };
  find(pattern: string): IterableIterator<KeptPacket>;
}

const sizeOf = ({ topic, payload }: KeptPacket): number => topic.length + payload.length;

export function createRetainedBook(limits: Pick<MemoryLimits, 'retainedTopics' | 'retainedBytes'>): RetainedBook {
  const held = new Map<string, KeptPacket>();
  let bytes = 0;
  function put(topic: string, packet: KeptPacket | undefined): void {
    const before = held.get(topic);
    if (before) bytes -= sizeOf(before);
    if (packet === undefined) held.delete(topic);
    else {
      held.set(topic, packet);
      bytes += sizeOf(packet);
    }
  }
  function* find(pattern: string): IterableIterator<KeptPacket> {
    if (!/[+#]/.test(pattern)) {
      const one = held.get(pattern);
      if (one) yield one;
      return;
    }
    const levels = pattern.split('/');
    const hidden = levels[0] === '#' || levels[0] === '+'; // MQTT 3.1.1 section 4.7.2
    for (const [topic, packet] of held) {
      if (!(hidden && topic.startsWith('$')) && matches(levels, topic.split('/'))) yield packet;
    }
  }
  return {
    load(stored) {
      for (const { topic, payload, qos } of stored) {
        const copy = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
        put(topic, { cmd: 'publish', topic, payload: copy, qos, retain: true, dup: false });
      }
    },
    mayKeep(packet) {
      if (packet.payload.length === 0) return true;
      const before = held.get(packet.topic);
      if (!before && held.size >= limits.retainedTopics) return false;
      return bytes - (before ? sizeOf(before) : 0) + sizeOf(packet) <= limits.retainedBytes;
    },
    set(packet) {
      const { topic, payload, qos } = packet;
      const before = held.get(topic);
      // A copy: the payload is a view on all that came with it in one read.
      const bytesOwned = typeof payload === 'string' ? payload : Buffer.from(payload);
      const now = payload.length === 0 ? undefined : { ...packet, payload: bytesOwned };
      put(topic, now);
      const undo = (): void => {
        if (held.get(topic) === now) put(topic, before);
      };
      if (now === undefined) return { change: { kind: 'unretain', topic }, undo };
      return { change: { kind: 'retain', message: { topic, payload: Buffer.from(bytesOwned), qos } }, undo };
    },
    find,
  };
}
