import type { TestEvents } from '../test-events.ts';
import type { WorkerLink } from './worker-link.ts';

/** The main thread's half of the test events. */
export function createTestEventsClient(link: WorkerLink): TestEvents {
  return {
    list: (name) => link.call('test-events.list', { name }),
    async save(event) {
      // a view on a shared pool would take all of the pool to the thread
      await link.call('test-events.save', { ...event, payload: Uint8Array.from(event.payload) });
    },
    remove: (name, event) => link.call('test-events.remove', { name, event }),
  };
}
