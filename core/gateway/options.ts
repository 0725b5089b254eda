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
  /** Where warnings are printed; null: nowhere. */
  readonly terminal: NodeJS.WritableStream | null;
}
