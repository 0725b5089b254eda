import { serviceName, sourcesOf } from '../../adapters/ble/characteristics.ts';
import { type DecodedAdvert, decodeAdvert, type SealView } from '../../adapters/ble/decode.ts';
import { keySecretOf } from '../../contract/bind-key.ts';
import type { GuessView } from '../../contract/commission-views.ts';
import type { ProfileFile } from '../../contract/document/profile.ts';
import type { ProfileBook } from '../../profiles/profile-book.ts';
import type { Advert, BleRadio } from '../../transports/bluetooth/radio.ts';
import { profileDraft } from '../profile-draft.ts';
import { bestFirst, idOf, type Sighting, type Watch } from './sighting.ts';

/** Phones and earphones advertise too, under addresses that change every quarter of an hour: only what says something is a row. */
const HEARD_LATELY_MS = 60_000;
/** A device is noted anew at most this often, however fast it advertises. */
const NOTE_EVERY_MS = 2000;
const DULL_MS = 5000;
const MAX_DEVICES = 1000;

/** Values that a device of this service has, by the service's id. */
const SERVICE_VALUES: Readonly<Record<string, readonly string[]>> = {
  '180d': ['heart-rate', 'battery'],
  '1809': ['temperature', 'battery'],
  '1810': ['systolic', 'diastolic', 'pulse-rate', 'battery'],
  '1808': ['glucose', 'battery'],
  '181d': ['weight', 'battery'],
  '1822': ['spo2', 'pulse-rate', 'battery'],
  '181a': ['temperature', 'humidity', 'pressure', 'battery'],
};

const round = (value: number): number => Number(value.toPrecision(6));
const factWords = ({ facts }: DecodedAdvert): string =>
  facts
    .slice(0, 4)
    .map(({ value, unit }) => `${typeof value === 'number' ? round(value) : String(value)}${unit === '' ? '' : ` ${unit}`}`)
    .join(', ');
const titled = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ');

function recognises(profile: ProfileFile, advert: Advert, decoded: DecodedAdvert): string | undefined {
  const ble = profile.recognise?.ble;
  if (!ble) return undefined;
  const format = decoded.decoder ?? decoded.seal?.decoder;
  if (ble.decoder !== undefined && ble.decoder === format) return `its advertisement is ${decoded.format}`;
  if (ble.name !== undefined && ble.name !== '' && advert.name.startsWith(ble.name)) return `its name is "${advert.name}"`;
  const service = ble.services?.find((uuid) => advert.uuids.includes(uuid) || advert.services.has(uuid));
  const isNamedElsewise = ble.name !== undefined || ble.decoder !== undefined;
  if (service !== undefined && !isNamedElsewise) return `it offers the service ${serviceName(service) || service}`;
  const company = ble.companies?.find((id) => advert.manufacturer.has(id));
  return company !== undefined && !isNamedElsewise ? `its company id is 0x${company.toString(16).padStart(4, '0')}` : undefined;
}

/** What sensors that encrypt have most often; what this one has shows when its key is tried. */
const LOCKED_POINTS = [
  { name: 'temperature', label: 'Temperature', unit: '°C', value: 'temperature' },
  { name: 'humidity', label: 'Humidity', unit: '%', value: 'humidity' },
  { name: 'battery', label: 'Battery', unit: '%', value: 'battery' },
];

function lockedGuess({ address, addressType }: Advert, { decoder, format }: SealView): GuessView {
  return {
    what: `${format} sensor, encrypted`,
    why: `Its advertisement is ${format}, encrypted: it needs the device’s key, which is asked for before it is tried.`,
    confidence: 'likely',
    profile: null,
    adapter: 'ble',
    draft: {
      adapter: 'ble',
      mode: 'advert',
      decoder,
      address,
      addressType,
      identity: `ble:${address}`,
      keySecret: keySecretOf(address),
      points: LOCKED_POINTS,
    },
  };
}

function adverGuess(advert: Advert, decoded: DecodedAdvert): readonly GuessView[] {
  if (decoded.facts.length === 0) return decoded.seal ? [lockedGuess(advert, decoded.seal)] : [];
  const points = decoded.facts.slice(0, 32).map(({ name, unit }) => ({
    name: idOf(name, 'value'),
    label: titled(name),
    value: name,
    ...(unit !== '' && { unit }),
  }));
  const { address, addressType } = advert;
  const draft = { adapter: 'ble', mode: 'advert', address, addressType, identity: `ble:${address}`, points };
  const why = `Its advertisement is ${decoded.format}; it is heard without a connection.`;
  return [{ what: `${decoded.format} sensor`, why, confidence: 'sure', profile: null, adapter: 'ble', draft }];
}

function gattGuesses(advert: Advert): readonly GuessView[] {
  return advert.uuids.flatMap((uuid): GuessView[] => {
    const values = SERVICE_VALUES[uuid]?.filter((name) => sourcesOf(name).length > 0);
    if (!values || values.length === 0) return [];
    const { address, addressType } = advert;
    const points = values.map((name) => ({ name, label: titled(name), value: name }));
    const draft = { adapter: 'ble', mode: 'gatt', address, addressType, identity: `ble:${address}`, points };
    const what = `${serviceName(uuid)} device`;
    const why = `It offers the standard service ${serviceName(uuid)} (${uuid}); it must be connected.`;
    return [{ what, why, confidence: 'likely', profile: null, adapter: 'ble', draft }];
  });
}

/** What an advertiser may be: by profiles, by what it says, by the services that it offers. */
export function advertGuesses(advert: Advert, decoded: DecodedAdvert, profiles: ProfileBook): readonly GuessView[] {
  const place = { address: advert.address, identity: `ble:${advert.address}` };
  const known = profiles.list().flatMap(({ profile }): GuessView[] => {
    const why = recognises(profile, advert, decoded);
    if (why === undefined) return [];
    const { decoder, name } = profile.recognise?.ble ?? {};
    const locked = decoded.seal !== null;
    const key = locked ? { keySecret: keySecretOf(advert.address) } : {};
    const draft = { ...profileDraft(profile, { ...place, ...key }), addressType: advert.addressType };
    // Of an encrypted device nothing but its name tells it from others of its format.
    const isNamed = name !== undefined && name !== '' && advert.name.startsWith(name);
    const confidence = locked && !isNamed ? 'maybe' : decoder === undefined ? 'likely' : 'sure';
    const sentence = `${why.charAt(0).toUpperCase()}${why.slice(1)}.`;
    return [{ what: profile.name, why: sentence, confidence, profile: profile.id, adapter: 'ble', draft }];
  });
  return bestFirst([...known, ...adverGuess(advert, decoded), ...gattGuesses(advert)]);
}

const isWorthARow = (advert: Advert, decoded: DecodedAdvert): boolean =>
  decoded.format !== '' || advert.uuids.some((uuid) => SERVICE_VALUES[uuid] !== undefined) || advert.name !== '';

/** Sees advertisers, until the returned function is called. */
export function watchAdverts(watch: Watch, radio: BleRadio, profiles: ProfileBook): () => void {
  const heard = new Map<string, number>();
  /** Of those that say nothing: not decoded again for a while. */
  const dull = new Map<string, number>();

  function keep(map: Map<string, number>, address: string, now: number): void {
    map.delete(address); // the order of the map is that of hearing
    map.set(address, now);
    for (const old of map.keys()) {
      if (map.size <= MAX_DEVICES) break;
      map.delete(old);
    }
  }

  function sightingOf(advert: Advert, decoded: DecodedAdvert): Sighting {
    const { address, name, rssi } = advert;
    const services = advert.uuids.map(serviceName).filter((one) => one !== '');
    const says = decoded.facts.length > 0 ? `${decoded.format}: ${factWords(decoded)}` : decoded.problem || services.join(', ');
    return {
      id: `ble:${address}`,
      kind: 'ble',
      title: name !== '' && name !== address.replaceAll(':', '-') ? name : decoded.format || address,
      place: `${rssi === null ? 'heard' : `${rssi} dBm`} on ${advert.radio}`,
      detail: says || address,
      rssi,
      steady: false,
      key: address,
      present: () => watch.clock.monotonic() - (heard.get(address) ?? Number.NEGATIVE_INFINITY) < HEARD_LATELY_MS,
      guesses: () => advertGuesses(advert, decoded, profiles),
      basis: `${decoded.format} ${decoded.facts.map((one) => one.name).join(' ')} ${advert.uuids.join(' ')} ${name}`,
    };
  }
  return radio.onAdvert((advert) => {
    const now = watch.clock.monotonic();
    const before = heard.get(advert.address);
    if (before !== undefined && now - before < NOTE_EVERY_MS) return;
    if (now - (dull.get(advert.address) ?? Number.NEGATIVE_INFINITY) < DULL_MS) return;
    const decoded = decodeAdvert(advert);
    if (!isWorthARow(advert, decoded)) return keep(dull, advert.address, now);
    keep(heard, advert.address, now);
    watch.note(sightingOf(advert, decoded));
  });
}
