import type { Client } from 'aedes';
import type { Clock } from '../base/clock.ts';
import { type Mark, markNow } from '../base/mark.ts';
import type { Source } from '../contract/message.ts';
import { subscriptionsOf } from './aedes-inside.ts';
import type { BrokerStatus } from './broker.ts';

export interface ClientRecord {
  readonly source: Source;
  /** `client:<id>`, as traces name it. */
  readonly place: string;
  readonly address: string;
  readonly since: Mark;
}

export interface Clients {
  add(client: Client): void;
  remove(client: Client): void;
  clear(): void;
  has(id: string): boolean;
  find(id: string): Client | undefined;
  /** Of any client, also one that is not listed any more (its will comes after it has gone). */
  recordOf(client: Client): ClientRecord;
  /** `client pump (127.0.0.1:4711)`, for people. */
  name(client: Client): string;
  list(): BrokerStatus['clients'];
  readonly size: number;
}

const NAME_LENGTH = 80;

function addressOf({ conn }: Client): string {
  return 'remoteAddress' in conn && conn.remoteAddress ? `${conn.remoteAddress}:${conn.remotePort ?? 0}` : 'unknown address';
}

/** The clients that are connected. */
export function createClients(clock: Clock): Clients {
  const records = new Map<Client, ClientRecord>();
  const recordOf = (client: Client): ClientRecord => {
    const known = records.get(client);
    if (known) return known;
    const { id } = client;
    return { source: { kind: 'client', id }, place: `client:${id}`, address: addressOf(client), since: markNow(clock) };
  };
  const find = (id: string): Client | undefined => {
    for (const client of records.keys()) if (client.id === id) return client;
    return undefined;
  };
  return {
    add(client) {
      records.set(client, recordOf(client));
    },
    remove(client) {
      records.delete(client);
    },
    clear() {
      records.clear();
    },
    has: (id) => find(id) !== undefined,
    find,
    recordOf,
    name(client) {
      const address = records.get(client)?.address ?? addressOf(client);
      return client.id ? `client ${client.id.slice(0, NAME_LENGTH)} (${address})` : `a client at ${address}`;
    },
    list: () =>
      [...records].map(([client, { source, address, since }]) => ({
        id: source.id,
        address,
        since: since.wallMs(),
        subscriptions: subscriptionsOf(client).length,
      })),
    get size() {
      return records.size;
    },
  };
}
