import type { Clock } from '../base/clock.ts';
import type { PortRoots } from '../transports/ports/port-book.ts';

/** What the gateway is started with, by `gatehouse start` and by `npm start`. */
export interface StartOptions {
  /** The data directory. */
  readonly data: string;
  /** A deployment document to apply at the start; without it, what ran last goes on. */
  readonly document?: string;
  /** Port of the console on this machine; 0 takes a free one. Without it: the settings, else 8080. */
  readonly port?: number;
  /** Port of the local MQTT broker; 0 takes a free one. Without it: the settings, else 1883. */
  readonly mqttPort?: number;
  /** No window. */
  readonly headless: boolean;
  /** The window fills the screen and cannot be left. */
  readonly kiosk: boolean;
  /** The demo site runs where nothing else was ever deployed. */
  readonly demo: boolean;
}

/** What core may ask of the window that shows the console. */
export interface Desktop {
  /** Ends the kiosk: the window closes, the gateway is stopped, the process ends. */
  exit(by: string): void;
}

/** How a gateway is started, from the command line or from Electron. */
export interface GatewayOptions {
  readonly data: string;
  /** A deployment document that is applied at the start if it differs from what runs. */
  readonly document?: string | undefined;
  /** The console's port; 0 takes a free one. Left out: the settings, else 8080, else a free one. */
  readonly port?: number | undefined;
  /** Left out: the settings, else 1883. */
  readonly mqttPort?: number | undefined;
  /** Without configuration and document, run the demo site. */
  readonly demo: boolean;
  /** The folder of the built console. */
  readonly rendererDir: string;
  /** The window, where there is one. */
  readonly desktop?: Desktop | undefined;
  /** Another clock than the system's, for tests that let it run faster. */
  readonly clock?: Clock | undefined;
  /** Where serial ports are looked for, for tests. */
  readonly portRoots?: PortRoots | undefined;
  /** Where warnings are printed; null: nowhere. */
  readonly terminal: NodeJS.WritableStream | null;
}
