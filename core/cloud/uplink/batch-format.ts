import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { SpoolEntry } from '../../store/spool.ts';
import type { Outgoing } from '../cloud-link.ts';
import { jsonIn } from './envelope.ts';
import { expiryOf, idOf, type Parcel, type Sender, sizeOf, sourceOf } from './parcels.ts';

/*
 * A batch is one MQTT message: a JSON array in UTF-8 of the messages of one topic, in the order of their stream. Each element:
 *   { "id", "source", "seq", "at", "payload" }         a payload that is JSON, as it is
 *   { "id", "source", "seq", "at", "payloadBase64" }   any other payload
 * with `"redated": true` where `at` was put right, and the same meaning as the user properties of a single message (see `parcels.ts`).
 * User properties: `id` of the first element, `count`, `contentType: application/json`, and `encoding: gzip` where it is packed; the
 * content type of MQTT 5 is set as well. Without MQTT 5 a packed batch is known by its first two bytes, 1f 8b.
 * The whole is acknowledged at once. A message that fits the cloud's limit alone but not as an array is sent as a single message.
 */

const pack = promisify(gzip);

/** A message as an element of the array. */
export interface Element {
  readonly entry: SpoolEntry;
  readonly text: string;
  /** In UTF-8, with the comma. */
  readonly bytes: number;
  readonly redated: boolean;
}

export function elementOf(sender: Sender, entry: SpoolEntry): Element {
  const { payload, at } = entry.message;
  const { wallMs, redated } = sender.redate(at);
  const head = JSON.stringify({
    id: idOf(sender, entry),
    source: sourceOf(entry),
    seq: entry.custody,
    at: wallMs,
    ...(redated && { redated }),
  });
  const json = jsonIn(payload);
  const body =
    json === undefined
      ? `"payloadBase64":"${Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('base64')}"`
      : `"payload":${json.text.trim()}`;
  const text = `${head.slice(0, -1)},${body}}`;
  return { entry, text, bytes: Buffer.byteLength(text) + 1, redated };
}

/** The elements (at least one, all of one topic) as one message; null where that is larger than the cloud takes. */
export async function packBatch(sender: Sender, elements: readonly Element[], gzipped: boolean): Promise<Parcel | null> {
  const [first] = elements;
  if (!first) throw new RangeError('a batch has at least one message');
  const text = `[${elements.map((one) => one.text).join(',')}]`;
  const payload = gzipped ? await pack(text) : Buffer.from(text);
  if (payload.length > sender.maxPayloadBytes) return null;
  const steady = sender.steady();
  const expiries = elements.map(({ entry }) => expiryOf(entry, steady));
  // The last of them decides: what has expired at the far end is for the far end to see by `at`.
  const expiryS = expiries.reduce<number | undefined>(
    (latest, one) => (latest === undefined || one === undefined ? undefined : Math.max(latest, one)),
    0,
  );
  const outgoing: Outgoing = {
    topic: first.entry.message.topic,
    payload,
    retain: first.entry.message.retain,
    contentType: 'application/json',
    properties: {
      id: idOf(sender, first.entry),
      count: String(elements.length),
      contentType: 'application/json',
      ...(gzipped && { encoding: 'gzip' }),
    },
    ...(expiryS !== undefined && { expiryS }),
  };
  return {
    entries: elements.map(({ entry }) => entry),
    outgoing,
    bytes: sizeOf(outgoing),
    redated: elements.filter(({ redated }) => redated).length,
  };
}
