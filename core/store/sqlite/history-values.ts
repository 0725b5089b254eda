import type { TextDecoder } from 'node:util';
import type { Message } from '../../contract/message.ts';

/** One value of one series, as it is kept. A boolean has both `num` and `text`; a bad value has neither. */
export interface Sample {
  readonly series: string;
  readonly at: number;
  readonly num: number | null;
  readonly text: string | null;
  /** 0 good, 1 stale, 2 bad. */
  readonly quality: 0 | 1 | 2;
}

const MAX_PAYLOAD = 65_536;
const MAX_KEYS = 64;
const MAX_TEXT = 64;
const MAX_KEY = 128;
/** 2000 to 2100 in ms: outside it is no time stamp but some other number, or a clock that was never set. */
const FIRST_AT = 946_684_800_000;
const LAST_AT = 4_102_444_800_000;
/** What describes the values beside it and is no value itself. */
const ABOUT = new Set(['at', 'quality', 'unit', 'note']);

type Fields = Readonly<Record<string, unknown>>;
type Held = Pick<Sample, 'num' | 'text'>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

function held(value: unknown): Held | null {
  if (typeof value === 'number') return Number.isFinite(value) ? { num: value, text: null } : null;
  if (typeof value === 'boolean') return { num: value ? 1 : 0, text: String(value) };
  if (typeof value === 'string' && value.length <= MAX_TEXT) return { num: null, text: value };
  return null;
}

function parse(payload: Uint8Array, decoder: TextDecoder): unknown {
  if (payload.byteLength === 0 || payload.byteLength > MAX_PAYLOAD) return undefined;
  try {
    return JSON.parse(decoder.decode(payload));
  } catch {
    return undefined; // binary and plain text are ordinary here: the payload is the user's own
  }
}

function qualityOf(fields: Fields): Sample['quality'] {
  if (fields['quality'] === 'bad') return 2;
  return fields['quality'] === 'stale' ? 1 : 0;
}

function timeOf(fields: Fields, fallback: number): number {
  const at = fields['at'];
  return typeof at === 'number' && at >= FIRST_AT && at <= LAST_AT ? Math.round(at) : fallback;
}

/** Whether a payload has the shape of one value, so that bad quality may stand in for the value. */
const isOne = (fields: Fields): boolean => 'value' in fields;

function fromFields(topic: string, fields: Fields, fallback: number): Sample[] {
  const at = timeOf(fields, fallback);
  const quality = qualityOf(fields);
  const keep = (series: string, value: unknown): Sample | null => {
    const found = quality === 2 ? { num: null, text: null } : held(value);
    return found ? { series, at, ...found, quality } : null;
  };
  if (isOne(fields)) {
    const sample = keep(topic, fields['value']);
    return sample ? [sample] : [];
  }
  const nested = fields['values'];
  const values = isFields(nested) ? nested : fields;
  const samples: Sample[] = [];
  for (const [key, value] of Object.entries(values)) {
    if (samples.length >= MAX_KEYS) break;
    if (key === '' || key.length > MAX_KEY || (values === fields && ABOUT.has(key))) continue;
    const known = held(value) !== null || (quality === 2 && value === null);
    const sample = known ? keep(`${topic}/${key}`, value) : null;
    if (sample) samples.push(sample);
  }
  return samples;
}

/**
 * The values in a message's payload, by the rules in `core/store/history.ts`; none where there is nothing to draw.
 * Pure; any bytes are allowed. At most 64 values; a text of at most 64 characters; a payload of at most 64 KB.
 */
export function samplesOf(message: Pick<Message, 'topic' | 'payload' | 'at'>, decoder: TextDecoder): Sample[] {
  const value = parse(message.payload, decoder);
  const fallback = Math.round(message.at.wallMs);
  if (isFields(value)) return fromFields(message.topic, value, fallback);
  const found = held(value);
  return found ? [{ series: message.topic, at: fallback, ...found, quality: 0 }] : [];
}
