import { createEmitter } from '../../core/base/emitter.ts';
import { GatewayError } from '../../core/base/errors.ts';
import type { LinkConfig } from '../../core/contract/document/links.ts';
import type { ByteLink, ByteLinks } from '../../core/transports/byte-port.ts';

/** A link whose far end is the test. */
export interface FakeLink {
  readonly link: ByteLink;
  /** All that was written, oldest first. */
  readonly written: Uint8Array[];
  /** Bytes come in. */
  hear(bytes: Uint8Array | readonly number[] | string): void;
  /** The cable is pulled. */
  lose(): void;
  /** Called with each write; what it gives back is heard at once after it. */
  answer: (written: Uint8Array) => Uint8Array | readonly number[] | undefined;
  readonly open: boolean;
}

export function createFakeLink(label = 'fake port'): FakeLink {
  const data = createEmitter<Uint8Array>();
  const closed = Promise.withResolvers<Error | undefined>();
  let open = true;
  const fake = {
    written: [] as Uint8Array[],
    hear(bytes: Uint8Array | readonly number[] | string) {
      data.emit(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : Uint8Array.from(bytes));
    },
    lose() {
      open = false;
      closed.resolve(new GatewayError('link/lost', `${label}: unplugged`));
    },
    answer: (_written: Uint8Array): Uint8Array | readonly number[] | undefined => undefined,
    get open() {
      return open;
    },
    link: {
      label,
      onData: (listener: (chunk: Uint8Array) => void) => data.on(listener),
      async write(bytes: Uint8Array) {
        if (!open) throw new GatewayError('link/closed', `${label}: closed`);
        fake.written.push(Uint8Array.from(bytes));
        const answer = fake.answer(bytes);
        if (answer) queueMicrotask(() => fake.hear(answer));
      },
      closed: closed.promise,
      async close() {
        open = false;
        closed.resolve(undefined);
      },
    },
  };
  return fake;
}

export interface FakeLinks extends ByteLinks {
  /** Every link that was opened, oldest first. */
  readonly opened: FakeLink[];
  /** How many times somebody tried to open one. */
  readonly attempts: number;
  /** Set to make opening fail; unset to let it succeed. */
  fault: Error | undefined;
  /** Prepares a new link before it is handed out. */
  prepare: (link: FakeLink, config: LinkConfig) => void;
}

export function createFakeLinks(): FakeLinks {
  const links = {
    opened: [] as FakeLink[],
    attempts: 0,
    fault: undefined as Error | undefined,
    prepare: (_link: FakeLink, _config: LinkConfig): void => {},
    async open(config: LinkConfig) {
      links.attempts += 1;
      if (links.fault) throw links.fault;
      const fake = createFakeLink();
      links.prepare(fake, config);
      links.opened.push(fake);
      return fake.link;
    },
  };
  return links;
}
