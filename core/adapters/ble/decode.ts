import type { ADVERT_DECODERS } from '../../contract/document/wireless-devices.ts';
import { decodeEddystone, decodeIbeacon } from './beacons.ts';
import { decodeBthome } from './bthome.ts';
import { type AdvertDecoder, type AdvertParts, type Fact, type Found, numbered } from './fact.ts';
import { decodeRuuvi } from './ruuvi.ts';
import { decodeServiceData } from './service-data.ts';
import { decodeAtc, decodePvvx, decodeXiaomi } from './xiaomi.ts';

/** What an advertisement says. */
export interface DecodedAdvert {
  /** `RuuviTag 5`; several joined by ` + `; empty where nothing is known. */
  readonly format: string;
  /** The decoder that gave the facts; null where none did. */
  readonly decoder: AdvertDecoder | null;
  readonly facts: readonly Fact[];
  /** Why a known format gave no facts: `encrypted`, `an object is cut off`; empty where nothing is wrong. */
  readonly problem: string;
}

const DECODERS: readonly (readonly [readonly AdvertDecoder[], (parts: AdvertParts) => Found | undefined])[] = [
  [['bthome-v2'], decodeBthome],
  [['ruuvi-3', 'ruuvi-5'], decodeRuuvi],
  [['atc'], decodeAtc],
  [['pvvx'], decodePvvx],
  [['xiaomi'], decodeXiaomi],
  [['eddystone'], decodeEddystone],
  [['ibeacon'], decodeIbeacon],
  [['service-data'], decodeServiceData],
];

/**
 * Decodes an advertisement by all formats, or by one. Pure, never throws. What is damaged or encrypted gives no facts, and `problem` says so.
 */
export function decodeAdvert(parts: AdvertParts, decoder: (typeof ADVERT_DECODERS)[number] = 'auto'): DecodedAdvert {
  const found = DECODERS.filter(([names]) => decoder === 'auto' || names.includes(decoder))
    .map(([, decode]) => decode(parts))
    .filter((one) => one !== undefined)
    .filter((one) => decoder === 'auto' || one.decoder === decoder);
  const good = found.filter(({ facts }) => facts.length > 0);
  return {
    format: (good.length > 0 ? good : found).map(({ format }) => format).join(' + '),
    decoder: good[0]?.decoder ?? null,
    facts: numbered(good.flatMap(({ facts }) => facts)),
    problem: found.flatMap(({ problem, format }) => (problem === undefined ? [] : [`${format}: ${problem}`])).join('; '),
  };
}
