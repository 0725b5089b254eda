import { createEmitter } from '../base/emitter.ts';
import type { Spool, SpoolEntry } from './spool.ts';

export interface MemorySpoolState {
  readonly entries: Map<number, SpoolEntry>;
  lastId: number;
  appended: number;
  acknowledged: number;
}

/** What a memory spool "has on disk": hand the same state to a new spool to open it again. */
export const createMemorySpoolState = (): MemorySpoolState => ({ entries: new Map(), lastId: 0, appended: 0, acknowledged: 0 });

/** The spool's rules without a disk, for tests and for trying things out. Keeps nothing beyond the process; not bounded. */
export function createMemorySpool(state: MemorySpoolState = createMemorySpoolState()): Spool {
  const appended = createEmitter<void>();
  let bytes = 0;
  for (const { message } of state.entries.values()) bytes += message.payload.byteLength;
  return {
    async append(messages) {
      if (messages.length === 0) return 0;
      const first = state.lastId + 1;
      for (const message of messages) {
        state.lastId += 1;
        state.entries.set(state.lastId, { id: state.lastId, message: { ...message, payload: message.payload.slice() } });
        bytes += message.payload.byteLength;
      }
      state.appended += messages.length;
      appended.emit();
      return first;
    },
    async peek(after, limit, maxBytes) {
      const page: SpoolEntry[] = [];
      let size = 0;
      for (const entry of state.entries.values()) {
        if (entry.id <= after) continue;
        size += entry.message.payload.byteLength;
        if (page.length >= limit || (page.length > 0 && size > maxBytes)) break;
        page.push(entry);
      }
      return page;
    },
    async ack(ids) {
      for (const id of ids) {
        const entry = state.entries.get(id);
        if (!entry) continue;
        state.entries.delete(id);
        bytes -= entry.message.payload.byteLength;
        state.acknowledged += 1;
      }
    },
    stats() {
      const [oldest] = state.entries.values();
      return {
        count: state.entries.size,
        bytes,
        oldestAt: oldest?.message.at.wallMs ?? null,
        appended: state.appended,
        acknowledged: state.acknowledged,
        dropped: 0,
      };
    },
    onAppended: (listener) => appended.on(listener),
  };
}
