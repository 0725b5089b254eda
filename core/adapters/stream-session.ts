import { GatewayError } from '../base/errors.ts';
import type { LinkConfig } from '../contract/document/links.ts';
import type { AdapterContext, AdapterSession } from './adapter.ts';

/** What a protocol without questions does with the bytes that come. */
export interface StreamListener {
  /** A throw ends the session with what was thrown. */
  hear(chunk: Uint8Array): void;
  /** Timers are cancelled here. */
  stop(): void;
}

/** A session that only listens: for devices that send by themselves. */
export async function openStream(
  link: LinkConfig,
  context: AdapterContext,
  signal: AbortSignal,
  createListener: () => StreamListener,
): Promise<AdapterSession> {
  const port = await context.links.open(link, signal);
  const listener = createListener();
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
  };
}
