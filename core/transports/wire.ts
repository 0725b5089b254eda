import { GatewayError } from '../base/errors.ts';
import type { ByteLink } from './byte-port.ts';
import { createLinkEnd, type LinkEnd } from './link-end.ts';

/**
 * Two links joined in memory: what one end writes, the other hears, in order and never within the call that wrote it.
 * When one end closes, the other is lost.
 */
export function createWire(labels: readonly [string, string] = ['simulated wire', 'simulated device']): [ByteLink, ByteLink] {
  const ends: LinkEnd[] = [];
  function build(own: number, label: string): LinkEnd {
    const other = (): LinkEnd | undefined => ends[1 - own];
    return createLinkEnd(label, {
      async write(bytes) {
        const copy = Uint8Array.from(bytes);
        queueMicrotask(() => other()?.heard(copy));
      },
      async release() {
        queueMicrotask(() => other()?.broke(new GatewayError('link/lost', `${labels[1 - own]}: the other end was closed`)));
      },
    });
  }
  const near = build(0, labels[0]);
  const far = build(1, labels[1]);
  ends.push(near, far);
  return [near.link, far.link];
}
