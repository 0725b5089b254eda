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

const HELD_BYTES = 65_536;

/**
 * The part that all links share: listeners, writing only while open, and `closed` settling exactly once. What comes before there is a
 * first listener (a greeting, the first sentence) is held for it, up to 64 KiB; beyond that the newest bytes are dropped.
 */
export function createLinkEnd(label: string, driver: LinkDriver): LinkEnd {
  const data = createEmitter<Uint8Array>();
  const { promise: closed, resolve } = Promise.withResolvers<Error | undefined>();
  let ended: Promise<void> | undefined;
  let fault: GatewayError | undefined;
  let held: Uint8Array[] | undefined = [];
  let heldBytes = 0;
  /** Ends of the writes under way: a driver whose port is torn may never say how they went. */
  const tear = new Set<() => void>();
  const gone = (): GatewayError => fault ?? new GatewayError('link/closed', `${label}: the connection is closed`);
  function deliverHeld(): void {
    const chunks = ended ? [] : (held ?? []);
    held = undefined;
    for (const chunk of chunks) data.emit(chunk);
  }
  function end(why: GatewayError | undefined): Promise<void> {
    if (!ended) {
      fault = why;
      ended = driver.release().catch(() => {});
      for (const writing of [...tear]) writing();
      void ended.then(() => resolve(why));
    }
    return ended;
  }
  const link: ByteLink = {
    label,
    onData(listener) {
      if (held && data.size === 0) queueMicrotask(deliverHeld);
      return data.on(listener);
    },
    async write(bytes, signal) {
      signal?.throwIfAborted();
      if (ended) throw gone();
      const torn = Promise.withResolvers<never>();
      const writing = (): void => torn.reject(gone());
      tear.add(writing);
      try {
        await Promise.race([driver.write(bytes), torn.promise]);
      } catch (cause) {
        if (fault) throw fault;
        throw cause instanceof GatewayError ? cause : new GatewayError('link/lost', `${label}: writing failed`, { cause });
      } finally {
        tear.delete(writing);
      }
    },
    closed,
    close: () => end(undefined),
  };
  return {
    link,
    heard(chunk) {
      if (ended) return;
      if (!held) data.emit(chunk);
      else if (heldBytes + chunk.length <= HELD_BYTES) {
        heldBytes += chunk.length;
        held.push(chunk);
      }
    },
    broke(why) {
      void end(why);
    },
  };
}
