import type { Client } from 'aedes';
import { expect, it } from 'vitest';
import { createClients } from '../../../core/broker/clients.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';

it('says since when a client is here, right also after the clock was set', async () => {
  const clock = createManualClock();
  const clients = createClients(clock);
  // the members that the list of clients reads
  const pump = { id: 'pump', conn: { remoteAddress: '127.0.0.1', remotePort: 4711 }, subscriptions: {} } as unknown as Client;
  clients.add(pump);
  await clock.advance(60_000);
  for (const jump of [0, 365 * 86_400_000, -10 * 365 * 86_400_000]) {
    clock.jumpWall(jump);
    expect(clients.list()).toMatchObject([{ id: 'pump', address: '127.0.0.1:4711', since: clock.now() - 60_000 }]);
  }
});
