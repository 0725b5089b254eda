import type { LinkConfig } from '../contract/document/links.ts';

/**
 * A byte link that is open: serial port, TCP connection, or a simulated wire. Single use: after `closed` make a new one.
 * Implementations always listen for data (a serial port without a listener never reports an unplug).
 */
export interface ByteLink {
  /** For people: `/dev/ttyUSB0, 9600 8N1` or `10.0.0.5:502`. */
  readonly label: string;
  /** Chunks as they come; borders mean nothing. */
  onData(listener: (chunk: Uint8Array) => void): () => void;
  /** Resolves when the bytes are handed to the driver; rejects with `link/closed` or `link/lost`. */
  write(bytes: Uint8Array, signal?: AbortSignal): Promise<void>;
  /** Resolves, never rejects, once: undefined after `close()`, the fault (GatewayError `link/*`) when the link broke. */
  readonly closed: Promise<Error | undefined>;
  close(): Promise<void>;
}

/** Opens links by their configuration. Rejects with a GatewayError of `link/*` that names the port and the remedy. */
export interface ByteLinks {
  open(config: LinkConfig, signal: AbortSignal): Promise<ByteLink>;
}
