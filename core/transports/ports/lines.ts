import type { GatewayError } from '../../base/errors.ts';
import type { LinkConfig } from '../../contract/document/links.ts';
import type { ByteLink, ByteLinks } from '../byte-port.ts';
import { type Claim, type PortClaims, plainKey } from './claims.ts';
import { createLineCounts, type LineFigures } from './line-counts.ts';
import type { PortBook } from './port-book.ts';

/** All lines of the gateway: adapters open them through `links`, tools by a claim. */
export interface Lines {
  readonly links: ByteLinks;
  readonly claims: PortClaims;
  readonly book: PortBook;
  /** `usb:...`, `path:...`, `tcp:...`; for a simulated link `device` tells wires apart. */
  keyOf(link: LinkConfig, device: string): string;
  /** Opens a line that is claimed, for its holder. */
  openClaimed(link: LinkConfig, claim: Claim, signal: AbortSignal): Promise<ByteLink>;
  figures(): readonly LineFigures[];
}

/**
 * Opens a link that can be ended from outside with a fault, also while it is being opened. `over` resolves when it is closed, or could not
 * be had.
 */
function openEndable(open: (signal: AbortSignal) => Promise<ByteLink>, signal: AbortSignal) {
  const away = new AbortController();
  let why: GatewayError | undefined;
  const over = Promise.withResolvers<unknown>();
  let inner: ByteLink | undefined;
  async function begin(): Promise<ByteLink> {
    const link = await open(AbortSignal.any([signal, away.signal]));
    inner = link;
    if (why) {
      await link.close(); // it was claimed while it was being opened
      throw why;
    }
    const closed = link.closed.then((fault) => why ?? fault);
    void closed.then(over.resolve);
    return { ...link, closed };
  }
  return {
    over: over.promise,
    link: begin().catch((cause: unknown) => {
      over.resolve(undefined);
      throw why ?? cause;
    }),
    end(fault: GatewayError): void {
      why ??= fault;
      away.abort(fault);
      void inner?.close();
    },
  };
}

/** `now` is wall time in ms, for the time of the last error. */
export function createLines(deps: {
  readonly links: ByteLinks;
  readonly claims: PortClaims;
  readonly book: PortBook;
  readonly now: () => number;
}): Lines {
  const { claims, book } = deps;
  const counts = createLineCounts(deps.now);
  const keyOf = (link: LinkConfig, device: string): string =>
    link.kind === 'serial' ? book.identityOf(link) : plainKey(link, device);
  /** Looks first: what had the name a second ago may have been pulled, and another adapter have taken it. */
  async function located(link: LinkConfig): Promise<LinkConfig> {
    if (link.kind !== 'serial') return link;
    if (link.bind) await book.refresh();
    return { ...link, path: book.resolve(link) };
  }
  /** Opens and counts. What the line carries is counted whoever has it. */
  async function openCounted(key: string, config: LinkConfig, signal: AbortSignal, user: string): Promise<ByteLink> {
    try {
      return counts.opened(key, user, await deps.links.open(await located(config), signal, user));
    } catch (cause) {
      if (!signal.aborted) counts.failed(key, cause);
      throw cause;
    }
  }
  return {
    claims,
    book,
    keyOf,
    links: {
      async open(config, signal, user = '') {
        const key = keyOf(config, user);
        claims.check(key);
        const { link, over, end } = openEndable((either) => openCounted(key, config, either, user), signal);
        // Entered while it is being opened, too: who claims the line waits until the port is let go.
        claims.enter(key, user, { closed: over }, end);
        return await link;
      },
    },
    async openClaimed(config, claim, signal) {
      claims.check(claim.key, claim);
      return await openCounted(claim.key, config, signal, claim.holder);
    },
    figures: counts.figures,
  };
}
