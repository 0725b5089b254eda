import type { ADVERT_DECODERS } from '../../contract/document/wireless-devices.ts';
import { decodeAtc, decodePvvx } from './atc.ts';
import { decodeEddystone, decodeIbeacon } from './beacons.ts';
import { decodeBthome } from './bthome.ts';
import { type AdvertDecoder, type AdvertParts, type Fact, type Found, numbered } from './fact.ts';
import type { Opener } from './opener.ts';
import { decodeRuuvi } from './ruuvi.ts';
import { decodeServiceData } from './service-data.ts';
import { decodeXiaomi } from './xiaomi.ts';

/** The encrypted part of an advertisement. */
export interface SealView {
  readonly state: NonNullable<Found['seal']>;
  readonly decoder: AdvertDecoder;
  readonly format: string;
  /** Null where it was not opened, or where the format has none that tells old from new. */
  readonly counter: number | null;
}

/** What an advertisement says. */
export interface DecodedAdvert {
  /** `RuuviTag 5`; several joined by ` + `; empty where nothing is known. */
  readonly format: string;
  /** The decoder that gave the facts; null where none did. */
  readonly decoder: AdvertDecoder | null;
  readonly facts: readonly Fact[];
  /** Why a known format gave no facts: `an object is cut off`; empty where nothing is wrong. */
  readonly problem: string;
  /** Null where nothing was encrypted. */
  readonly seal: SealView | null;
}

type Decode = (parts: AdvertParts, opener?: Opener) => Found | undefined;
const DECODERS: readonly (readonly [readonly AdvertDecoder[], Decode])[] = [
  [['bthome-v2'], decodeBthome],
  [['ruuvi-3', 'ruuvi-5'], decodeRuuvi],
  [['atc'], decodeAtc],
  [['pvvx'], decodePvvx],
  [['xiaomi'], decodeXiaomi],
  [['eddystone'], decodeEddystone],
  [['ibeacon'], decodeIbeacon],
  [['service-data'], decodeServiceData],
];

const CLOSED = {
  'no-key': 'encrypted: needs the device’s key',
  'wrong-key': 'encrypted: the key does not fit, the tag check failed',
} as const;

function problemOf({ format, problem, seal }: Found): string[] {
  if (seal === 'no-key' || seal === 'wrong-key') return [`${format}, ${CLOSED[seal]}`];
  return problem === undefined ? [] : [`${format}: ${problem}`];
}

function sealOf(found: readonly Found[]): SealView | null {
  const one = found.find(({ seal }) => seal === 'open') ?? found.find(({ seal }) => seal !== undefined);
  if (one?.seal === undefined) return null;
  return { state: one.seal, decoder: one.decoder, format: one.format, counter: one.counter ?? null };
}

/**
 * Decodes an advertisement by all formats, or by one. Never throws. What is damaged, or encrypted and not opened, gives no facts, and
 * `problem` says so. With a key, only what the key proves is believed: anybody can send what is not encrypted.
 */
export function decodeAdvert(
  parts: AdvertParts,
  decoder: (typeof ADVERT_DECODERS)[number] = 'auto',
  opener?: Opener,
): DecodedAdvert {
  const found = DECODERS.filter(([names]) => decoder === 'auto' || names.includes(decoder))
    .map(([, decode]) => decode(parts, opener))
    .filter((one) => one !== undefined)
    .filter((one) => decoder === 'auto' || one.decoder === decoder);
  const seal = sealOf(found);
  const good = found.filter(({ facts, seal: own }) => facts.length > 0 && (!opener || own === 'open'));
  const isPlain = opener !== undefined && seal === null && found.some(({ facts }) => facts.length > 0);
  const problems = isPlain ? ['it is not encrypted, though a key is set: not believed'] : found.flatMap(problemOf);
  return {
    format: (good.length > 0 ? good : found).map(({ format }) => format).join(' + '),
    decoder: good[0]?.decoder ?? null,
    facts: numbered(good.flatMap(({ facts }) => facts)),
    problem: problems.join('; '),
    seal,
  };
}
