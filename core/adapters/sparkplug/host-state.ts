import { createBackoff } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { MqttHeard, MqttTraffic } from '../mqtt-traffic.ts';

interface HostDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly mqtt: MqttTraffic;
  readonly random: () => number;
}

/** The broker may open late, or its disk be full. */
const AGAIN = { firstMs: 1000, maxMs: 15_000 };
/** What somebody else has said must have reached the nodes first; and they may say it again and again. */
const CONTRADICT = { firstMs: 100, everyMs: 1000 };
/** A device that is only opened anew must not make every node leave and come back. */
const LINGER_MS = 3000;

function saysOffline({ payload }: MqttHeard): boolean {
  try {
    const said: unknown = JSON.parse(new TextDecoder().decode(payload));
    return typeof said === 'object' && said !== null && 'online' in said && said.online === false;
  } catch {
    return false;
  }
}

/**
 * Says on `spBv1.0/STATE/<host>`, retained, that this host application is there (Eclipse Sparkplug 3.0, host-topic-phid-birth-payload),
 * until the returned function is called. What says otherwise, such as the will of an earlier host of this name, is contradicted
 * (message-flow-hid-sparkplug-state-message-delivered). There is no last will: the broker is part of the gateway, so that with the gateway
 * the nodes lose their broker, which tells them the same.
 */
function createHostState({ clock, log, mqtt, random }: HostDeps, host: string): () => void {
  const topic = `spBv1.0/STATE/${host}`;
  const backoff = createBackoff(AGAIN, random);
  let ended = false;
  let saidAt = Number.NEGATIVE_INFINITY;
  let cancel = (): void => {};

  function later(ms: number): void {
    cancel();
    cancel = clock.after(ms, () => void say(true));
  }
  async function say(online: boolean): Promise<void> {
    saidAt = clock.monotonic();
    const payload = new TextEncoder().encode(JSON.stringify({ online, timestamp: clock.now() }));
    try {
      await mqtt.publish(topic, payload, { qos: 1, retain: true });
      backoff.reset();
    } catch (cause) {
      log.debug('sparkplug.host-state-not-said', { host, online, cause });
      if (!ended) later(backoff.next());
    }
  }
  const stopHearing = mqtt.onMessage(topic, (heard) => {
    if (heard.own || !saysOffline(heard)) return;
    later(Math.max(CONTRADICT.firstMs, saidAt + CONTRADICT.everyMs - clock.monotonic()));
  });
  void say(true);
  return () => {
    ended = true;
    stopHearing();
    cancel();
    void say(false);
  };
}

interface Shared {
  users: number;
  readonly end: () => void;
  cancelEnd(): void;
}
const shared = new WeakMap<MqttTraffic, Map<string, Shared>>();

/** The gateway is this host application while anybody needs it to be. Call the returned function when done. */
export function joinHost(deps: HostDeps, host: string): () => void {
  const all = shared.get(deps.mqtt) ?? new Map<string, Shared>();
  shared.set(deps.mqtt, all);
  const held = all.get(host) ?? { users: 0, end: createHostState(deps, host), cancelEnd: () => {} };
  all.set(host, held);
  held.cancelEnd();
  held.users += 1;
  let left = false;
  return () => {
    if (left) return;
    left = true;
    held.users -= 1;
    if (held.users > 0) return;
    held.cancelEnd = deps.clock.after(LINGER_MS, () => {
      all.delete(host);
      held.end();
    });
  };
}
