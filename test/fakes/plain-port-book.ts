import type { PortBook } from '../../core/transports/ports/port-book.ts';

/** A book that knows no ports: every link is bound by its path. */
export function createPlainPortBook(): PortBook {
  return {
    name: 'ports',
    async start() {},
    async stop() {},
    ports: () => [],
    onEvent: () => () => {},
    async refresh() {},
    resolve: (link) => link.path,
    bindingOf: () => undefined,
    identityOf: (link) => `path:${link.path}`,
  };
}
