import type { GatewayError } from '../../base/errors.ts';
import type { LinkConfig } from '../../contract/document/links.ts';
import type { ByteLink, ByteLinks } from '../byte-port.ts';
import { type Claim, type PortClaims, plainKey } from './claims.ts';
import type { PortBook } from './port-book.ts';

/** What a line carried since the start. */
export interface LineFigures {
  readonly key: string;
  readonly label: string;
  readonly open: boolean;
  readonly user: string | null;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly opens: number;
  readonly lastError: Error | null;
}

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

export function createLines(deps: { readonly links: ByteLinks; readonly claims: PortClaims; readonly book: PortBook }): Lines {
  const { claims, book } = deps;
  const keyOf = (link: LinkConfig, device: string): string =>
    link.kind === 'serial' ? book.identityOf(link) : plainKey(link, device);
  const located = (link: LinkConfig): LinkConfig => (link.kind === 'serial' ? { ...link, path: book.resolve(link) } : link);
  return {
    claims,
    book,
    keyOf,
    links: {
      async open(config, signal, user = '') {
        const key = keyOf(config, user);
        claims.check(key);
        const { link, end } = endable(await deps.links.open(located(config), signal, user));
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
      return await deps.links.open(located(config), signal, claim.holder);
    },
    figures: () => [],
  };
}
