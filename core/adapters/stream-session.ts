import { GatewayError } from '../base/errors.ts';
import type { LinkConfig } from '../contract/document/links.ts';
import type { ByteLink } from '../transports/byte-port.ts';
import type { AdapterContext, AdapterSession } from './adapter.ts';

/** What a protocol without questions does with the bytes that come. */
export interface StreamListener {
  /** A throw ends the session with what was thrown. */
  hear(chunk: Uint8Array): void;
  /** Timers are cancelled here. */
  stop(): void;
  /** What a person may ask of the device, where it takes commands. */
  readonly act?: AdapterSession['act'];
  /** Asks at once, where the device is asked now and then. */
  readonly readNow?: AdapterSession['readNow'];
}

/** A session that listens: for devices that send by themselves. `port` is for those that take commands besides. */
export async function openStream(
  device: { readonly id: string; readonly link: LinkConfig },
  context: AdapterContext,
  signal: AbortSignal,
  createListener: (port: ByteLink) => StreamListener,
): Promise<AdapterSession> {
  const port = await context.links.open(device.link, signal, device.id);
  const listener = createListener(port);
  let fault: Error | undefined;
  const stopHearing = port.onData((chunk) => {
    try {
      listener.hear(chunk);
    } catch (cause) {
      fault ??= cause instanceof Error ? cause : new GatewayError('gateway/internal', String(cause));
      stopHearing();
      void port.close();
    }
  });
  const closed = port.closed.then((why) => {
    listener.stop();
    return fault ?? why;
  });
  return {
    closed,
    close: () =>
      port
        .close()
        .then(() => closed)
        .then(() => {}),
    ...(listener.act && { act: listener.act }),
    ...(listener.readNow && { readNow: listener.readNow }),
  };
}
