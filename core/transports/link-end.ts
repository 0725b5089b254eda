import { createEmitter } from '../base/emitter.ts';
import { GatewayError } from '../base/errors.ts';
import type { ByteLink } from './byte-port.ts';

/** What a driver does for a link; `createLinkEnd` keeps the contract of `ByteLink` around it. */
export interface LinkDriver {
  write(bytes: Uint8Array): Promise<void>;
  /** Releases the port. Called once; what it rejects with does not matter to anybody. */
  release(): Promise<void>;
}

export interface LinkEnd {
  readonly link: ByteLink;
  /** Bytes came in. */
  heard(chunk: Uint8Array): void;
  /** The link broke by itself: settles `closed` with the fault and lets go of the port. */
  broke(fault: GatewayError): void;
}

/** The part that all links share: listeners, writing only while open, and `closed` settling exactly once. */
export function createLinkEnd(label: string, driver: LinkDriver): LinkEnd {
  const data = createEmitter<Uint8Array>();
  const { promise: closed, resolve } = Promise.withResolvers<Error | undefined>();
  let ended: Promise<void> | undefined;
  let fault: GatewayError | undefined;
  function end(why: GatewayError | undefined): Promise<void> {
    if (!ended) {
      fault = why;
      ended = driver.release().catch(() => {});
      void ended.then(() => resolve(why));
    }
    return ended;
  }
  const link: ByteLink = {
    label,
    onData: (listener) => data.on(listener),
    async write(bytes, signal) {
      signal?.throwIfAborted();
      if (ended) throw fault ?? new GatewayError('link/closed', `${label}: the connection is closed`);
      try {
        await driver.write(bytes);
      } catch (cause) {
        if (fault) throw fault;
        throw cause instanceof GatewayError ? cause : new GatewayError('link/lost', `${label}: writing failed`, { cause });
      }
    },
    closed,
    close: () => end(undefined),
  };
  return {
    link,
    heard(chunk) {
      if (!ended) data.emit(chunk);
    },
    broke(why) {
      void end(why);
    },
  };
}
