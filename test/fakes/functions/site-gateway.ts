import { join } from 'node:path';
import { systemClock } from '../../../core/base/clock.ts';
import { type ApiClient, createApiClient } from '../../../core/contract/client.ts';
import { createGateway, type Gateway } from '../../../core/gateway/gateway.ts';
import { createMemoryPair } from '../memory-transport.ts';

/** A whole gateway in this process, and a client of its own. */
export interface SiteGateway {
  readonly gateway: Gateway;
  readonly client: ApiClient;
  stop(): Promise<void>;
}

/** Starts the gateway on `<dir>/site.json` with its data in `<dir>/data`, which a next one finds again. */
export async function startSiteGateway(dir: string): Promise<SiteGateway> {
  const gateway = createGateway({
    data: join(dir, 'data'),
    document: join(dir, 'site.json'),
    port: 0,
    mqttPort: 0,
    demo: false,
    rendererDir: dir,
    terminal: null,
  });
  await gateway.start(new AbortController().signal);
  const pair = createMemoryPair();
  gateway.attach(pair.server, { kind: 'cli', id: 'test' });
  const client = createApiClient({ connect: async () => pair.client, clock: systemClock, random: () => 0.5 });
  return {
    gateway,
    client,
    async stop() {
      await client.close();
      await gateway.stop();
    },
  };
}
