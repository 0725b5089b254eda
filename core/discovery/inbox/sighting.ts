import type { Clock } from '../../base/clock.ts';
import type { FoundView, GuessView } from '../../contract/commission-views.ts';
import type { Hardware } from './tcp-identity.ts';

/** Where a device of the network was asked, and what it said of itself. */
export interface NetworkPlace {
  readonly host: string;
  readonly port: number;
  readonly unit: number;
  /** By the serial number that it names itself. */
  readonly serial: Hardware | undefined;
  /** Its maker and product; empty where it does not say. */
  readonly says: string;
  /** The id of the profile that it answers to. */
  readonly profile: string | null;
}

/** Something that was seen, by whichever way. What costs is asked for only when somebody looks. */
export interface Sighting {
  readonly id: string;
  readonly kind: FoundView['kind'];
  readonly title: string;
  readonly place: string;
  readonly detail: string;
  readonly rssi: number | null;
  /** It is there until it is said to be gone; else it is there while it was heard of lately. */
  readonly steady: boolean;
  /** How it is told from others in the document: a port's path, a client's name, a host with its port, a unit on a line. */
  readonly key: string;
  /** Of a device at an address of the network. */
  readonly network?: NetworkPlace;
  present(): boolean;
  /** The best first. Made when somebody looks, and again when `basis` has changed or profiles may have come. */
  guesses(): readonly GuessView[];
  /** What the guesses rest on, as text. */
  readonly basis: string;
}

/** What a source needs: where to note, and where to forget what was never worth a row. */
export interface Watch {
  readonly clock: Clock;
  note(sighting: Sighting): void;
  forget(id: string): void;
}

const TURN = { sure: 0, likely: 1, maybe: 2 } as const;
export const bestFirst = (guesses: readonly GuessView[]): readonly GuessView[] =>
  [...guesses].sort((a, b) => TURN[a.confidence] - TURN[b.confidence]);

/** An id for a device or point of any text: `Küche 1 (NTC)` becomes `k-che-1-ntc`. */
export function idOf(text: string, fallback: string): string {
  const id = text
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '-')
    .replace(/^[-_]+|[-_]+$/g, '')
    .slice(0, 64);
  return id === '' ? fallback : id;
}

/** The id, or the id with the first number that makes it unique. */
export function uniqueId(id: string, isTaken: (id: string) => boolean): string {
  if (!isTaken(id)) return id;
  for (let n = 2; ; n += 1) {
    const next = `${id.slice(0, 64 - String(n).length - 1)}-${n}`;
    if (!isTaken(next)) return next;
  }
}

/** Which device of the document a sighting is. */
export interface SiteMatch {
  /** The first device of the document that it is; null: none. */
  readonly device: string | null;
  /** It was found at another place than the document says. */
  readonly moved: boolean;
  /** What a person should know of it, in whole sentences; null: nothing. */
  readonly note: string | null;
}
