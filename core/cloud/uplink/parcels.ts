import type { Stamp } from '../../contract/message.ts';
import type { SpoolEntry } from '../../store/spool.ts';
import type { Outgoing } from '../cloud-link.ts';
import { withIdentity } from './envelope.ts';

/** One MQTT message with the entries of the spool that are in it. */
export interface Parcel {
  readonly entries: readonly SpoolEntry[];
  readonly outgoing: Outgoing;
  /** About its size on the wire. */
  readonly bytes: number;
  /** How many of the entries go out with another time than they were stamped with. */
  readonly redated: number;
}

/** What is needed to give a message its identity towards the cloud. */
export interface Sender {
  readonly clientId: string;
  readonly maxPayloadBytes: number;
  /** User properties travel with MQTT 5 only. */
  readonly properties: boolean;
  /** Steady time, as in the spool's entries. */
  steady(): number;
  /** The right wall time of a stamp; see `TimeKeeper.redate`. */
  redate(stamp: Stamp): { readonly wallMs: number; readonly redated: boolean };
}

const HEADER_BYTES = 16;

/** The same over repeats and restarts: what the far end tells duplicates by. */
export const idOf = ({ clientId }: Sender, entry: SpoolEntry): string => `${clientId}-${entry.id}`;

export const sourceOf = ({ message }: SpoolEntry): string => `${message.source.kind}:${message.source.id}`;

/** Whole seconds that the entry is still worth something: at least 1, undefined where it does not expire. */
export function expiryOf(entry: SpoolEntry, steady: number): number | undefined {
  if (entry.expiresAt === null) return undefined;
  return Math.min(0xffff_ffff, Math.max(1, Math.ceil((entry.expiresAt - steady) / 1000)));
}

export function sizeOf({ topic, payload, properties }: Outgoing): number {
  let bytes = HEADER_BYTES + topic.length + payload.length;
  for (const name in properties) bytes += name.length + (properties[name]?.length ?? 0) + 5;
  return bytes;
}

const NO_PROPERTIES: Outgoing['properties'] = {};

const propertiesOf = (sender: Sender, entry: SpoolEntry, wallMs: number, redated: boolean): Outgoing['properties'] => ({
  id: idOf(sender, entry),
  source: sourceOf(entry),
  seq: String(entry.custody),
  boot: entry.message.at.bootId,
  at: String(wallMs),
  ...(redated && { redated: 'true' }),
});

/**
 * An entry as one message. User properties: `id` (`<client id>-<spool id>`), `source`, `seq` (counts up by one per source over all
 * that goes to the cloud: a gap is a loss), `at` (wall ms when it was made), `boot` (the start of the gateway it was made in) and
 * `redated: true` where `at` was put right after the clock was set. With `idField` the same stands in payloads that are JSON objects.
 */
export function plainParcel(sender: Sender, entry: SpoolEntry, idField: string | undefined): Parcel {
  const { message } = entry;
  const { wallMs, redated } = sender.redate(message.at);
  let { payload } = message;
  if (idField !== undefined) {
    const identity = { id: idOf(sender, entry), source: sourceOf(entry), seq: entry.custody, at: wallMs };
    const spliced = withIdentity(payload, idField, identity);
    // The envelope must not be why the cloud refuses a message.
    if (spliced.length <= sender.maxPayloadBytes) payload = spliced;
  }
  const expiryS = expiryOf(entry, sender.steady());
  const outgoing: Outgoing = {
    topic: message.topic,
    payload,
    retain: message.retain,
    properties: sender.properties ? propertiesOf(sender, entry, wallMs, redated) : NO_PROPERTIES,
    ...(expiryS !== undefined && { expiryS }),
  };
  return { entries: [entry], outgoing, bytes: sizeOf(outgoing), redated: redated ? 1 : 0 };
}
