import type { GuessView } from '../../contract/commission-views.ts';
import type { LinkConfig } from '../../contract/document/links.ts';
import type { ProfileBook } from '../../profiles/profile-book.ts';
import type { PortBook, PortFacts } from '../../transports/ports/port-book.ts';
import { asDraft } from '../draft-json.ts';
import { profileDraft } from '../profile-draft.ts';
import { bestFirst, type Sighting, type Watch } from './sighting.ts';
import { SERIAL_KINDS, type SerialGuess, usbKnown } from './usb-table.ts';

/** Words in the name of a port that give its device away. */
const NAMES: readonly (readonly [RegExp, keyof typeof SERIAL_KINDS])[] = [
  [/gps|gnss|u-?blox/i, 'gps'],
  [/barcode|scanner/i, 'scanner'],
  [/scale|mettler/i, 'scale'],
  [/printer/i, 'printer'],
  [/elm327|obd/i, 'obd'],
  [/modbus|rs-?485/i, 'modbus'],
];

const textOf = ({ maker, product, stablePath }: PortFacts): string =>
  `${maker} ${product} ${stablePath.slice(stablePath.lastIndexOf('/') + 1)}`;

/** The link of a port, bound by what it is. */
function linkOf(book: PortBook, port: PortFacts): LinkConfig {
  const bind = book.bindingOf(port.path);
  return {
    kind: 'serial',
    path: port.path,
    ...(bind && { bind }),
    baudRate: 9600,
    dataBits: 8,
    parity: 'none',
    stopBits: 1,
    rtscts: false,
  };
}

function kindGuesses(port: PortFacts): readonly (SerialGuess & { readonly why: string })[] {
  const usb = port.kind === 'usb';
  const known = usbKnown(port.vendorId, port.productId);
  const id = `USB id ${port.vendorId}:${port.productId}`;
  const named = NAMES.find(([word]) => word.test(textOf(port)))?.[1];
  if (known && known.is !== 'adapter' && known.is !== 'board') {
    return [{ ...SERIAL_KINDS[known.is], why: `Its ${id} is a ${known.chip}.` }];
  }
  if (named) {
    return [{ ...SERIAL_KINDS[named], confidence: 'likely', why: `Its name says so: ${textOf(port).trim()}.` }];
  }
  if (known?.is === 'board') return [{ ...SERIAL_KINDS.text, confidence: 'likely', why: `Its ${id} is a board: ${known.chip}.` }];
  const chip = known ? `Its ${id} is a ${known.chip}, an adapter to a serial line.` : 'It is a serial port.';
  const why = usb ? chip : 'It is a serial port of this machine.';
  return [
    { ...SERIAL_KINDS.modbus, why: `${why} A scan of the line tells whether Modbus devices are on it.` },
    { ...SERIAL_KINDS.text, why: `${why} A terminal shows whether something sends by itself.` },
  ];
}

/** What may hang on a port, by profiles, by its USB id and by its name. */
export function portGuesses(book: PortBook, profiles: ProfileBook, port: PortFacts): readonly GuessView[] {
  const link = linkOf(book, port);
  const usbId = `${port.vendorId}:${port.productId}`;
  const known = profiles.list().flatMap(({ profile }): GuessView[] => {
    if (port.kind !== 'usb' || !profile.recognise?.usb?.includes(usbId)) return [];
    const draft = profileDraft(profile, { link, identity: port.id });
    const adapter = String(profile.device['adapter'] ?? '');
    const why = `Its USB id ${usbId} is that of a ${profile.name}.`;
    return [{ what: profile.name, why, confidence: 'likely', profile: profile.id, adapter, draft }];
  });
  const kinds = kindGuesses(port).map(
    (one): GuessView => ({ ...one, profile: null, draft: asDraft({ ...one.draft, link, identity: port.id }) }),
  );
  return bestFirst([...known, ...kinds]);
}

const titleOf = (port: PortFacts): string => {
  const known = usbKnown(port.vendorId, port.productId);
  return `${port.maker} ${port.product}`.trim() || known?.chip || (port.kind === 'usb' ? 'USB serial port' : 'Serial port');
};
const detailOf = (port: PortFacts): string =>
  [
    port.vendorId === '' ? '' : `USB ${port.vendorId}:${port.productId}`,
    port.serialNumber === '' ? '' : `serial number ${port.serialNumber}`,
    port.physicalPath,
  ]
    .filter((part) => part !== '')
    .join(', ');

/** Sees ports come and go, until the returned function is called. */
export function watchPorts(watch: Watch, book: PortBook, profiles: ProfileBook): () => void {
  const present = new Set<string>();
  function see(port: PortFacts): void {
    present.add(port.id);
    const sighting: Sighting = {
      id: port.id,
      kind: 'port',
      title: titleOf(port),
      place: port.path,
      detail: detailOf(port),
      rssi: null,
      steady: true,
      key: port.path,
      present: () => present.has(port.id),
      guesses: () => portGuesses(book, profiles, port),
      basis: port.path,
    };
    watch.note(sighting);
  }
  const stop = book.onEvent(({ kind, port }) => {
    if (kind === 'unplugged') present.delete(port.id);
    else see(port);
  });
  for (const port of book.ports()) see(port);
  return stop;
}
