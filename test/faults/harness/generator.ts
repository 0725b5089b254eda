import type { Chance } from './chance.ts';
import { type ClientEvent, createClient } from './client.ts';
import type { Promises } from './ledger.ts';

/** All client devices of a site. */
export interface Generator {
  /** Messages a second of all clients together. */
  setRate(perS: number): void;
  readonly unanswered: number;
  /** Resolves after the `nth` next event of this kind. */
  next(event: ClientEvent, nth?: number): Promise<void>;
  /** The longest time without an acknowledgement, in ms, while messages were offered. */
  readonly longestSilenceMs: number;
  close(): void;
}

/** Windows from one message at a time to many; most acknowledge by QoS 1. */
const CLIENTS = [
  { name: 'alone', qos: 1, window: 1 },
  { name: 'pump', qos: 1, window: 8 },
  { name: 'meter', qos: 1, window: 32 },
  { name: 'flood', qos: 1, window: 64 },
  { name: 'once', qos: 2, window: 8 },
] as const;

export function createGenerator(port: number, promises: Promises, chance: Chance, maxBytes: number): Generator {
  const waiting = new Set<{ readonly event: ClientEvent; left: number; readonly resolve: () => void }>();
  let lastAt = performance.now();
  let longest = 0;
  let rate = 0;
  function on(event: ClientEvent): void {
    if (event === 'acknowledged') {
      const now = performance.now();
      longest = Math.max(longest, now - lastAt);
      lastAt = now;
    }
    for (const one of waiting) {
      if (one.event !== event) continue;
      one.left -= 1;
      if (one.left > 0) continue;
      waiting.delete(one);
      one.resolve();
    }
  }
  const clients = CLIENTS.map(({ name, qos, window }) =>
    createClient({ promises, chance: chance.fork(name), on }, { port, name, qos, window, maxBytes }),
  );
  for (const client of clients) client.start();
  return {
    setRate(perS) {
      if (rate === 0) lastAt = performance.now();
      rate = perS;
      for (const client of clients) client.setRate(perS / clients.length);
    },
    get unanswered() {
      return clients.reduce((sum, one) => sum + one.unanswered, 0);
    },
    next: (event, nth = 1) => new Promise((resolve) => waiting.add({ event, left: nth, resolve })),
    get longestSilenceMs() {
      return longest;
    },
    close() {
      for (const client of clients) client.close();
    },
  };
}
