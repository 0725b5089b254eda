import type { Draft } from '../../contract/commission-views.ts';
import { Link } from '../../contract/document/links.ts';
import type { NeighbourTable } from '../../transports/neighbours.ts';
import { identityOf, isOurs } from '../inbox/tcp-identity.ts';

const DEFAULT_UNIT = 1;

/**
 * The draft with what its device is recognised by at another address, where that can be told: the MAC address behind its address, and its
 * unit. What a person wrote as its identity stays, and so does what is known where nothing better is.
 */
export function identified(draft: Draft, neighbours: NeighbourTable): Draft {
  const { adapter, unit = DEFAULT_UNIT, identity } = draft;
  const link = Link.safeParse(draft['link']);
  if (adapter !== 'modbus-tcp' || link.data?.kind !== 'tcp' || typeof unit !== 'number') return draft;
  if (identity !== undefined && (typeof identity !== 'string' || !isOurs(identity))) return draft;
  const mac = neighbours.macOf(link.data.host);
  return mac === undefined ? draft : { ...draft, identity: identityOf({ by: 'mac', is: mac }, unit) };
}
