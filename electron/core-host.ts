import type { Caller } from '../core/api/sources.ts';
import type { Logger } from '../core/base/log.ts';
import type { ClientFrame, ServerFrame, Transport } from '../core/contract/wire.ts';

/** What the shell asks of core; nothing else of the gateway is known here. */
export interface CoreHost {
  /** Serves one console over this transport until the transport is closed. */
  attach(transport: Transport<ServerFrame, ClientFrame>, caller: Caller): void;
  /** Settles everything. Never rejects; the shell does not wait longer than five seconds. */
  stop(): Promise<void>;
}

/** The same settings as the headless gateway's switches. What is absent is core's own default. */
export interface CoreOptions {
  /** Absolute path of the data directory. */
  readonly data: string;
  readonly document?: string;
  /** TCP port of the console for browsers; 0 takes a free one. */
  readonly port?: number;
  readonly mqttPort?: number;
  readonly demo: boolean;
}

/** What core may ask of the window. Core has checked who asks before it calls. */
export interface DesktopControl {
  /** Ends the kiosk: the window may close, core is stopped, the process ends. `by` is the person, for the log. */
  exit(by: string): void;
}

export type StartCore = (options: CoreOptions, desktop: DesktopControl, log: Logger) => Promise<CoreHost>;
