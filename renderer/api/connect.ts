import { systemClock } from '../../core/base/clock.ts';
import { type ApiClient, type ClientTransport, createApiClient } from '../../core/contract/client.ts';
import { openIpcTransport } from './ipc-transport.ts';
import { apiAddress, connectWebSocket } from './websocket-transport.ts';

/** The client of this page: over the bridge in the Electron window, over a WebSocket to where the page came from elsewhere. */
export function createPageClient(page: Window): ApiClient {
  const bridge = page.gatehouse;
  const connect = (): Promise<ClientTransport> =>
    bridge ? Promise.resolve(openIpcTransport(bridge)) : connectWebSocket(apiAddress(page.location));
  return createApiClient({ connect, clock: systemClock, random: Math.random });
}
