import type { MqttClientEvent, MqttHeard, MqttTraffic } from '../../core/adapters/mqtt-traffic.ts';
import { createEmitter } from '../../core/base/emitter.ts';
import { topicMatches } from '../../core/router/topics.ts';

export interface FakeMqttTraffic extends MqttTraffic {
  readonly published: { readonly topic: string; readonly payload: Uint8Array; readonly retain: boolean }[];
  /** A client publishes. */
  say(topic: string, payload: string | Uint8Array, how?: { client?: string; retain?: boolean; own?: true }): void;
  connect(client: string): void;
  leave(client: string): void;
  readonly listeners: number;
}

/** Clients of a local broker, without one. */
export function createFakeMqttTraffic(): FakeMqttTraffic {
  const heard = createEmitter<MqttHeard>((cause) => {
    throw cause; // a listener must not throw
  });
  const events = createEmitter<MqttClientEvent>();
  const there = new Set<string>();
  const published: FakeMqttTraffic['published'] = [];
  return {
    published,
    onMessage: (filter, listener, client) =>
      heard.on((one) => topicMatches(filter, one.topic) && (client === undefined || client === one.client) && listener(one)),
    onClient: (listener) => events.on(listener),
    clients: () => [...there].map((id) => ({ id, address: '127.0.0.1:1', since: 0 })),
    async publish(topic, payload, { retain }) {
      published.push({ topic, payload, retain });
    },
    say(topic, payload, { client = 'c', retain = false, own } = {}) {
      const bytes = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload;
      heard.emit({ topic, payload: bytes, retain, client, at: 5, heardAt: 0, ...(own && { own }) });
    },
    connect(client) {
      there.add(client);
      events.emit({ kind: 'connected', client });
    },
    leave(client) {
      there.delete(client);
      events.emit({ kind: 'gone', client });
    },
    get listeners() {
      return heard.size + events.size;
    },
  };
}
