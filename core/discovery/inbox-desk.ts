import { GatewayError } from '../base/errors.ts';
import type { Desk } from '../contract/desk.ts';
import type { LinkConfig } from '../contract/document/links.ts';
import { NO_NEIGHBOURS } from '../transports/neighbours.ts';
import type { DiscoveryDeps } from './deps.ts';
import { type Address, lookAround, parseAddresses } from './inbox/look.ts';
import { type Hardware, hardwareOf, isTcpDevice, placeOf } from './inbox/tcp-identity.ts';

const METHODS = ['inbox.ignore', 'inbox.look'] as const;
const TOPICS = ['inbox'] as const;
/** Behind one address; more would make a look long where none of them answers. */
const MOST_UNITS = 16;

/** The inbox of what was seen. */
export function createInboxDesk(deps: DiscoveryDeps): Desk<(typeof METHODS)[number], (typeof TOPICS)[number]> {
  const { found, lines, neighbours, profiles, clock, log } = deps;
  let looking: string | null = null;

  /** Lines that devices or tools have open are left alone: what is there is known. */
  const isInUse = (address: { host: string; port: number }): boolean => {
    const key = lines.keyOf({ kind: 'tcp', connectTimeoutMs: 1000, ...address }, '');
    return lines.claims.of(key) !== undefined || lines.claims.users(key).length > 0;
  };

  /** Units that the document has at this address, and of the hardware that is there now. */
  async function unitsOf(address: Address, serial: Hardware | undefined): Promise<readonly number[]> {
    const devices = (deps.documents.site()?.devices ?? []).filter(isTcpDevice);
    const table = serial ? NO_NEIGHBOURS : await neighbours.read();
    const units = devices.flatMap((device) => {
      const known = hardwareOf(device);
      const now = known?.by === 'mac' ? table.macOf(address.host, device.link.host) : serial?.is;
      return placeOf(device.link) === placeOf(address) || (known && now === known.is) ? [device.unit] : [];
    });
    return [...new Set(units)].slice(0, MOST_UNITS);
  }

  return {
    calls: {
      async 'inbox.ignore'({ id, ignored }) {
        await found.ignore(id, ignored);
        return null;
      },
      async 'inbox.look'({ addresses, by }, signal) {
        const named = parseAddresses(addresses);
        const held = named.filter(isInUse);
        const all = named.filter((address) => !held.includes(address));
        if (looking !== null) throw new GatewayError('scan/running', `${looking} looks for devices on the network already.`);
        looking = by;
        const answered = new Set<LinkConfig>();
        log.info('inbox.look', { addresses: addresses.join(' '), by });
        const tools = { clock, lines, profiles: () => profiles.list().map(({ profile }) => profile), unitsOf };
        try {
          await lookAround(
            tools,
            all,
            (one) => {
              answered.add(one.link); // several units may be behind one
              found.noteUnit(lines.keyOf(one.link, ''), one);
            },
            signal,
          );
        } finally {
          // After the asking: who has been talked to is in the table, and a router shows by its many addresses.
          found.noteNeighbours(await neighbours.read());
          found.noteHeld(held);
          looking = null;
        }
        return { asked: all.length, answered: answered.size };
      },
    },
    views: { inbox: { kind: 'table', rows: () => found.rows() } },
  };
}
