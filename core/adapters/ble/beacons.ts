import { createCursor, hexOf } from './bytes.ts';
import { type AdvertParts, type Fact, type Found, fact } from './fact.ts';

const APPLE = 0x004c;
const PROXIMITY = 0x0215;
const IBEACON_LENGTH = 23;

/** iBeacon (Apple, Proximity Beacon Specification R1): company 0x004C, type 0x02, length 0x15, then UUID, major, minor, power at 1 m. */
export function decodeIbeacon({ manufacturer }: AdvertParts): Found | undefined {
  const bytes = manufacturer.get(APPLE);
  if (!bytes) return undefined;
  const data = createCursor(bytes);
  if (data.unsigned(2, 'big') !== PROXIMITY) return undefined;
  const what = { decoder: 'ibeacon', format: 'iBeacon' } as const;
  if (bytes.length !== IBEACON_LENGTH)
    return { ...what, facts: [], problem: `${bytes.length} bytes instead of ${IBEACON_LENGTH}` };
  const uuid = hexOf(data.take(16)).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return {
    ...what,
    facts: [
      fact('uuid', uuid),
      fact('major', data.unsigned(2, 'big')),
      fact('minor', data.unsigned(2, 'big')),
      fact('power-at-1m', data.signed(1), 'dBm'),
    ],
  };
}

const EDDYSTONE = 'feaa';
const SCHEMES = ['http://www.', 'https://www.', 'http://', 'https://'];
const ENDINGS = ['.com', '.org', '.edu', '.net', '.info', '.biz', '.gov'];
const NO_TEMPERATURE = -0x8000;

function decodeUid(bytes: Uint8Array): Fact[] | string {
  // Twenty bytes; old beacons leave out the last two, which are reserved.
  if (bytes.length !== 20 && bytes.length !== 18) return `${bytes.length} bytes instead of 20`;
  const data = createCursor(bytes.subarray(1));
  return [
    fact('power-at-0m', data.signed(1), 'dBm'),
    fact('namespace', hexOf(data.take(10))),
    fact('instance', hexOf(data.take(6))),
  ];
}

function decodeUrl(bytes: Uint8Array): Fact[] | string {
  if (bytes.length < 4 || bytes.length > 20) return `${bytes.length} bytes instead of 4 to 20`;
  const data = createCursor(bytes.subarray(1));
  const power = data.signed(1);
  const scheme = SCHEMES[data.unsigned(1)];
  if (scheme === undefined) return 'a scheme that is not known';
  let url = scheme;
  while (data.left > 0) {
    const code = data.unsigned(1);
    if (code < 7) url += `${ENDINGS[code]}/`;
    else if (code < 14) url += ENDINGS[code - 7];
    else if (code > 0x20 && code < 0x7f) url += String.fromCharCode(code);
    else return `a character 0x${code.toString(16)} that a URL cannot have`;
  }
  return [fact('power-at-0m', power, 'dBm'), fact('url', url)];
}

function decodeTlm(bytes: Uint8Array): Fact[] | string {
  const version = bytes[1];
  if (version === 1) return 'encrypted';
  if (version !== 0) return `version ${version ?? '?'} is not known`;
  if (bytes.length !== 14) return `${bytes.length} bytes instead of 14`;
  const data = createCursor(bytes.subarray(2));
  const millivolts = data.unsigned(2, 'big');
  const temperature = data.signed(2, 'big');
  return [
    ...(millivolts === 0 ? [] : [fact('battery-voltage', millivolts / 1000, 'V')]),
    ...(temperature === NO_TEMPERATURE ? [] : [fact('temperature', temperature / 256, '°C')]),
    fact('advertisements', data.unsigned(4, 'big')),
    fact('uptime', data.unsigned(4, 'big') / 10, 's'),
  ];
}

const FRAMES: ReadonlyMap<number, readonly [string, (bytes: Uint8Array) => Fact[] | string]> = new Map([
  [0x00, ['UID', decodeUid]],
  [0x10, ['URL', decodeUrl]],
  [0x20, ['TLM', decodeTlm]],
  [0x30, ['EID', () => 'encrypted']],
]);

/** Eddystone (github.com/google/eddystone, protocol-specification.md): service data 0xFEAA, frames UID, URL, TLM; EID is only named. */
export function decodeEddystone({ services }: AdvertParts): Found | undefined {
  const bytes = services.get(EDDYSTONE);
  if (!bytes) return undefined;
  const [name, decode] = FRAMES.get(bytes[0] ?? -1) ?? ['', () => 'a frame that is not known'];
  const read = decode(bytes);
  const what = { decoder: 'eddystone', format: `Eddystone ${name}`.trim() } as const;
  return typeof read === 'string' ? { ...what, facts: [], problem: read } : { ...what, facts: read };
}
