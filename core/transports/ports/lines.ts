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

/** An open link that can be ended from outside with a fault. */
function endable(inner: ByteLink): { link: ByteLink; end(fault: GatewayError): void } {
  let why: GatewayError | undefined;
  const closed = inner.closed.then((fault) => why ?? fault);
  return {
    link: { ...inner, closed },
    end(fault) {
      why ??= fault;
      void inner.close();
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
  const located = (link: LinkConfig): LinkConfig => (link.kind === 'serial' ? { ...link, path: book.resolve(link) } : link);
  /** Opens and counts. What the line carries is counted whoever has it. */
  async function openCounted(key: string, config: LinkConfig, signal: AbortSignal, user: string): Promise<ByteLink> {
    try {
      return counts.opened(key, user, await deps.links.open(located(config), signal, user));
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
        const { link, end } = endable(await openCounted(key, config, signal, user));
        try {
          claims.check(key); // it may have been claimed while the port was being opened
        } catch (cause) {
          await link.close();
          throw cause;
        }
        claims.enter(key, user, link, end);
        return link;
      },
    },
    async openClaimed(config, claim, signal) {
      claims.check(claim.key, claim);
      return await openCounted(claim.key, config, signal, claim.holder);
    },
    figures: counts.figures,
  };
}
