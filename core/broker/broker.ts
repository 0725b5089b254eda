import type { Service } from '../base/service.ts';
import type { FaultView } from '../contract/views.ts';
import type { Sink } from '../router/sink.ts';

export interface BrokerStatus {
  /** null until it listens. */
  readonly port: number | null;
  readonly clients: readonly {
    readonly id: string;
    readonly address: string;
    readonly since: number;
    readonly subscriptions: number;
  }[];
  readonly lastFault: FaultView | null;
}

/**
 * The MQTT broker for client devices on site. Clients exchange messages among themselves as with any broker; what crosses to
 * another party goes through the router. A QoS 1 publish is acknowledged when the router has accepted it.
 */
export interface LocalBroker extends Service {
  /** Target `local`: publishes to the clients. */
  readonly sink: Sink;
  status(): BrokerStatus;
  onChanged(listener: () => void): () => void;
}
