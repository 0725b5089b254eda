import type { MqttClientEvent, MqttHeard, MqttTraffic } from '../adapters/mqtt-traffic.ts';
import type { Clock } from '../base/clock.ts';
import { createEmitter } from '../base/emitter.ts';
import { GatewayError } from '../base/errors.ts';
import type { LocalBroker } from '../broker/broker.ts';
import type { Message } from '../contract/message.ts';
import type { Router } from '../router/router.ts';
import { createTopicListeners } from './topic-listeners.ts';

interface Listener {
  readonly filter: string;
  hear(heard: MqttHeard): void;
}

/** The broker may be late: its port may be taken for a while. */
const BROKER_LOOK_MS = 500;
/** Clients that come in crowds are looked at together. */
const CLIENTS_MS = 100;

type Client = ReturnType<MqttTraffic['clients']>[number];

/**
 * The local broker as adapters see it: messages by a tap on the router, clients by the broker's own list. Costs the message path nothing
 * while nobody listens, and one look-up for each message otherwise.
 */
export function createMqttTraffic(deps: {
  readonly clock: Clock;
  readonly router: Pick<Router, 'tap'>;
  broker(): Pick<LocalBroker, 'status' | 'onChanged' | 'retained'> | null;
  publish(topic: string, payload: Uint8Array, how: { readonly qos: 0 | 1; readonly retain: boolean }): Promise<void>;
}): MqttTraffic {
  const { clock } = deps;
  const listeners = createTopicListeners<Listener>();
  /** Those to whom what is retained is still to be given. */
  const fresh = new Set<Listener>();
  const events = createEmitter<MqttClientEvent>();
  let known = new Map<string, Client>();
  let last: Message | undefined;
  let stopTap = (): void => {};
  let stopLooking = (): void => {};
  let stopBroker: (() => void) | undefined;
  let cancelDiff: (() => void) | undefined;
  /** Calls of `publish` that are handing a message to the router: what the tap hears meanwhile is our own. */
  let publishing = 0;

  function tap(message: Message): void {
    if (message === last || message.source.kind !== 'client') return; // once for each of its edges
    last = message;
    const hearing = listeners.match(message.topic, message.source.id);
    if (hearing.length === 0) return;
    const { topic, payload, retain, source, at } = message;
    const said = { topic, payload, retain, client: source.id, at: at.wallMs, heardAt: at.monoMs };
    const heard: MqttHeard = publishing > 0 ? { ...said, own: true } : said;
    for (const { hear } of hearing) hear(heard);
  }

  function catchUp(): void {
    const broker = deps.broker();
    if (!broker) return;
    for (const listener of fresh) {
      fresh.delete(listener);
      for (const { topic, payload } of broker.retained(listener.filter)) {
        if (!listeners.has(listener)) break;
        listener.hear({ topic, payload, retain: true, client: '', at: clock.now(), heardAt: clock.monotonic() });
      }
    }
  }
  function diffClients(): void {
    cancelDiff = undefined;
    const now = new Map((deps.broker()?.status().clients ?? []).map((one) => [one.id, one]));
    const before = known;
    known = now;
    for (const [client, { since }] of before) if (now.get(client)?.since !== since) events.emit({ kind: 'gone', client });
    for (const [client, { since }] of now) if (before.get(client)?.since !== since) events.emit({ kind: 'connected', client });
  }
  /** True when the broker is there and listened to. */
  function attach(): boolean {
    const broker = deps.broker();
    if (!broker) return false;
    if (!stopBroker) {
      known = new Map(broker.status().clients.map((one) => [one.id, one]));
      for (const client of known.keys()) events.emit({ kind: 'connected', client });
      stopBroker = broker.onChanged(() => {
        cancelDiff ??= clock.after(CLIENTS_MS, diffClients);
      });
    }
    catchUp();
    return true;
  }
  function look(): void {
    stopLooking();
    if ((listeners.size === 0 && events.size === 0) || attach()) return;
    stopLooking = clock.every(BROKER_LOOK_MS, () => {
      if (attach()) stopLooking();
    });
  }
  /** Nobody listens any more: nothing is left running. */
  function rest(): void {
    if (listeners.size === 0) {
      stopTap();
      stopTap = () => {};
      last = undefined;
    }
    if (listeners.size > 0 || events.size > 0) return;
    stopLooking();
    stopBroker?.();
    stopBroker = undefined;
    cancelDiff?.();
    cancelDiff = undefined;
  }

  return {
    onMessage(filter, hear, client) {
      const listener: Listener = { filter, hear };
      if (listeners.size === 0) stopTap = deps.router.tap(tap);
      listeners.add(listener, filter, client);
      if (client === undefined) fresh.add(listener);
      queueMicrotask(look); // not before this call has returned, and before any message can come
      return () => {
        if (!listeners.delete(listener)) return;
        fresh.delete(listener);
        rest();
      };
    },
    onClient(listener) {
      const stop = events.on(listener);
      queueMicrotask(look);
      return () => {
        stop();
        rest();
      };
    },
    clients: () => deps.broker()?.status().clients ?? [],
    async publish(topic, payload, how) {
      if (!deps.broker())
        throw new GatewayError('broker/not-open', `"${topic}" cannot be published: the local broker is not open`);
      let published: Promise<void>;
      publishing += 1;
      try {
        published = deps.publish(topic, payload, how); // it reaches the tap within this call
      } finally {
        publishing -= 1;
      }
      await published;
    },
  };
}
