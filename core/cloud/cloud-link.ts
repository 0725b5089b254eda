import type { FaultView, LinkState } from '../contract/views.ts';
import type { SpoolEntry } from '../store/spool.ts';

export interface CloudStatus {
  readonly state: LinkState;
  readonly since: number;
  readonly endpoint: string;
  readonly lastError: FaultView | null;
  readonly attempts: number;
  readonly nextAttemptAt: number | null;
}

export interface CloudMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
}

/** The line to the cloud. Keeps nothing: what must not be lost is in the spool until `publish` resolves. */
export interface CloudLink {
  status(): CloudStatus;
  onStatus(listener: (status: CloudStatus) => void): () => void;
  /**
   * Resolves when the cloud has acknowledged (QoS 1). Rejects with `cloud/offline` or `cloud/ack-timeout` (try again later, the
   * order of calls is the order on the wire) or `cloud/rejected` (never will be taken).
   */
  publish(entry: SpoolEntry, signal: AbortSignal): Promise<void>;
  /** The topic filters wanted from the cloud; subscribed now and after every reconnect. */
  setFilters(filters: readonly string[]): void;
  onMessage(listener: (message: CloudMessage) => Promise<void> | void): () => void;
}
