import type { DeviceView } from '../../contract/views.ts';
import type { NeighbourTable } from '../../transports/neighbours.ts';
import type { NetworkPlace, SiteMatch } from './sighting.ts';
import { type Hardware, hardwareOf, hardwareWords, identityOf, placeOf, type TcpDevice } from './tcp-identity.ts';

/** What the match of network devices needs to know beyond the document. */
export interface NetworkFacts {
  readonly neighbours: NeighbourTable;
  /** Undefined where the device does not run. */
  health(device: string): DeviceView['health'] | undefined;
  /** The maker and product that answered at this place when it was last looked at, `10.0.0.7:502`; undefined: it was never said. */
  said(place: string): string | undefined;
}

const NOBODY: SiteMatch = { device: null, moved: false, note: null };
const ANSWERS: readonly string[] = ['ok', 'degraded'];

const nameOf = ({ name }: TcpDevice): string => `"${name}"`;

/** The hardware at a place, in the kind that the device is known by; `formerly` is an address that it may have had before. */
function hardwareAt(
  place: NetworkPlace,
  by: Hardware['by'],
  { neighbours }: NetworkFacts,
  formerly?: string,
): string | undefined {
  return by === 'mac' ? neighbours.macOf(place.host, formerly) : place.serial?.is;
}

/** Whether what stands at the place is certainly not this device. */
function isOther(device: TcpDevice, place: NetworkPlace, facts: NetworkFacts): boolean {
  const known = hardwareOf(device);
  const now = known && hardwareAt(place, known.by, facts);
  return known !== undefined && now !== undefined && now !== known.is;
}

/** Whether the device works at the place that the document says, and is itself there as far as can be told. */
function isAtHome(device: TcpDevice, facts: NetworkFacts): boolean {
  const { host, port } = device.link;
  const home: NetworkPlace = { host, port, unit: device.unit, serial: undefined, says: '', profile: null };
  return ANSWERS.includes(facts.health(device.id) ?? '') && !isOther(device, home, facts);
}

function isThis(device: TcpDevice, place: NetworkPlace, facts: NetworkFacts): boolean {
  const known = hardwareOf(device);
  if (!known || known.unit !== place.unit || device.unit !== place.unit) return false;
  return hardwareAt(place, known.by, facts, device.link.host) === known.is;
}

function movedTo(device: TcpDevice, place: NetworkPlace): SiteMatch {
  const known = hardwareOf(device);
  const words = known ? hardwareWords(known) : '';
  const note = `${nameOf(device)} was at ${placeOf(device.link)} and is now at ${placeOf(place)}: it has the same ${words}, unit ${place.unit}.`;
  return { device: device.id, moved: true, note };
}

function replacedBy(device: TcpDevice, place: NetworkPlace, facts: NetworkFacts): SiteMatch {
  const known = hardwareOf(device);
  const now = known && hardwareAt(place, known.by, facts);
  if (!known || now === undefined) return NOBODY;
  const other: Hardware = { by: known.by, is: now };
  const note =
    `Another device stands at the address of ${nameOf(device)}: its ${hardwareWords(other)} is not the ${hardwareWords(known)} of before. ` +
    `Was it exchanged? Then write "identity": "${identityOf(other, device.unit)}" at ${nameOf(device)} in the document.`;
  return { ...NOBODY, note };
}

/** The same make and model is no proof; it is said only where the device is missed, and nothing speaks against it. */
function isLike(device: TcpDevice, place: NetworkPlace, facts: NetworkFacts): boolean {
  if (facts.health(device.id) !== 'offline' || isOther(device, place, facts)) return false;
  const isOfProfile = place.profile !== null && device.profile?.split('@', 1)[0] === place.profile;
  return isOfProfile || (place.says !== '' && facts.said(placeOf(device.link)) === place.says);
}

function likeness(like: readonly TcpDevice[], place: NetworkPlace): SiteMatch {
  if (like.length === 0) return NOBODY;
  const [first] = like;
  const who =
    first && like.length === 1
      ? `${nameOf(first)}, which does not answer at ${placeOf(first.link)}`
      : `one of ${like.slice(0, 3).map(nameOf).join(', ')}, which do not answer where they were`;
  const note = `Looks like ${who}: it says that it is "${place.says}", as others of its make do. Compare the type plate; if it is the same device, write the new address in the document.`;
  return { ...NOBODY, note };
}

/**
 * Which device of the document answers at an address of the network: the one that the document has there, unless its hardware is another;
 * else the one whose hardware it is, where that does not answer at its own address.
 */
export function matchNetwork(devices: readonly TcpDevice[], place: NetworkPlace, facts: NetworkFacts): SiteMatch {
  const here = devices.filter(({ link }) => placeOf(link) === placeOf(place));
  const same = here.filter((device) => !isOther(device, place, facts));
  const own = same.find(({ unit }) => unit === place.unit);
  if (own) return { device: own.id, moved: false, note: null };
  const away = devices.filter((device) => placeOf(device.link) !== placeOf(place) && isThis(device, place, facts));
  const [moved, second] = away.filter((device) => !isAtHome(device, facts));
  if (moved && !second) return movedTo(moved, place);
  // Many devices answer as any unit: as whatever they were asked, this is the one.
  const [answered] = same;
  if (answered) return { device: answered.id, moved: false, note: null };
  const [first] = here;
  if (first) return replacedBy(first, place, facts);
  // Two of the document have this hardware and unit: which one it is cannot be told.
  if (away.length > 0) return NOBODY;
  return likeness(
    devices.filter((device) => isLike(device, place, facts)),
    place,
  );
}
