import type { GuessView, ScanView } from '../../contract/commission-views.ts';
import type { ProfileBook } from '../../profiles/profile-book.ts';
import { asDraft } from '../draft-json.ts';
import { lineName, tryWords } from '../modbus/line-words.ts';
import { profileDraft } from '../profile-draft.ts';
import type { NetworkPlace, Sighting } from './sighting.ts';
import { type Hardware, identityOf, placeOf, serialHardware, type TcpDevice } from './tcp-identity.ts';

type Found = ScanView['found'][number];

const saysOf = ({ identification }: Found): string => {
  const { vendor = '', product = '', revision = '' } = identification ?? {};
  return [vendor, product, revision].filter((part) => part !== '').join(' ');
};

function guessesOf(identity: string, found: Found, profiles: ProfileBook): readonly GuessView[] {
  const says = saysOf(found);
  const place = { link: found.link, unit: found.unit, identity };
  const profile = found.profile === null ? undefined : profiles.find(found.profile);
  const plain: GuessView = {
    what: says === '' ? 'A Modbus device without a name' : says,
    why: `It ${found.evidence}${says === '' ? ' and does not say who it is; the decode matrix finds its values' : ''}.`,
    confidence: 'sure',
    profile: null,
    adapter: found.adapter,
    draft: asDraft({ adapter: found.adapter, ...place }),
  };
  if (!profile) return [plain];
  const draft = { ...profileDraft(profile, place), adapter: found.adapter };
  const why = `It answers to 43/14 as "${says}".`;
  return [{ what: profile.name, why, confidence: 'sure', profile: profile.id, adapter: found.adapter, draft }, plain];
}

/** Where a unit of a network device was asked; undefined for one of a serial line, also where that is behind a device server. */
function networkOf({ link, unit, adapter, identification, profile }: Found): NetworkPlace | undefined {
  if (link.kind !== 'tcp' || adapter !== 'modbus-tcp') return undefined;
  const { vendor = '', product = '' } = identification ?? {};
  const says = [vendor, product].filter((part) => part !== '').join(' ');
  const serial = identification ? serialHardware(identification) : undefined;
  return { host: link.host, port: link.port, unit, serial, says, profile };
}

/** Units that a device has which is alone at its address; others are named, as there may be several. */
const ALONE: readonly number[] = [1, 255, 0];
const networkId = (at: Pick<NetworkPlace, 'host' | 'port' | 'unit'>): string =>
  `modbus-tcp:${placeOf(at)}${ALONE.includes(at.unit) ? '' : ` ${at.unit}`}`;

/** A unit that answered on the line with this key. `macOf` says whose an address of the network is, as far as it is known now. */
export function unitSighting(
  key: string,
  found: Found,
  profiles: ProfileBook,
  macOf: (host: string) => string | undefined,
): Sighting {
  const { link, unit } = found;
  const network = networkOf(found);
  const id = network ? networkId(network) : `modbus:${key} ${unit}`;
  /** What stays the same at another address, where there is such a thing; else its place. */
  function identity(): string {
    const mac = network && macOf(network.host);
    const hardware: Hardware | undefined = mac === undefined ? network?.serial : { by: 'mac', is: mac };
    return hardware ? identityOf(hardware, unit) : id;
  }
  return {
    id,
    kind: network ? 'modbus-tcp' : 'modbus-unit',
    title: saysOf(found) || `Modbus unit ${unit}`,
    place: `${lineName(link)}, unit ${unit}`,
    detail: `speaks ${tryWords(found.line, link)}, answers in ${found.responseMs} ms`,
    rssi: null,
    steady: false,
    key: `${key} ${unit}`,
    ...(network && { network }),
    present: () => true,
    guesses: () => guessesOf(identity(), found, profiles),
    get basis() {
      return `${identity()} ${JSON.stringify(found)}`;
    },
  };
}

/**
 * A device of the document at an address of the network that is not asked, as one of them is at work there; but whose the address is can be
 * told.
 */
export function heldSighting(device: TcpDevice, { host, port }: Pick<NetworkPlace, 'host' | 'port'>): Sighting {
  const { unit } = device;
  const link = { ...device.link, host, port };
  const place = placeOf(link);
  return {
    id: networkId({ ...link, unit }),
    kind: 'modbus-tcp',
    title: 'Modbus TCP device',
    place: `${place}, unit ${unit}`,
    detail: 'its connection is in use, so it was not asked',
    rssi: null,
    steady: false,
    key: `${place} ${unit}`,
    network: { host, port, unit, serial: undefined, says: '', profile: null },
    present: () => true,
    guesses: () => [
      {
        what: 'A Modbus device',
        why: 'A device of the deployment is asked at this address now.',
        confidence: 'likely',
        profile: null,
        adapter: device.adapter,
        draft: asDraft({ adapter: device.adapter, link, unit }),
      },
    ],
    basis: place,
  };
}
