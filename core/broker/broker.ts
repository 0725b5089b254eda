import type { Service } from '../base/service.ts';
import type { Message } from '../contract/message.ts';
import type { SessionView } from '../contract/outbox-views.ts';
import type { FaultView } from '../contract/views.ts';

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

/** Target `local`, a `Sink` that needs no route: publishes to the clients. */
export interface LocalSink {
  readonly durable: boolean;
  /** Resolves when what sessions and late subscribers are to have is on disk; what cannot be kept there is counted. */
  deliver(batch: readonly Message[]): Promise<void> | undefined;
}

/**
 * The MQTT broker for client devices on site. Clients exchange messages among themselves as with any broker; what crosses to
 * another party goes through the router. A QoS 1 publish is acknowledged when the router has accepted it and it is on disk for
 * every session that is to have it.
 */
export interface LocalBroker extends Service {
  readonly sink: LocalSink;
  status(): BrokerStatus;
  /** What is remembered of clients that asked for it, here or away. */
  sessions(): readonly SessionView[];
  /** Forgets a client's session and ends its connection. Rejects with `broker/unknown-session`. */
  forget(id: string): Promise<void>;
  /** What is retained on topics that match the filter; the payloads must not be changed. */
  retained(filter: string): readonly { readonly topic: string; readonly payload: Uint8Array }[];
  onChanged(listener: () => void): () => void;
}
