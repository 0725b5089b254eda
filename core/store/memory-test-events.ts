import { testEventRefusal } from './function-rules.ts';
import type { TestEvent, TestEvents } from './test-events.ts';

/** Test events without a disk: for tests. */
export function createMemoryTestEvents(): TestEvents {
  const functions = new Map<string, Map<string, TestEvent>>();
  const eventsOf = (name: string): Map<string, TestEvent> => functions.get(name) ?? new Map();
  return {
    list: async (name) => [...eventsOf(name).values()].sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name))),
    async save(event) {
      const kept = eventsOf(event.function);
      const refusal = testEventRefusal(event, kept.size - (kept.has(event.name) ? 1 : 0));
      if (refusal) throw refusal;
      kept.set(event.name, { ...event, payload: Uint8Array.from(event.payload) });
      functions.set(event.function, kept);
    },
    remove: async (name, event) => eventsOf(name).delete(event),
  };
}
