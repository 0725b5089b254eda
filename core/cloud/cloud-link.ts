import type { FaultView, LinkState } from '../contract/views.ts';

export interface CloudStatus {
  readonly state: LinkState;
  readonly since: number;
  readonly endpoint: string;
  readonly lastError: FaultView | null;
  readonly attempts: number;
  readonly nextAttemptAt: number | null;
}

/** A message from the cloud. */
export interface CloudMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  /** So many ms from now it is worth nothing (MQTT 5); absent: for ever. */
  readonly expiryMs?: number;
}

/** A message to the cloud, QoS 1. Properties travel with MQTT 5 only. */
export interface Outgoing {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly retain: boolean;
  /** User properties. */
  readonly properties: Readonly<Record<string, string>>;
  readonly contentType?: string;
  /** The cloud may drop it after so many seconds. */
  readonly expiryS?: number;
}

/** The line to the cloud. Keeps nothing: what must not be lost is in the spool until `publish` resolves. */
export interface CloudLink {
  status(): CloudStatus;
  onStatus(listener: (status: CloudStatus) => void): () => void;
  /**
   * Resolves when the cloud has acknowledged (QoS 1). Rejects with `cloud/offline`, `cloud/ack-timeout` or `cloud/declined` (try
   * again later, the order of calls is the order on the wire) or `cloud/rejected` (never will be taken; `details.topic` where every
   * message on this topic is refused).
   */
  publish(message: Outgoing, signal: AbortSignal): Promise<void>;
  /** Messages without an acknowledgement that the cloud allows at a time (MQTT 5 receive maximum). */
  receiveMaximum(): number;
  /** When this gateway's own certificate ends, wall ms; null where there is none or it was not read yet. */
  certificateEnds(): number | null;
  /** The topic filters wanted from the cloud; subscribed now and after every reconnect. */
  setFilters(filters: readonly string[]): void;
  onMessage(listener: (message: CloudMessage) => Promise<void> | void): () => void;
}
