import type { LinkConfig } from '../contract/document/links.ts';

/** Modem lines of a serial port: what the other side sets. */
export interface ModemLines {
  readonly cts: boolean;
  readonly dsr: boolean;
  readonly dcd: boolean;
}

/** What only a serial port can do, here or behind RFC 2217. Everything rejects with `link/not-supported` where the driver cannot (a pseudo terminal). */
export interface SerialControls {
  /** Sets what is named, leaves the rest. */
  set(lines: { readonly dtr?: boolean | undefined; readonly rts?: boolean | undefined }): Promise<void>;
  lines(): Promise<ModemLines>;
  sendBreak(ms: number): Promise<void>;
  /** Waits until what was written has left the port. */
  drain(): Promise<void>;
}

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
  /** Absent where the link is no serial port. */
  readonly serial?: SerialControls;
}

/** Opens links by their configuration; a line that a tool has claimed is refused with `link/claimed`. Rejects with a GatewayError of `link/*` that names the port and the remedy. */
export interface ByteLinks {
  /** `user` is who opens it, for the screen: a device's id. */
  open(config: LinkConfig, signal: AbortSignal, user?: string): Promise<ByteLink>;
}
