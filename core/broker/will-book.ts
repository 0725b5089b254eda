import type { StoredSessions } from '../store/sessions.ts';
import type { KeptChanges } from './kept-changes.ts';
import { decodePacket, encodePacket, type KeptPacket, WILL_OWNER, willKey } from './packet-records.ts';

/** A will as aedes holds it: the packet, and whose it is. */
export type Will = KeptPacket & { clientId?: string };

/** The wills of the clients that are connected, and of those that were when the gateway died. */
export interface WillBook {
  load(records: StoredSessions['records']): void;
  put(client: string, brokerId: string, will: Will): Promise<void>;
  get(client: string, brokerId: string): Will | undefined;
  /** Resolves with what was there. */
  remove(client: string, brokerId: string): Promise<Will | undefined>;
  all(): IterableIterator<Will>;
}

/** Keys hold the broker's id, which is new with every start: so the will of an earlier life stays apart from the present one. */
export function createWillBook(changes: KeptChanges): WillBook {
  const wills = new Map<string, Will>();
  return {
    load(records) {
      for (const { client, key, value } of records) {
        if (client !== WILL_OWNER || !key.startsWith('w:')) continue;
        const will = decodePacket(value);
        const [, brokerId] = key.split(':');
        if (will && brokerId !== undefined) {
          const clientId = key.slice(willKey(brokerId, '').length);
          wills.set(key, Object.assign(will, { clientId, brokerId }));
        }
      }
    },
    async put(client, brokerId, will) {
      will.brokerId = brokerId;
      will.clientId = client;
      const key = willKey(brokerId, client);
      wills.set(key, will);
      await changes.owe([{ kind: 'put', client: WILL_OWNER, key, value: encodePacket(will) }]);
    },
    get: (client, brokerId) => wills.get(willKey(brokerId, client)),
    async remove(client, brokerId) {
      const key = willKey(brokerId, client);
      const will = wills.get(key);
      if (!will) return undefined;
      wills.delete(key);
      await changes.owe([{ kind: 'remove', client: WILL_OWNER, key }]);
      return will;
    },
    all: () => wills.values(),
  };
}
