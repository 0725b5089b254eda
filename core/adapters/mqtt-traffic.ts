/** A message of a client of the local broker. */
export interface MqttHeard {
  readonly topic: string;
  /** A view on all that came with it in one read: who keeps it keeps a copy. */
  readonly payload: Uint8Array;
  readonly retain: boolean;
  /** The client that published it; empty where it is not known (retained from before). */
  readonly client: string;
  /** The gateway has published it itself, by `publish`. */
  readonly own?: true;
  /** Wall time in ms, and monotonic. */
  readonly at: number;
  readonly heardAt: number;
}

export interface MqttClientEvent {
  readonly kind: 'connected' | 'gone';
  readonly client: string;
}

/** The local broker, as adapters see it; the composition root connects it to router and broker. */
export interface MqttTraffic {
  /**
   * Messages of clients on topics that match; what is retained comes first. With `client` only those of this client, and so nothing that
   * is retained, as nobody knows from whom that is. A listener must not throw.
   */
  onMessage(filter: string, listener: (heard: MqttHeard) => void, client?: string): () => void;
  onClient(listener: (event: MqttClientEvent) => void): () => void;
  clients(): readonly { readonly id: string; readonly address: string; readonly since: number }[];
  /** To the clients, as the gateway. Rejects with `router/*` or `broker/*`; `broker/not-open` where there is no broker. */
  publish(topic: string, payload: Uint8Array, options: { readonly qos: 0 | 1; readonly retain: boolean }): Promise<void>;
}
