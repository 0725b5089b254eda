import { GatewayError } from '../base/errors.ts';
import type { Desk } from '../contract/desk.ts';
import type { DiscoveryDeps } from './deps.ts';
import { lookAround, parseAddresses } from './inbox/look.ts';

const METHODS = ['inbox.ignore', 'inbox.look'] as const;
const TOPICS = ['inbox'] as const;

/** The inbox of what was seen. */
export function createInboxDesk(deps: DiscoveryDeps): Desk<(typeof METHODS)[number], (typeof TOPICS)[number]> {
  const { found, lines, profiles, clock, log } = deps;
  let looking: string | null = null;

  /** Lines that devices or tools have open are left alone: what is there is known. */
  const isInUse = (address: { host: string; port: number }): boolean => {
    const key = lines.keyOf({ kind: 'tcp', connectTimeoutMs: 1000, ...address }, '');
    return lines.claims.of(key) !== undefined || lines.claims.users(key).length > 0;
  };

  return {
    calls: {
      async 'inbox.ignore'({ id, ignored }) {
        await found.ignore(id, ignored);
        return null;
      },
      async 'inbox.look'({ addresses, by }, signal) {
        const all = parseAddresses(addresses).filter((address) => !isInUse(address));
        if (looking !== null) throw new GatewayError('scan/running', `${looking} looks for devices on the network already.`);
        looking = by;
        log.info('inbox.look', { addresses: addresses.join(' '), by });
        const tools = { clock, lines, profiles: () => profiles.list().map(({ profile }) => profile) };
        try {
          await lookAround(
            tools,
            all,
            (one) => {
              found.noteUnit(lines.keyOf(one.link, ''), one);
            },
            signal,
          );
        } finally {
          looking = null;
        }
        return { asked: all.length };
      },
    },
    views: { inbox: { kind: 'table', rows: () => found.rows() } },
  };
}
