import { createEmitter } from '../base/emitter.ts';
import type { FailedEvents, StoredFailedEvent } from './failed-events.ts';
import { FAILED_BOUNDS, type FailedBounds, failedBytes } from './function-rules.ts';

/** The functions' dead letters without a disk: for tests, and for functions that run without a gateway. */
export function createMemoryFailedEvents(bounds: FailedBounds = FAILED_BOUNDS): FailedEvents {
  const changes = createEmitter<void>();
  const kept = new Map<number, StoredFailedEvent>();
  let last = 0;
  let bytes = 0;
  function remove(event: StoredFailedEvent): void {
    kept.delete(event.id);
    bytes -= failedBytes(event);
  }
  function evict(): void {
    for (const event of kept.values()) {
      if (kept.size <= bounds.events && bytes <= bounds.bytes) return;
      remove(event);
    }
  }
  return {
    async add(events) {
      for (const event of events) {
        last += 1;
        const own = { ...event, id: last, message: { ...event.message, payload: Uint8Array.from(event.message.payload) } };
        kept.set(last, own);
        bytes += failedBytes(own);
      }
      evict();
      if (events.length > 0) changes.emit();
    },
    list: async (name, before, limit) =>
      [...kept.values()]
        .filter((event) => (name === null || event.function === name) && event.id < (before ?? Infinity))
        .toReversed()
        .slice(0, limit),
    get: async (id) => kept.get(id) ?? null,
    async take(name, ids, code) {
      const wanted = ids === null ? null : new Set(ids);
      const taken = [...kept.values()].filter(
        (event) =>
          event.function === name && (wanted === null || wanted.has(event.id)) && (code === undefined || event.code === code),
      );
      for (const event of taken) remove(event);
      if (taken.length > 0) changes.emit();
      return taken;
    },
    counts() {
      const counts = new Map<string, number>();
      for (const event of kept.values()) counts.set(event.function, (counts.get(event.function) ?? 0) + 1);
      return counts;
    },
    onChanged: (listener) => changes.on(listener),
  };
}
